"""The ledger for those who watch over it: entries without content, seals, verification, proofs, the view log."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Sum
from django.db.models.fields.json import KeyTextTransform
from django.http import Http404, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from bihuan.command.models import Verification
from bihuan.command.pages.timeline import other_kinds, transition_of
from bihuan.command.tasks import verify_ledger
from bihuan.core.access.models import Officer
from bihuan.core.access.posts import AUDITOR
from bihuan.core.access.recording import record
from bihuan.core.ledger import proofs
from bihuan.core.ledger.models import Entry, Seal
from bihuan.core.ledger.seals import seal_state
from bihuan.core.matters.models import Matter
from bihuan.core.matters.registry import matter_types, posts
from bihuan.core.people.masks import masked
from bihuan.core.people.reveal import KIND, PURPOSES, view_log
from bihuan.core.spec.posts import ADMINISTRATOR, SUPERVISOR
from bihuan.core.spec.text import Text
from bihuan.kit.pages import OfficerRequest, officer_page
from bihuan.kit.parts import Column, Crumb, Table

WATCHERS = (AUDITOR.code, SUPERVISOR.code, ADMINISTRATOR.code)
LEDGER = Text("台账与封存", "Ledger and seals")
PER_PAGE, SEALS_SHOWN, LOG_SHOWN = 50, 8, 50
USUAL_RATE = 200_000  # entries a second, until a run has shown this machine's own
NUMBER = 2**63


def kind_words(kind: str) -> Text:
    """Return a ledger kind as the name of the step, without anything of its content."""
    named = transition_of(kind)
    if named is None:
        return other_kinds().get(kind) or Text(kind, kind)
    declared, transition = named
    step = transition.label if transition else Text(declared.opening_zh, declared.opening_en)
    return Text(f"{declared.zh} · {step.zh}", f"{declared.en}: {step.en}")


def kinds() -> list[tuple[str, Text]]:
    """Return every kind of entry that the declarations know."""
    codes = [
        f"{code}.{step}"
        for code, kind in matter_types().items()
        for step in ("open", *(t.code for t in kind.transitions))
    ]
    return [(code, kind_words(code)) for code in (*codes, *other_kinds())]


@officer_page(*WATCHERS)
def ledger(request: OfficerRequest) -> HttpResponseBase:
    """List entries, the newest first, with their seals; show the last verification and begin another."""
    entries, filters, following = _entries(request)
    seals = seal_state([entry.id for entry in entries])
    state = {s.code: s.label for kind in matter_types().values() for s in kind.states}
    newest = list(Seal.objects.order_by("-number").defer("leaves", "numbers")[:SEALS_SHOWN])
    lines = [
        {
            "entry": e,
            "words": kind_words(e.kind),
            "post": _post(e.post),
            "moved": (state.get(e.from_state or ""), state.get(e.to_state or ""))
            if e.from_state != e.to_state
            else None,
            "seal": seals.get(e.id),
        }
        for e in entries
    ]
    context = {
        "now": timezone.now(),
        "lines": lines,
        "filters": filters,
        "following": following,
        "kinds": kinds(),
        "posts": sorted(posts().values(), key=lambda p: p.code),
        "seals": newest,
        "sealed": Seal.objects.aggregate(n=Sum("count"))["n"] or 0,
        "run": Verification.objects.first(),
        "proofs": request.actor.post == AUDITOR.code,
        "crumbs": [Crumb(LEDGER)],
        **_progress(Verification.objects.first()),
    }
    return render(request, "command/ledger.html", context)


def _entries(request: OfficerRequest) -> tuple[list[Entry], dict[str, str], str]:
    """Return a page of entries, the filters in force, and the address that continues the list."""
    asked = {name: request.GET.get(name, "")[:64] for name in ("kind", "post", "n", "only", "before")}
    found = Entry.objects.filter(jurisdiction=request.actor.jurisdiction).defer("payload", "sealed", "mac")
    if asked["kind"]:
        found = found.filter(kind=asked["kind"])
    if asked["post"]:
        found = found.filter(post=asked["post"])
    if asked["only"] == "corrections":
        found = found.filter(corrects__isnull=False)
    if asked["n"].isdecimal() and int(asked["n"]) < NUMBER:
        found = found.filter(id=int(asked["n"]))
    if asked["before"].isdecimal() and int(asked["before"]) < NUMBER:
        found = found.filter(id__lt=int(asked["before"]))
    rows = list(found.order_by("-id")[: PER_PAGE + 1])
    following = ""
    if len(rows) > PER_PAGE:
        query = request.GET.copy()
        query["before"] = str(rows[PER_PAGE - 1].id)
        following = f"?{query.urlencode()}"
    return rows[:PER_PAGE], asked, following


def _post(code: str) -> Text:
    post = posts().get(code)
    return Text(post.zh, post.en) if post else Text(code, code)


def _progress(run: Verification | None) -> dict[str, Any]:
    """Return how far a run is: by the entries it began with, and the rate of the last finished one."""
    if run is None or run.finished_at is not None:
        return {"running": False}
    if run.started_at is None:
        waited = timezone.now() - run.asked_at
        return {"running": True, "waiting": True, "late": waited > timedelta(minutes=1)}
    last = Verification.objects.filter(
        finished_at__isnull=False, started_at__isnull=False, entries__gt=0
    ).first()
    rate = float(USUAL_RATE)
    if last is not None and last.started_at and last.finished_at and last.finished_at > last.started_at:
        rate = last.entries / (last.finished_at - last.started_at).total_seconds()
    spent = (timezone.now() - run.started_at).total_seconds()
    return {"running": True, "done": min(int(spent * rate), int(run.entries * 0.99)), "total": run.entries}


@require_POST
@officer_page(*WATCHERS)
def verify(request: OfficerRequest) -> HttpResponseBase:
    """Ask for a verification in the background; one that is under way already is joined."""
    running = Verification.objects.filter(
        finished_at__isnull=True, asked_at__gt=timezone.now() - timedelta(hours=2)
    )
    if not running.exists():
        run = Verification.objects.create(
            asked_by=request.actor.officer_id, post=request.actor.post, asked_at=timezone.now()
        )
        verify_ledger.defer(run=run.pk)
    return HttpResponseRedirect(reverse("ledger"))


@officer_page(*WATCHERS)
def verification(request: OfficerRequest) -> HttpResponseBase:
    """Draw the state of the last verification, for the page to look at while it runs."""
    run = Verification.objects.first()
    return render(
        request, "command/partials/verification.html", {"run": run, "now": timezone.now(), **_progress(run)}
    )


@officer_page(AUDITOR.code)
def proof(request: OfficerRequest, entry_id: int) -> HttpResponseBase:
    """Send the proof of one entry: its leaf, the path to its seal's root, the signed seal. Checkable anywhere."""
    known = (
        Entry.objects.filter(id=entry_id, jurisdiction=request.actor.jurisdiction)
        if entry_id < NUMBER
        else None
    )
    if known is None or not known.exists():
        raise Http404
    made = proofs.proof(entry_id)
    if made is None:
        raise Http404
    record("ledger.proof_taken", actor=request.actor, payload={"entry": entry_id})
    answer = HttpResponse(
        json.dumps(made, ensure_ascii=False, indent=1, default=str), content_type="application/json"
    )
    answer["Content-Disposition"] = f'attachment; filename="proof-{entry_id}.json"'
    return answer


@officer_page(AUDITOR.code, SUPERVISOR.code)
def views_of_people(request: OfficerRequest) -> HttpResponseBase:
    """Show who looked at whom, which fields, on which matter, for what; a supervisor sees counts only."""
    context: dict[str, Any] = {
        "now": timezone.now(),
        "counts": _counted(request.actor.jurisdiction),
        "crumbs": [Crumb(LEDGER, reverse("ledger")), Crumb(Text("查看记录", "Views of personal data"))],
        "content": request.actor.post == AUDITOR.code,
    }
    if context["content"]:
        context.update(_log(request))
    return render(request, "command/views.html", context)


def _counted(jurisdiction: str) -> Table:
    since = timezone.now() - timedelta(days=30)
    found = (
        Entry.objects.filter(kind=KIND, occurred_at__gte=since, jurisdiction=jurisdiction)
        .annotate(purpose=KeyTextTransform("purpose", "payload"))
        .values_list("post", "purpose").annotate(n=Count("id"), people=Count("person_id", distinct=True))
        .order_by("-n")
    )  # fmt: skip
    rows = [
        (_post(post), PURPOSES.get(purpose or "") or Text("—", "—"), n, people)
        for post, purpose, n, people in found
    ]
    columns = (
        Column(Text("岗位", "Post")),
        Column(Text("用途", "Purpose")),
        Column(Text("次数", "Views"), number=True),
        Column(Text("涉及人数", "People"), number=True),
    )
    return Table(Text("近 30 天按岗位与用途", "The last 30 days by post and purpose"), columns, rows)


def _log(request: OfficerRequest) -> dict[str, Any]:
    asked = {name: request.GET.get(name, "")[:64] for name in ("officer", "matter", "before")}
    actor = request.actor
    officer = Officer.objects.filter(username=asked["officer"]).first() if asked["officer"] else None
    matter = (
        Matter.objects.filter(number=asked["matter"], jurisdiction=actor.jurisdiction).first()
        if asked["matter"]
        else None
    )
    nobody = (asked["officer"] and officer is None) or (asked["matter"] and matter is None)
    before = int(asked["before"]) if asked["before"].isdecimal() and int(asked["before"]) < NUMBER else None
    found = (
        []
        if nobody
        else view_log(
            actor.jurisdiction,
            officer_id=officer.id if officer else None,
            matter_id=matter.id if matter else None,
            before=before,
            limit=LOG_SHOWN + 1,
        )
    )
    shown = found[:LOG_SHOWN]
    officers: Mapping[UUID, Officer] = Officer.objects.in_bulk({v.officer_id for v in shown if v.officer_id})
    people = masked({v.person_id for v in shown if v.person_id})
    numbers = dict(Matter.objects.filter(id__in={v.matter_id for v in shown}).values_list("id", "number"))
    following = ""
    if len(found) > LOG_SHOWN:
        query = request.GET.copy()
        query["before"] = str(shown[-1].entry_id)
        following = f"?{query.urlencode()}"
    return {
        "filters": asked,
        "following": following,
        "lines": [
            {
                "view": v,
                "who": officers.get(v.officer_id) if v.officer_id else None,
                "post": _post(v.post),
                "person": people.get(v.person_id) if v.person_id else None,
                "number": numbers.get(v.matter_id, "") if v.matter_id else "",
            }
            for v in shown
        ],
    }
