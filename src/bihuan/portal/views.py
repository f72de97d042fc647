"""The page of a person under observation, and what he or she may ask and contest there."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from bihuan.core.access.models import Organ
from bihuan.core.ledger.queries import Line, timeline
from bihuan.core.matters import engine
from bihuan.core.matters.details import Opening
from bihuan.core.matters.errors import NotDone
from bihuan.core.matters.models import Matter
from bihuan.core.matters.registry import matter_type, posts
from bihuan.core.papers import receipts
from bihuan.core.people.reveal import told
from bihuan.core.people.sealing import open_many
from bihuan.core.spec import Text
from bihuan.kit.language import said
from bihuan.modules.quarantine import codes
from bihuan.modules.quarantine.matter import OBJECTION, REQUEST
from bihuan.modules.quarantine.models import Task
from bihuan.modules.quarantine.payloads import Need, ObjectionRaised, RequestForHelp
from bihuan.portal import mine
from bihuan.portal.door import actor_for, enter, leave, own_page
from bihuan.portal.forms import CodeForm, NeedForm, WordsForm
from bihuan.portal.guesses import Guesser

HELD_BACK = Text(
    "输错的次数太多了，请 15 分钟后再试，或请工作人员重发纸条。",
    "Too many wrong codes. Try again in 15 minutes, or ask the staff for a new slip.",
)
WRONG = Text(
    "没有这个查询码。请对照纸条再输一次；纸条丢了或换过，请找工作人员。",
    "There is no such code. Compare it with your slip; if the slip was lost or replaced, ask the staff.",
)


@never_cache
def door(request: HttpRequest) -> HttpResponse:
    """Ask for the code on the slip."""
    form, status = CodeForm(request.POST or None), 200
    if request.method == "POST":
        now = timezone.now()
        guesser = Guesser(request.META.get("REMOTE_ADDR", ""), now)
        status = 422
        if guesser.held_back():
            form.add_error("code", said(HELD_BACK))
            status = 429
        elif form.is_valid():
            found = codes.find(form.cleaned_data["code"])
            if found is not None:
                enter(request, *found, now)
                return redirect("my:stay")
            guesser.wrong()
            form.add_error("code", said(WRONG))
    return render(request, "portal/door.html", {"form": form}, status=status)


@require_POST
def goodbye(request: HttpRequest) -> HttpResponse:
    """Close the page on this device."""
    leave(request)
    return redirect("my:door")


@own_page
def stay(request: HttpRequest, stay_id: UUID) -> HttpResponse:
    """Show the whole: why, until when, every day, results, what was asked."""
    now = timezone.now()
    found = mine.read(stay_id, now)
    if found is None:
        raise Http404
    return render(request, "portal/stay.html", {"mine": found, "now": now, "views": _views(found.matter)})


def _views(matter: Matter) -> int:
    return len(told(matter.person_id, matter.jurisdiction)) if matter.person_id else 0


@own_page
def need(request: HttpRequest, stay_id: UUID) -> HttpResponse:
    """Ask what is needed; the words come on the next page."""
    form = NeedForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return redirect("my:ask", need=form.cleaned_data["need"])
    content = {"form": form, "step": 1}
    return render(request, "portal/need.html", content, status=422 if form.errors else 200)


@own_page
def ask(request: HttpRequest, stay_id: UUID, need: str) -> HttpResponse:
    """Ask for the words, and open the request; its receipt is the next page."""
    if need not in set(Need):
        raise Http404
    wanted = Need(need)
    text = wanted.text
    title = Text(f"需要：{text.zh}", f"Needs: {text.en.lower()}")
    form, status = WordsForm(request.POST or None), 200
    if request.method == "POST":
        if form.is_valid():
            payload = RequestForHelp(need=wanted, words=form.cleaned_data["words"], stay=stay_id)
            taken = _open(REQUEST.code, payload, stay_id, title, form)
            if taken is not None:
                return taken
        status = 409 if form.non_field_errors() else 422
    return render(request, "portal/ask.html", {"form": form, "need": text, "step": 2}, status=status)


@own_page
def contest(request: HttpRequest, stay_id: UUID) -> HttpResponse:
    """Say how an order is contested, and take the objection."""
    form, status = WordsForm(request.POST or None), 200
    if request.method == "POST":
        if form.is_valid():
            payload = ObjectionRaised(words=form.cleaned_data["words"], stay=stay_id)
            title = Text("对隔离决定的异议", "Objection to the order")
            taken = _open(OBJECTION.code, payload, stay_id, title, form)
            if taken is not None:
                return taken
        status = 409 if form.non_field_errors() else 422
    content = {
        "form": form,
        "running": [one for one in mine.asked(stay_id) if one.kind == OBJECTION.code and not one.closed],
    }
    return render(request, "portal/contest.html", content, status=status)


def _open(kind: str, payload: object, stay_id: UUID, title: Text, form: WordsForm) -> HttpResponse | None:
    """Open the matter and lead to its page; None where it was not taken: then the form says why."""
    about = Matter.objects.only("person_id", "place_id").get(id=stay_id)
    assert about.person_id is not None
    opening = Opening(
        payload=payload,
        occurred_at=timezone.now(),
        person_id=about.person_id,
        place_id=about.place_id,
        title=title,
    )
    try:
        done = engine.open(
            matter_type(kind),
            opening,
            actor=actor_for(about.person_id),
            key=f"my/{stay_id}/{form.cleaned_data['key']}",
        )
    except NotDone as error:
        form.refuse(error.text)
        return None
    return HttpResponseRedirect(reverse("my:matter", args=[done.matter_id]))


def _own(stay_id: UUID, matter_id: UUID) -> Matter:
    """Return a matter that this person opened from this stay; 404 for any other."""
    task = (
        Task.objects.select_related("matter__organ")
        .filter(matter_id=matter_id, stay_id=stay_id, matter__type__in=(REQUEST.code, OBJECTION.code))
        .first()
    )
    if task is None:
        raise Http404
    return task.matter


@own_page
def matter(request: HttpRequest, stay_id: UUID, matter_id: UUID) -> HttpResponse:
    """Show where a request or an objection stands, its receipt, its answer."""
    found = _own(stay_id, matter_id)
    kind = matter_type(found.type)
    lines = timeline(found.id)
    opened = _texts(found, lines)
    state = kind.state(found.state)
    content = {
        "matter": found,
        "what": Text(found.title_zh or kind.zh, found.title_en or kind.en),
        "state": state,
        "words": opened.get("open", {}).get("words", ""),
        "answer": opened.get("answer", {}).get("words") or opened.get("decide", {}).get("words", ""),
        "upheld": opened.get("decide", {}).get("upheld"),
        "steps": _steps(found, lines),
        "receipt": lines[0],
        "objection": found.type == OBJECTION.code,
        "now": timezone.now(),
    }
    return render(request, "portal/matter.html", content)


def _texts(found: Matter, lines: list[Line]) -> dict[str, dict[str, object]]:
    """Return transition → what was said in it, opened for the person it belongs to."""
    texts = {line.kind.rpartition(".")[2]: dict(line.payload) for line in lines}
    sealed = [line for line in lines if line.sealed is not None]
    if found.person_id is not None:
        boxes = [(found.person_id, mine.PURPOSE, line.sealed or b"") for line in sealed]
        for line, values in zip(sealed, open_many(boxes), strict=True):
            texts[line.kind.rpartition(".")[2]].update(values or {})
    return texts


def _steps(found: Matter, lines: list[Line]) -> list[dict[str, object]]:
    kind = matter_type(found.type)
    done: list[dict[str, object]] = []
    for line in lines:
        code = line.kind.rpartition(".")[2]
        told_as = (
            Text("您提交了，我们已收到", "You sent it; we have received it")
            if code == "open"
            else kind.transition(code).label
        )
        done.append({"text": told_as, "at": line.occurred_at, "when": "was"})
    state = kind.state(found.state)
    if not state.closed:
        done.append({"text": state.label, "at": None, "when": "now"})
        done.append({"text": Text("答复您", "You get an answer"), "at": None, "when": "next"})
    return done


@require_POST
@own_page
def withdraw(request: HttpRequest, stay_id: UUID, matter_id: UUID) -> HttpResponse:
    """Take a request or an objection back."""
    found = _own(stay_id, matter_id)
    assert found.person_id is not None
    try:
        engine.perform(found.id, "withdraw", actor=actor_for(found.person_id), key=f"my/{found.id}/withdraw")
    except NotDone as error:
        return render(request, "portal/not_done.html", {"words": error.text}, status=409)
    return HttpResponseRedirect(reverse("my:matter", args=[found.id]))


@own_page
def receipt(request: HttpRequest, stay_id: UUID, matter_id: UUID) -> HttpResponse:
    """Give the dated receipt as PDF."""
    found = _own(stay_id, matter_id)
    kind = matter_type(found.type)
    organ = Text(found.organ.name_zh, found.organ.name_en)
    page = request.build_absolute_uri(reverse("my:door"))
    made = receipts.render(
        receipts.Receipt(
            number=found.number,
            matter_number=found.number,
            organ=organ,
            handed_in_by=said(Text("本人", "The person concerned")),
            received_at=found.opened_at,
            received_by=said(organ),
            items=[receipts.Item(Text(found.title_zh or kind.zh, found.title_en or kind.en))],
            next_step=receipts.NextStep(Text("答复您", "You get an answer"), found.due_at),
            page=page,
        )
    )
    answer = HttpResponse(made.pdf, content_type="application/pdf")
    answer["Content-Disposition"] = 'attachment; filename="receipt.pdf"'
    return answer


@own_page
def views(request: HttpRequest, stay_id: UUID) -> HttpResponse:
    """Show who looked at the person's data: organ and post, which fields, for what, when."""
    about = Matter.objects.only("person_id", "jurisdiction").get(id=stay_id)
    found = told(about.person_id, about.jurisdiction) if about.person_id else []
    organs = {one.code: Text(one.name_zh, one.name_en) for one in Organ.objects.all()}
    known = posts()
    lines = [
        (
            one,
            organs.get(one.organ or ""),
            Text(known[one.post].zh, known[one.post].en) if one.post in known else None,
        )
        for one in found
    ]
    return render(request, "portal/views.html", {"lines": lines})
