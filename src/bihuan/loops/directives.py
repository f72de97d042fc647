"""Directives → verifications → back: every listed row is verified, and what is found is a line of the feedback.

Epidemic-related lists become work; lists of other directives are signed for only, so their verifications are closed as they
are opened. Feedback that comes in workbooks or from units is the verification's history; what a call or a visit finds is
feedback. Rework opens a verification of its own, so that what was found before stays as it was.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final
from uuid import UUID

from bihuan.core.access.actors import system_actor
from bihuan.core.access.models import Organ
from bihuan.core.matters import engine
from bihuan.core.matters.details import Applied, FollowUp, Opening, Step
from bihuan.core.matters.models import Matter
from bihuan.core.matters.registry import follows
from bihuan.core.spec import Nothing, Text
from bihuan.modules.directives import answers
from bihuan.modules.directives.answers import About, Line, Result, Wanted
from bihuan.modules.directives.matter import DIRECTIVE, TASK
from bihuan.modules.directives.payloads import Finding
from bihuan.modules.directives.payloads import Method as FormMethod
from bihuan.modules.verification.matter import ITEM
from bihuan.modules.verification.payloads import Asked, Feedback, Method, Postponed

LISTED, REWORK = "directives", "rework"
"""Where a verification comes from: a row that is listed, or one that is to be checked again (no new row of the list)."""
FINDINGS: Final[Mapping[str, Finding]] = {
    "confirm": Finding.TRUE, "find_otherwise": Finding.UNTRUE, "forward": Finding.ELSEWHERE, "give_up": Finding.UNREACHED,
    "settle_by_record": Finding.TRUE,
}  # fmt: skip
"""What a verification's result is called on the form."""
TAKES_BACK: Final = ("call_again", "visit_again", "unsettle")
_FRAME: Final = re.compile(r"^关于|的?(?:合成作战)?(?:指令|通知|函)$")
LONGEST: Final = 80


def verify(steps: Sequence[Applied]) -> Iterator[FollowUp]:
    """Open a verification for each listed row that has none, with the feedback that came with it as its history."""
    ids = list(dict.fromkeys(step.matter_id for step in steps))
    told, at = answers.about(ids), {step.matter_id: step for step in steps}
    wanted = answers.wanted(ids)
    lines: dict[UUID, list[Line]] = {}
    for line in answers.unrecorded(ids) if wanted else ():
        lines.setdefault(line.item, []).append(line)
    for directive, rows in wanted.items():
        for row in rows:
            history = lines.get(row.item, [])
            answers_of_row = _history(history, told[directive], at[directive])
            yield FollowUp(ITEM.code, _opening(row, told[directive], at[directive], answers_of_row))
    opened = {row.item for rows in wanted.values() for row in rows}
    answers.mark_recorded([line for item, found in lines.items() if item in opened for line in found])


for _code in ("sign", "amend", "send_back"):
    follows(f"{DIRECTIVE.code}.{_code}")(verify)


def _opening(row: Wanted, about: About, step: Applied, history: list[Step]) -> Opening:
    reason = reason_of(about.subject)
    asked = Asked(
        source=REWORK if row.again else LISTED, source_id=about.directive, reason=reason, rows=1, township=row.township,
        due_at=about.due_at, epidemic=about.epidemic, pushed_at=about.received_at,
    )  # fmt: skip
    return Opening(
        asked, step.occurred_at, person_id=row.person, matter_id=row.item, history=history,
        title=Text(f"核查 · {reason}", f"To verify: {reason}"),
    )  # fmt: skip


def _history(lines: Sequence[Line], about: About, step: Applied) -> list[Step]:
    """Return what is known of a row already. One that is signed for only is closed at once; feedback comes to it later."""
    told = [_told(line) for line in lines]
    if not about.epidemic:
        return [Step("close_fed_back", Nothing(), step.occurred_at), *told]
    if not told:
        return []
    return [*told, Step("close_fed_back", Nothing(), max(step.occurred_at, lines[-1].at))]


def _told(line: Line) -> Step:
    words = "" if line.finding is Finding.NONE else line.finding.text.zh
    feedback = Feedback(method=Method(str(line.method)), finding=words, at=line.at, unit=line.unit)
    return Step("record_feedback", feedback, line.at, belated=True)


def reason_of(subject: str) -> str:
    """Return why somebody is to be verified, as the directive's subject says it: 核查核酸漏检人员."""
    return _FRAME.sub("", _FRAME.sub("", subject.strip()))[:LONGEST] or subject[:LONGEST]


def record(steps: Sequence[Applied]) -> tuple[()]:
    """Hand feedback that came later to the verifications it is on, and close those that were open."""
    ids = [step.matter_id for step in steps]
    directives = ids if steps[0].type == DIRECTIVE.code else answers.directives_of(ids)
    lines = answers.unrecorded(directives)
    states = dict(Matter.objects.filter(id__in={line.item for line in lines}).values_list("id", "state"))
    lines = [line for line in lines if line.item in states]
    todo = [(line.item, _told(line)) for line in lines]
    last = {line.item: line.at for line in lines}
    todo += [
        (item, Step("close_fed_back", Nothing(), max(at, steps[-1].occurred_at)))
        for item, at in last.items()
        if states[item] in ITEM.open_states
    ]
    if todo:
        engine.perform_many(todo, actor=system_actor(steps[0].actor.jurisdiction), raising=True)
    answers.mark_recorded(lines)
    return ()


follows(f"{DIRECTIVE.code}.note_feedback")(record)
follows(f"{TASK.code}.answer")(record)


def postpone(steps: Sequence[Applied]) -> tuple[()]:
    """Let the open verifications of these directives be due when their feedback is: more time was granted, a limit corrected."""
    for step in steps:
        if step.transition == "amend" and step.payload.due_at is None:
            continue
        items = answers.open_rows([step.matter_id])
        still = Matter.objects.filter(id__in=items, state__in=ITEM.open_states).exclude(
            due_at=step.facts.due_at
        )
        moved = Postponed(due_at=step.facts.due_at)
        todo = [
            (item, Step("move_due", moved, step.occurred_at)) for item in still.values_list("id", flat=True)
        ]
        if todo:
            engine.perform_many(todo, actor=system_actor(step.actor.jurisdiction), raising=True)
    return ()


follows(f"{DIRECTIVE.code}.grant_time")(postpone)
follows(f"{DIRECTIVE.code}.amend")(postpone)


def feed(steps: Sequence[Applied]) -> tuple[()]:
    """Make what verifications of listed rows came to lines of the feedback."""
    mine = [step for step in steps if step.facts.source in (LISTED, REWORK)]
    organs = {step.actor.organ for step in mine if step.actor.organ}
    names = dict(Organ.objects.filter(code__in=organs).values_list("code", "name_zh")) if organs else {}
    answers.note_results(
        [
            Result(
                step.matter_id, step.entry_id, FormMethod(str(step.payload.method)), FINDINGS[step.transition],
                step.occurred_at, names.get(step.actor.organ or "", ""),
            )
            for step in mine
        ]
    )  # fmt: skip
    return ()


def unfeed(steps: Sequence[Applied]) -> tuple[()]:
    """Strike the lines of results that were taken back."""
    answers.take_back([step.payload.entry for step in steps if step.facts.source in (LISTED, REWORK)])
    return ()


for _code in FINDINGS:
    follows(f"{ITEM.code}.{_code}")(feed)
for _code in TAKES_BACK:
    follows(f"{ITEM.code}.{_code}")(unfeed)
