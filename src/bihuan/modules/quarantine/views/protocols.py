"""The county's protocols: what happens on which day, by version; a new version from a date; who is bound by which."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID, uuid4

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from bihuan.core.access.recording import record
from bihuan.core.matters import engine
from bihuan.core.matters.details import Step
from bihuan.core.matters.errors import NotDone
from bihuan.core.spec import Text
from bihuan.kit.language import said
from bihuan.kit.pages import OfficerRequest, officer_page
from bihuan.kit.parts import Crumb
from bihuan.kit.refusals import notice_of
from bihuan.modules.quarantine import matter
from bihuan.modules.quarantine.models import Protocol
from bihuan.modules.quarantine.payloads import ProtocolChange
from bihuan.modules.quarantine.protocol import KIND_LABELS, LOCAL, Rules
from bihuan.modules.quarantine.protocols import binding_of, from_json, publish, to_json
from bihuan.modules.quarantine.version_form import VersionForm
from bihuan.modules.quarantine.views.reach import crumbs, sees_stays

WRITES = (matter.QUARANTINE_DESK.code, "administrator")
CHANGES = matter.QUARANTINE_DESK.code
FIRST = Text(
    "他人刚刚新增了一版，这一版没有保存。填写的内容都在，核对后再按一次",
    "Somebody has just added a version; this one was not saved. What you typed is here: look it over and press again",
)


@dataclass(frozen=True, slots=True)
class Version:
    """A version as the page shows it: its rules by day, whether it applies today, how many stays it binds."""

    row: Protocol
    rules: Rules
    days: list[tuple[int, list[Text]]]
    applies: bool
    coming: bool
    bound: int
    bound_open: int


def _way(post: str, *more: Crumb) -> list[Crumb]:
    """Return where the reader is; only posts that see the sites come by way of them."""
    here = Crumb(Text("观察方案", "Protocols"), reverse("quarantine:protocols") if more else "")
    by_sites = post in {one.code for one in matter.SITE.seen_by}
    return [*(crumbs() if by_sites else []), here, *more]


@officer_page()
def protocols(request: OfficerRequest) -> HttpResponse:
    """Show all versions of all protocols."""
    return _page(request)


def _page(request: OfficerRequest, typed: tuple[int, str] = (0, ""), status: int = 200) -> HttpResponse:
    """Draw the page; `typed`: to which version a reason was given that was not taken, and the reason."""
    if not sees_stays(request.actor) and request.actor.post not in WRITES:
        raise PermissionDenied
    today = timezone.now().astimezone(LOCAL).date()
    rows = list(Protocol.objects.order_by("code", "-effective_from", "-version"))
    counted = _bound(request.actor.jurisdiction)
    newest = {row.code: row.pk for row in reversed(rows) if row.effective_from <= today}
    found: dict[str, list[Version]] = {}
    for row in rows:
        rules = from_json(row.rules)
        every, still = counted.get(row.pk, (0, 0))
        found.setdefault(row.code, []).append(
            Version(
                row,
                rules,
                _days(rules),
                newest.get(row.code) == row.pk,
                row.effective_from > today,
                every,
                still,
            )
        )
    content = {
        "crumbs": _way(request.actor.post),
        "protocols": list(found.values()),
        "kinds": {kind: Text(*label) for kind, label in KIND_LABELS.items()},
        "writes": request.actor.post in WRITES,
        "changes": request.actor.post == CHANGES,
        "key": uuid4(),
        "typed_for": typed[0],
        "reason": typed[1],
    }
    return render(request, "quarantine/protocols.html", content, status=status)


def _bound(jurisdiction: str) -> dict[int, tuple[int, int]]:
    """Return protocol → (stays it binds or bound, those still open). One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT t.protocol_id, count(*), count(*) FILTER (WHERE t.ended_at IS NULL) FROM quarantine_stay t"
            " JOIN places_place p ON p.id = t.site_id WHERE p.jurisdiction = %s AND t.protocol_id IS NOT NULL GROUP BY 1",
            [jurisdiction],
        )
        return {row[0]: (row[1], row[2]) for row in cursor.fetchall()}


def _days(rules: Rules) -> list[tuple[int, list[Text]]]:
    found: dict[int, list[Text]] = {}
    for item in rules.items():
        zh, en = KIND_LABELS[item.kind]
        at = item.due.strftime("%H:%M")
        found.setdefault(item.day, []).append(Text(f"{zh}（{at} 前）", f"{en} (by {at})"))
    return sorted(found.items())


@officer_page(*WRITES)
def add_version(request: OfficerRequest, protocol_id: int) -> HttpResponse:
    """Add a version of a protocol that applies from a date; what exists is never changed."""
    base = get_object_or_404(Protocol, pk=protocol_id)
    rules = from_json(base.rules)
    form = VersionForm(request.POST or None, rules=rules)
    status = 200
    if request.method == "POST" and form.is_valid():
        made = from_json({**to_json(rules), **form.data_of(), "version": _next(base.code)})
        try:
            row = publish(made, form.cleaned_data["effective_from"])
        except IntegrityError:
            form.add_error(
                None,
                said(FIRST),
            )
            status = 409
        else:
            record(
                "quarantine.protocol_published", actor=request.actor,
                payload={"code": row.code, "version": row.version, "from": row.effective_from.isoformat()},
            )  # fmt: skip
            words = Text(
                f"已新增第 {row.version} 版，{row.effective_from} 起适用",
                f"v{row.version} applies from {row.effective_from}",
            )
            messages.success(request, said(words))
            return HttpResponseRedirect(f"{reverse('quarantine:protocols')}#p{row.pk}")
    elif request.method == "POST":
        status = 422
    content = {
        "crumbs": _way(request.actor.post, Crumb(Text("新增一版", "Add a version"))),
        "base": base,
        "rules": rules,
        "form": form,
    }
    return render(request, "quarantine/protocol_form.html", content, status=status)


def _next(code: str) -> int:
    newest = Protocol.objects.filter(code=code).order_by("-version").values_list("version", flat=True).first()
    return (newest or 0) + 1


@require_POST
@officer_page(CHANGES)
def apply_version(request: OfficerRequest, protocol_id: int) -> HttpResponse:
    """Apply the version in force to the running stays of the same protocol that another version binds."""
    target = get_object_or_404(Protocol, pk=protocol_id)
    reason = request.POST.get("reason", "").strip()[:200]
    here = HttpResponseRedirect(f"{reverse('quarantine:protocols')}#p{target.pk}")
    said_no = _not_now(target, reason)
    if said_no is not None:
        messages.error(request, said(said_no))
        return _page(request, (target.pk, reason), status=422)
    now, payload = timezone.now(), ProtocolChange(protocol=target.code, reason=reason)
    steps = [
        (stay, Step("change_protocol", payload, now)) for stay in _others(target, request.actor.jurisdiction)
    ]
    try:
        outcome = engine.perform_many(
            steps, actor=request.actor, key=f"{request.POST.get('bihuan_key', '')[:64]}/apply"
        )
    except NotDone as error:
        messages.error(request, said(error.text))
        return _page(request, (target.pk, reason), status=notice_of(error).status)
    done = outcome.entries
    messages.success(
        request,
        said(Text(f"{done} 人改用第 {target.version} 版", f"{done} stays now bound by v{target.version}")),
    )
    if outcome.refused:
        messages.warning(
            request, said(Text(f"{len(outcome.refused)} 人未改", f"{len(outcome.refused)} not changed"))
        )
    return here


def _not_now(target: Protocol, reason: str) -> Text | None:
    """Return why a version cannot be applied to running stays now, or None."""
    if not reason:
        return Text("没有办：请写明依据", "Not done: give the basis")
    today = timezone.now().astimezone(LOCAL).date()
    if binding_of(target.code).id != target.pk or target.effective_from > today:
        return Text(
            "没有办：只能改用已生效的最新一版", "Not done: only the newest version in force can be applied"
        )
    return None


def _others(target: Protocol, jurisdiction: str) -> list[UUID]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT t.matter_id FROM quarantine_stay t JOIN quarantine_protocol p ON p.id = t.protocol_id"
            " JOIN matters_matter m ON m.id = t.matter_id WHERE p.code = %s AND p.id <> %s AND t.ended_at IS NULL"
            " AND m.state IN ('admitted', 'observed') AND m.jurisdiction = %s ORDER BY t.matter_id",
            [target.code, target.pk, jurisdiction],
        )
        return [row[0] for row in cursor.fetchall()]
