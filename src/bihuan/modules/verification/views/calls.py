"""The call sheet: one screen a person, one key a result, the next person at once."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from bihuan.core.access.errors import Denied
from bihuan.core.matters.errors import NotDone
from bihuan.core.matters.models import Matter
from bihuan.core.people.masks import masked_name
from bihuan.core.people.reveal import reveal
from bihuan.core.people.sealing import ErasedError
from bihuan.core.spec import Text
from bihuan.kit import session
from bihuan.kit.pages import OfficerRequest, officer_page
from bihuan.kit.parts import Crumb, Empty, Suggestion
from bihuan.modules.verification import calls, roster, sheet
from bihuan.modules.verification.keys import Pressed, Unfinished
from bihuan.modules.verification.matter import VERIFIER
from bihuan.modules.verification.models import Item
from bihuan.modules.verification.payloads import Measure
from bihuan.modules.verification.views.shifts import asked_end, usual_end

CALLS = Text("电话核查", "Calls")
CRUMBS = [Crumb(Text("待办", "Worklist"), "/"), Crumb(CALLS)]
NO_NUMBER = Text("登记里没有电话号码：请按 4 转上门核查", "No number is known: press 4 for a visit")
GONE = Text(
    "个人信息已按期删除，不能再核查", "The personal data were erased when due; nothing can be verified"
)
LONGEST_REMARK = 200


@officer_page(VERIFIER.code)
def call_sheet(request: OfficerRequest) -> HttpResponse:
    """Show who is to be rung now; before the shift, what waits and until when it lasts."""
    return render(request, "verification/calls.html", {"crumbs": CRUMBS, **_content(request)})


def _content(request: OfficerRequest, **more: Any) -> dict[str, Any]:
    """Return what the sheet is drawn from."""
    actor, now = request.actor, timezone.now()
    assert actor.officer_id is not None
    until = roster.shift_of(actor.officer_id, now)
    content: dict[str, Any] = {"now": now, "until": until, "progress": sheet.progress(actor, now), **more}
    content["done_at"] = content["progress"].done_at(now)
    if until is None or request.session.get("verification_paused"):
        return {**content, "screen": "start", "ends": usual_end(now), "paused": until is not None}
    item = calls.take_next(actor, now)
    back = calls.last_of(actor, now)
    if item is None:
        return {**content, "screen": "none", "empty": _nobody(content["progress"]), "back": _only_back(back)}
    shown, undo = sheet.sheet(item, back)
    return {
        **content, **sheet.choices(), "screen": "person", "sheet": shown, "back": undo, "key": uuid4().hex,
        "greeting": _greeting(request),
    }  # fmt: skip


def _greeting(request: OfficerRequest) -> Text:
    held, name = session.appointment(request), request.actor.name
    zh, en = (held.organ.name_zh, held.organ.name_en) if held else ("", "")
    surname = masked_name(name).rstrip("*") or name[:1]
    return Text(
        f"您好，我是{zh}核查岗的工作人员，姓{surname}。请问您是本人吗？",
        f"Good day, this is the {en}, verification; my name is {surname}. Am I speaking to the person concerned?",
    )


def _only_back(row: Item | None) -> Any:
    if row is None or row.last_entry is None:
        return None
    return sheet.Back(None, sheet.step_text(row.last_step), row.last_entry)


def _nobody(progress: sheet.Progress) -> Empty:
    if progress.again:
        note = Text(
            f"还有 {progress.again} 人待再拨，到时间会自动出现。",
            f"{progress.again} people are to be rung again; they appear when it is time.",
        )
    else:
        note = Text(
            "组长分派后，下一批会出现在这里。", "The next ones appear here when the lead has given them out."
        )
    return Empty(
        Text("呼叫单上现在没有要拨的人", "Nobody on your sheet is to be rung now"), note,
        [Suggestion(Text("看待办", "See the worklist"), reverse("worklist"), "list-check")],
    )  # fmt: skip


def _draw(request: OfficerRequest, status: int = 200, **more: Any) -> HttpResponse:
    """Draw the sheet alone for htmx, else go back to the page (which says what went wrong, if anything did)."""
    if request.htmx:
        return render(request, "verification/partials/sheet.html", _content(request, **more), status=status)
    if more:
        content = {"crumbs": CRUMBS, **_content(request, **more)}
        return render(request, "verification/calls.html", content, status=status)
    return HttpResponseRedirect(reverse("verification:calls"))


@require_POST
@officer_page(VERIFIER.code)
def press(request: OfficerRequest) -> HttpResponse:
    """Record what came of a call and show the next person; what was typed stays where a word is missing."""
    given = request.POST
    try:
        item = UUID(given.get("item", ""))
    except ValueError as error:
        raise Http404 from error
    pressed = Pressed(
        key=given.get("press", ""),
        remark=given.get("remark", "").strip()[:LONGEST_REMARK],
        to=given.get("to", "").strip(),
        propose=Measure(given["propose"]) if given.get("propose") in set(Measure) else Measure.NONE,
        language=given.get("language", "") if given.get("language") in roster.LANGUAGES else "",
    )
    try:
        calls.press(item, pressed, actor=request.actor, key=given.get("key", "")[:64] or uuid4().hex)
    except NotDone as refused:
        typed = {"typed": pressed, "wanted": pressed.key} if isinstance(refused, Unfinished) else {}
        return _draw(request, 422, problem=refused.lines, **typed)
    return _draw(request)


@require_POST
@officer_page(VERIFIER.code)
def take_back(request: OfficerRequest) -> HttpResponse:
    """Take the latest result back; the person is on the screen again."""
    try:
        calls.take_back(request.actor, key=request.POST.get("key", "")[:64] or uuid4().hex)
    except NotDone as refused:
        return _draw(request, 422, problem=refused.lines)
    return _draw(request)


@require_POST
@officer_page(VERIFIER.code)
def dial(request: OfficerRequest, item_id: UUID) -> HttpResponse:
    """Show the name and the number to dial, for this call; the ledger keeps who looked, at whom and why."""
    held = Item.objects.filter(pk=item_id, claimed_by=request.actor.officer_id, stage="call").first()
    person = Matter.objects.filter(pk=item_id).values_list("person_id", flat=True).first() if held else None
    if held is None or person is None:
        return _draw(request, 409, problem=calls.NoLongerYours().lines)
    content: dict[str, Any] = {"item": held, "now": timezone.now()}
    try:
        shown = reveal(person, ["name", "phone"], "contact", item_id, request.actor)
        content |= {"name": shown.get("name", ""), "phone": shown.get("phone", "")}
        content["problem"] = None if shown.get("phone") else NO_NUMBER
    except Denied as denied:
        content["problem"] = denied.text
    except ErasedError:
        content["problem"] = GONE
    calls.keep(request.actor, item_id, content["now"])
    if request.htmx:
        return render(request, "verification/partials/dialled.html", content)
    return render(
        request, "verification/calls.html", {"crumbs": CRUMBS, **_content(request), "dialled": content}
    )


@officer_page(VERIFIER.code)
def found_records(request: OfficerRequest, item_id: UUID) -> HttpResponse:
    """Show what the county's own records say of the person on the screen."""
    item = (
        Item.objects.filter(pk=item_id, claimed_by=request.actor.officer_id).select_related("matter").first()
    )
    if item is None or item.matter.person_id is None:
        raise Http404
    found = sheet.records(item, item.matter.person_id, request.actor.jurisdiction)
    return render(request, "verification/partials/records.html", {"records": found, "now": timezone.now()})


@require_POST
@officer_page(VERIFIER.code)
def keep(request: OfficerRequest, item_id: UUID) -> HttpResponse:
    """Say that somebody still sits before this person; where the claim is gone, the sheet is drawn again."""
    if calls.keep(request.actor, item_id, timezone.now()):
        return HttpResponse(status=204)
    return _draw(request)


@require_POST
@officer_page(VERIFIER.code)
def begin(request: OfficerRequest) -> HttpResponse:
    """Begin the shift, or go on after a pause."""
    actor, now = request.actor, timezone.now()
    assert actor.officer_id is not None
    request.session.pop("verification_paused", None)
    if roster.shift_of(actor.officer_id, now) is None:
        roster.begin_shift(actor.officer_id, asked_end(request.POST.get("until", ""), now), now, actor=actor)
    return _draw(request)


@require_POST
@officer_page(VERIFIER.code)
def pause(request: OfficerRequest) -> HttpResponse:
    """Let go of whoever is on the screen, and rest; `end` ends the shift."""
    actor, now = request.actor, timezone.now()
    assert actor.officer_id is not None
    calls.let_go(actor)
    if request.POST.get("end"):
        roster.end_shift(actor.officer_id, now, actor=actor)
        request.session.pop("verification_paused", None)
    else:
        request.session["verification_paused"] = True
    return _draw(request)
