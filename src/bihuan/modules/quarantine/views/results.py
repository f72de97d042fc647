"""Test results of a site in one table, entered as a batch; a wrong one is corrected by a new entry."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from uuid import UUID, uuid4

from django.contrib import messages
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from bihuan.core.access.actors import Actor
from bihuan.core.matters import engine
from bihuan.core.matters.details import Step
from bihuan.core.matters.errors import NotDone
from bihuan.core.matters.meanwhile import with_who_was_first
from bihuan.core.matters.outcomes import BulkOutcome
from bihuan.core.people.masks import Masked, masked
from bihuan.core.spec import Text
from bihuan.kit.language import said
from bihuan.kit.pages import OfficerRequest, officer_page
from bihuan.kit.parts import Crumb, Empty
from bihuan.modules.quarantine import queries
from bihuan.modules.quarantine.models import Site
from bihuan.modules.quarantine.payloads import Result, TestResult
from bihuan.modules.quarantine.protocol import LOCAL, DueItem
from bihuan.modules.quarantine.queries import RoomLine, StayLine
from bihuan.modules.quarantine.views.reach import back_to_board, crumbs, inside, may

NOTHING = Text("没有选择任何结果，没有保存", "No result was chosen; nothing was saved")
OVERTAKEN = Text("他人已先登记，见下面各行", "Somebody was first; see the lines below")
FUTURE = Text("采样时间不能晚于现在", "The sample cannot be later than now")


@dataclass(slots=True)
class Line:
    """One test of one person: what is chosen, what stands, why the last try was refused."""

    room: RoomLine
    stay: StayLine
    due: DueItem
    who: Masked | None
    chosen: str = ""
    mark: str = ""
    refused: Text | None = None

    @property
    def name(self) -> str:
        """Return the name of its field: another one for a correction, so that nobody corrects unseen."""
        return self.field("c" if self.mark else "r")

    def field(self, kind: str) -> str:
        """Return the field of a result (`r`) or of a correction (`c`)."""
        return f"{kind}-{self.stay.matter_id}-{self.due.item.code}"


@officer_page()
def results(request: OfficerRequest, code: str) -> HttpResponse:
    """Show the tests that wait for a result up to a day, and take a batch of results."""
    site, now = inside(request.actor, code), timezone.now()
    rooms = queries.rooms_with(site.place_id, now)
    running = [(room, stay) for room in rooms for stay in room.stays if stay.ended_at is None]
    queries.add_marks([stay for _, stay in running])
    names = masked({stay.person_id for _, stay in running})
    lines = sorted(_lines(running, names, now), key=lambda line: line.due.due_at >= now)
    status = 200
    if request.method == "POST" and may(request.actor, "record_test"):
        if _take(request, lines, site, now):
            return HttpResponseRedirect(reverse("quarantine:results", args=[code]))
        status = 422
    content = {
        "site": site,
        "crumbs": crumbs(site, Crumb(Text("登记核酸结果", "Test results"))),
        "now": now,
        "lines": [line for line in lines if not line.mark],
        "recorded": [line for line in lines if line.mark],
        "results": list(Result),
        "result_words": {str(one): one.text for one in Result},
        "sampled": request.POST.get("sampled_at", ""),
        "records": may(request.actor, "record_test"),
        "rest": request.POST.get("rest", ""),
        "key": uuid4(),
        "empty": Empty(
            Text("没有等结果的采样", "No test waits for its result"),
            Text("到今天为止，方案规定的采样都有结果。", "Every test up to today has its result."),
            back_to_board(code),
        ),
    }
    return render(request, "quarantine/results.html", content, status=status)


def _take(request: OfficerRequest, lines: list[Line], site: Site, now: datetime) -> bool:
    """Take the batch and say what came of it; returns whether all of it was taken."""
    for line in lines:
        line.chosen = request.POST.get(line.name, "")
    sampled = _sampled(request.POST.get("sampled_at", ""), now)
    if isinstance(sampled, Text):
        messages.error(request, said(sampled))
        return False
    steps = list(_chosen(lines, request, sampled, now))
    overtaken = _overtaken(lines, request)
    if not steps:
        messages.warning(request, said(OVERTAKEN if overtaken else NOTHING))
        return False
    outcome = _record(steps, request.actor, request.POST.get("bihuan_key", "")[:64])
    return not _tell(request, steps, outcome) and not overtaken


def _overtaken(lines: list[Line], request: HttpRequest) -> bool:
    """Mark where somebody else recorded another result meanwhile: what stands is corrected knowingly or not at all."""
    found = False
    for line in lines:
        given = request.POST.get(line.field("r"), "") if line.mark else ""
        if given in set(Result) and given != line.mark:
            stands = Result(line.mark).text
            line.chosen, line.refused, found = given, _stands(stands), True
    return found


def _stands(text: Text) -> Text:
    return Text(
        f"他人刚刚登记为“{text.zh}”，没有改动；确需更正请再保存一次",
        f"Somebody has just recorded “{text.en}”; nothing was changed. Save once more to correct it",
    )


def _lines(
    running: list[tuple[RoomLine, StayLine]], names: dict[UUID, Masked], now: datetime
) -> Iterator[Line]:
    """Yield the tests up to today that wait, and today's and yesterday's that have their result."""
    today = now.astimezone(LOCAL).date()
    tomorrow = datetime.combine(today + timedelta(days=1), time(0), LOCAL)
    for room, stay in running:
        for due in stay.schedule():
            if due.item.kind != "test" or due.due_at >= tomorrow:
                continue
            mark = stay.marks.get(due.item.code, "")
            done = due.item.code in stay.done
            if not done or (mark in set(Result) and due.due_at >= tomorrow - timedelta(days=2)):
                yield Line(room, stay, due, names.get(stay.person_id), mark=mark if done else "")


def _sampled(text: str, now: datetime) -> datetime | Text | None:
    if not text.strip():
        return None
    found = parse_datetime(text.strip())
    if found is None:
        return Text("采样时间要写日期和时间", "The sampling time needs a date and a time")
    found = found.replace(tzinfo=LOCAL) if found.tzinfo is None else found
    return FUTURE if found > now + timedelta(minutes=5) else found


Chosen = tuple[Line, Step]


def _chosen(
    lines: list[Line], request: HttpRequest, sampled: datetime | None, now: datetime
) -> Iterator[Chosen]:
    """Yield the steps of what was chosen; `rest` fills what was left open; a changed result is a correction."""
    known, rest = {str(one) for one in Result}, request.POST.get("rest", "")
    for line in lines:
        value = line.chosen or ("" if line.mark else rest)
        if value not in known or value == line.mark:
            continue
        payload = TestResult(item=line.due.item.code, result=Result(value), sampled_at=sampled)
        corrects = line.stay.entries.get(line.due.item.code) if line.mark else None
        yield line, Step("record_test", payload, now, corrects)


def _record(steps: list[Chosen], actor: Actor, key: str) -> BulkOutcome | NotDone:
    asked = [(line.stay.matter_id, step) for line, step in steps]
    try:
        return engine.perform_many(asked, actor=actor, key=f"{key}/results")
    except IntegrityError:  # the same batch was sent twice at once: the second reads what the first brought
        return engine.perform_many(asked, actor=actor, key=f"{key}/results")
    except NotDone as error:
        return error


def _tell(request: HttpRequest, steps: list[Chosen], outcome: BulkOutcome | NotDone) -> bool:
    """Say what came of the batch; returns whether something has to be looked at again."""
    if isinstance(outcome, NotDone):
        messages.error(request, said(outcome.text))
        return True
    refused = dict(outcome.refused)
    positives = sum(
        step.payload.result is Result.POSITIVE for n, (_, step) in enumerate(steps) if n not in refused
    )
    done = len(steps) - len(refused)
    if done:
        messages.success(request, said(Text(f"已登记 {done} 条结果", f"{done} results recorded")))
    if positives:
        words = Text(
            f"其中阳性 {positives} 人：转运任务已自动开出，限 2 小时内出发",
            f"{positives} positive: the transfer tasks are open, to depart within 2 hours",
        )
        messages.warning(request, said(words))
    for position, error in refused.items():
        line = steps[position][0]
        line.refused = with_who_was_first(error, line.stay.matter_id, None).text
    return bool(refused)
