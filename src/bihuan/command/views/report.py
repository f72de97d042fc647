"""The situation report's pages: list, draft and issued report, the records behind each number, files."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from bihuan.command.matter import REPORT, Draft
from bihuan.command.report.build import document
from bihuan.command.report.document import Number, ReportDocument, chinese_ordinal
from bihuan.command.report.pdf import spoken
from bihuan.command.report.words import Words
from bihuan.command.sitrep import checks, moments, reports, rows
from bihuan.command.worklist.filters import midnight
from bihuan.core.figures.evaluate import Moment
from bihuan.core.matters import engine
from bihuan.core.matters.details import Opening
from bihuan.core.matters.errors import UnknownMatter
from bihuan.core.matters.models import Matter
from bihuan.core.matters.registry import figures
from bihuan.core.papers.wording import day
from bihuan.core.spec.figures import Figure
from bihuan.core.spec.matters import Snapshot
from bihuan.core.spec.text import Text
from bihuan.kit.dates import moment as moment_words
from bihuan.kit.language import language, said
from bihuan.kit.pages import OfficerRequest, officer_page
from bihuan.kit.parts import Crumb

READERS = tuple(post.code for post in REPORT.seen_by)
NAME = Text("日报", "Report")
PER_PAGE, LISTED = 15, 60
FORMS = ("pdf", "docx", "json")


@officer_page(*READERS)
def reports_list(request: OfficerRequest) -> HttpResponseBase:
    """List the reports, the newest first; today's draft on top, or the way to begin it."""
    now = timezone.now()
    found = list(
        Matter.objects.filter(type=REPORT.code, jurisdiction=request.actor.jurisdiction).order_by(
            "-opened_at"
        )[:LISTED]
    )
    asked = reports.opening_of([m.id for m in found])
    lines: list[dict[str, Any]] = [
        {"matter": m, "state": REPORT.state(m.state), "at": asked.get(m.id, (None, None))} for m in found
    ]
    today = midnight(now)
    draft = next((x for x in lines if x["matter"].state in {"drafted", "submitted"}), None)
    context = {
        "now": now,
        "lines": lines,
        "draft": draft,
        "may_draft": request.actor.post in {p.code for p in REPORT.opened_by},
        "cutoff": request.GET.get("cutoff", "")[:16] or today.strftime("%Y-%m-%dT%H:%M"),
        "key": str(uuid4()),
        "crumbs": [Crumb(NAME)],
    }
    return render(request, "command/reports.html", context)


@require_POST
@officer_page(*(post.code for post in REPORT.opened_by))
def begin(request: OfficerRequest) -> HttpResponseBase:
    """Begin a report for a cut-off (midnight of today unless chosen otherwise)."""
    cutoff = moments.read(request.POST.get("cutoff", "")) or midnight(timezone.now())
    if cutoff > timezone.now():
        messages.error(request, said(moments.TO_COME))
        kept = urlencode({"cutoff": request.POST["cutoff"]})
        return HttpResponseRedirect(f"{reverse('reports')}?{kept}")
    words = moment_words(cutoff)
    title = Text(f"疫情防控日报（截至 {words.zh}）", f"Situation report (as of {words.en})")
    opening = Opening(payload=Draft(cutoff=cutoff), occurred_at=timezone.now(), title=title)
    key = request.POST.get("key", "")[:64] or str(uuid4())
    outcome = engine.open(REPORT, opening, actor=request.actor, key=key)
    return HttpResponseRedirect(reverse("report", args=[outcome.matter_id]))


def find_report(request: OfficerRequest, report_id: UUID) -> reports.Report:
    row = (
        Matter.objects.filter(id=report_id, type=REPORT.code, jurisdiction=request.actor.jurisdiction)
        .select_related("organ", "place", "person", "assignee").first()
    )  # fmt: skip
    if row is None:
        raise UnknownMatter(report_id)
    return reports.load(row, moments.read(request.GET.get("known_at", "")))


@officer_page(*READERS)
def report(request: OfficerRequest, report_id: UUID) -> HttpResponseBase:
    """Show one report: a draft from the ledger, or its frozen values; every number opens."""
    found = find_report(request, report_id)
    row = found.matter
    earlier_at, earlier, earlier_report = reports.before(found)
    context = {
        **_page(request, found.document(), found.at, found.values, earlier),
        "report": found,
        "matter": row,
        "state": REPORT.state(row.state),
        "earlier": earlier_report,
        "earlier_at": earlier_at,
        "offers": _offers(request, found),
        "here": reverse("report", args=[row.id]) + "?",
        "moment_query": _moment_query(found.at, str(row.id)),
        "crumbs": [Crumb(NAME, reverse("reports")), Crumb(Text(row.number, row.number))],
        "formats": [(form, reverse("report_file", args=[row.id, form])) for form in FORMS],
        "compare": _compare_address(earlier_at, found.at),
        "fresh": reverse("report", args=[row.id]) + "?known_at=now",
        "since": _compare_address(found.at, moments.moment(found.at.cutoff)),
    }
    if context["drill"]:
        context.update(_drilled(request, found.at, found.values, earlier, context["drill"]))
    return render(request, "command/report.html", context)


def _offers(request: OfficerRequest, found: reports.Report) -> list[engine.Offer]:
    row = found.matter
    stands = Snapshot(row.id, row.type, row.state, row.version, row.opened_at, None, None, None)
    return engine.available(stands, request.actor, timezone.now())


def _moment_query(at: Moment, report_id: str = "") -> str:
    query = {"cutoff": at.cutoff.isoformat(), "known_at": at.known_at.isoformat()}
    return urlencode({**query, "report": report_id} if report_id else query)


def _compare_address(a: Moment, b: Moment) -> str:
    asked = {
        "a": a.cutoff.isoformat(), "ak": a.known_at.isoformat(),
        "b": b.cutoff.isoformat(), "bk": b.known_at.isoformat(),
    }  # fmt: skip
    return f"{reverse('report_compare')}?{urlencode(asked)}"


@officer_page(*READERS)
def report_at(request: OfficerRequest) -> HttpResponseBase:
    """Show the report as it would be for any cut-off, as known at any time; nothing is opened."""
    cutoff = moments.cutoff(request.GET.get("cutoff", ""), midnight(timezone.now()))
    at = moments.moment(cutoff, moments.read(request.GET.get("known_at", "")))
    values = moments.known_values(at)
    earlier_at = moments.moment(cutoff - timedelta(days=1), at.known_at)
    earlier = moments.known_values(earlier_at)
    context = {
        **_page(request, document(at, dict(values)), at, values, earlier),
        "here": f"{reverse('report_at')}?{_moment_query(at)}&",
        "moment_query": _moment_query(at),
        "crumbs": [Crumb(NAME, reverse("reports")), Crumb(Text("任意时刻", "Any moment"))],
        "compare": _compare_address(earlier_at, at),
        "earlier_at": earlier_at,
    }
    if context["drill"]:
        context.update(_drilled(request, at, values, earlier, context["drill"]))
    return render(request, "command/report.html", context)


def _page(
    request: OfficerRequest,
    made: ReportDocument,
    at: Moment,
    values: Mapping[str, int],
    earlier: Mapping[str, int],
) -> dict[str, Any]:
    """Return what every view of a report shows: the text in pieces, contents, checks, differences."""
    added = checks.sums(values)
    odd = {one.figure.key for one in added if one.missing}
    words = Words(made, language())
    sections = [_section(number, section, odd, words) for number, section in enumerate(made.sections, 1)]
    drill = request.GET.get("fig", "")
    return {
        "now": timezone.now(),
        "document": made,
        "at": at,
        "date": day(made.issued_at or made.known_at, language()),
        "sections": sections,
        "numbers": sum(section["count"] for section in sections),
        "sums": added,
        "agreeing": [one for one in added if not one.missing],
        "odd": [one for one in added if one.missing],
        "differences": checks.differences(earlier, values),
        "drill": drill if drill in values and drill in figures() else "",
    }


def _section(number: int, section: Any, odd: set[str], words: Words) -> dict[str, Any]:
    mark = f"{number}. " if words.english else f"{chinese_ordinal(number)}、"
    paragraphs = [[_part(part, odd) for part in spoken(paragraph, words)] for paragraph in section.paragraphs]
    count = sum(1 for paragraph in paragraphs for part in paragraph if part["key"])
    return {"id": f"s{number}", "title": mark + said(section.title), "paragraphs": paragraphs, "count": count}


def _part(part: Any, odd: set[str]) -> dict[str, Any]:
    if isinstance(part, Number):
        return {"text": part.shown(), "key": part.figure_key, "odd": part.figure_key in odd}
    return {"text": part, "key": "", "odd": False}


@officer_page(*READERS)
def figure(request: OfficerRequest, key: str) -> HttpResponseBase:
    """Open one number: its definition, its moment, its parts, the records behind it; a page's part for htmx."""
    if key not in figures():
        raise Http404
    cutoff = moments.cutoff(request.GET.get("cutoff", ""), midnight(timezone.now()))
    at = moments.moment(cutoff, moments.read(request.GET.get("known_at", "")))
    frozen = request.GET.get("report", "")
    values = dict(moments.known_values(at))
    if frozen:
        values = dict(find_report(request, _uuid(frozen)).values)
    earlier = moments.known_values(moments.moment(cutoff - timedelta(days=1), at.known_at))
    context = {"at": at, **_drilled(request, at, values, earlier, key)}
    if not request.htmx:
        query = urlencode({"cutoff": at.cutoff.isoformat(), "known_at": at.known_at.isoformat(), "fig": key})
        return HttpResponseRedirect(f"{reverse('report_at')}?{query}#fig")
    return render(request, "command/partials/drill.html", context)


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise Http404 from error


def _drilled(
    request: OfficerRequest, at: Moment, values: Mapping[str, int], earlier: Mapping[str, int], key: str
) -> dict[str, Any]:
    """Return the panel of one number: how it is defined, what it adds up from, a page of its records."""
    chosen: Figure = figures()[key]
    asked = request.GET.get("rows", "1")
    page = min(max(int(asked), 1), 100_000) if asked.isdecimal() and len(asked) < 7 else 1
    found = rows.behind(chosen, at, request.actor, limit=PER_PAGE + 1, offset=(page - 1) * PER_PAGE)
    report_id = request.resolver_match.kwargs.get("report_id") if request.resolver_match else None
    query = _moment_query(at, str(report_id or request.GET.get("report", "")))
    parts = checks.parts_of(key, values)
    return {
        "figure": chosen,
        "value": values[key],
        "was": earlier.get(key),
        "change": checks.Difference(chosen, earlier[key], values[key]).change if key in earlier else "",
        "parts": parts,
        "records": rows.Records(found.columns, found.rows[:PER_PAGE]),
        "rows_page": page,
        "rows_more": len(found.rows) > PER_PAGE,
        "drill_query": query,
        "panel": reverse("figure", args=[key]),
        "export": f"{reverse('figure_rows', args=[key])}?{query}",
    }
