"""What a step does besides changing the state: a directive's own row, its time limit, and the units' parts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from bihuan.core.clock.wording import clock_time, short_day
from bihuan.core.matters.details import OPENED, Applied, DeadlineSet, Details, FollowUp, Opening
from bihuan.core.matters.registry import details_of
from bihuan.core.matters.statements import run_each
from bihuan.core.spec import Choice, Snapshot, State, Text
from bihuan.modules.directives import matter, messages, splitting  # noqa: F401 - what it tells
from bihuan.modules.directives.facts import DirectiveFacts, PartFacts
from bihuan.modules.directives.payloads import Again, Finding, Method, MoreTime
from bihuan.modules.directives.storing import ASSIGN, DIRECTIVE_ROWS, LATE, PART_ROWS, REDO

CHOICES: dict[str, type[Choice]] = {"method": Method, "finding": Finding, "again": Again}
TIMES = ("until", "due_at")
FIELDS = {
    "issuer": Text("下发单位", "issuing body"), "subject": Text("主题", "subject"), "due_at": Text("反馈时限", "time limit"),
    "epidemic": Text("是否涉疫", "kind"), "received_at": Text("接收时间", "received"),
}  # fmt: skip
NOTHING = Text("内容未改", "no field changed")
WHY = {
    "own": Text("指令写明的反馈时限", "the time limit stated in the directive"),
    "granted": Text("下发单位准予延期({by} 同意),原时限 {first}", "more time granted by the issuing body ({by}); first due {first}"),
    "returned": Text("下发单位退回重办时定的时限,原时限 {first}", "set by the issuing body when it returned the feedback; first due {first}"),
    "amended": Text("下发单位更正后的时限,原时限 {first}", "as amended by the issuing body; first due {first}"),
}  # fmt: skip
TO_SPLIT = Text("签收后 2 小时内分工", "to be split within two hours of signing")
PART_WHY = {"zh": "随指令的反馈时限", "en": "due with the directive's feedback"}


def moment_text(at: datetime) -> Text:
    """Return a time as a deadline's explanation says it."""
    local = at.astimezone()
    day = short_day(local.date())
    return Text(f"{local.year}年{day.zh} {clock_time(at)}", f"{day.en} {local.year}, {clock_time(at)}")


def why_due(facts: DirectiveFacts) -> Text:
    """Return why feedback is due when it is."""
    first = moment_text(facts.first_due)
    words = WHY[facts.why]
    by = facts.by or "—"
    return Text(words.zh.format(by=by, first=first.zh), words.en.format(by=by, first=first.en))


@details_of(matter.DIRECTIVE)
class DirectiveDetails(Details[DirectiveFacts]):
    """A directive: its limit in force, how many it lists, how many of them have feedback."""

    names = frozenset({"reference"})

    def load(self, ids: Sequence[UUID]) -> Mapping[UUID, DirectiveFacts]:
        """Return the facts of these directives, in one query."""
        with connection.cursor() as cursor:
            cursor.execute(DIRECTIVE_ROWS, [list(ids)])
            return {row[0]: DirectiveFacts(*row[1:]) for row in cursor.fetchall()}

    def prepare(self, openings: Sequence[Opening]) -> Any:
        """Read how many each lists and how many have feedback: an import writes the rows first."""
        ids = [one.matter_id for one in openings if one.matter_id is not None]
        return self.load(ids) if ids else {}

    def opened(self, matter_id: UUID, opening: Opening, prepared: Any) -> DirectiveFacts:
        """Return the facts of one that has just come."""
        due, there = opening.payload.due_at, prepared.get(matter_id)
        facts = DirectiveFacts(due, opening.occurred_at, due)
        if there is not None:
            facts.listed, facts.answered = there.listed, there.answered
        return facts

    def fold(self, facts: DirectiveFacts, step: Applied) -> DirectiveFacts:
        """Return the facts after a step."""
        after, payload = copy(facts), step.payload
        if step.transition == "ask_for_time":
            after.asked_until = payload.until
        elif step.transition == "grant_time":
            after.asked_until, after.due_at, after.why, after.by = (
                None,
                payload.until,
                "granted",
                payload.agreed_by,
            )
        elif step.transition == "refuse_time":
            after.asked_until = None
        elif step.transition == "send_back":
            after.due_at, after.why, after.returned = payload.due_at, "returned", facts.returned + 1
            after.answered = 0 if payload.again is Again.ALL else facts.answered
        elif step.transition == "amend" and payload.due_at is not None:
            after.due_at, after.why = payload.due_at, "amended"
        return after

    def due(self, state: State, snapshot: Snapshot) -> DeadlineSet | None:
        """Return until when the issuing body wants its feedback; before that, until when it is to be split."""
        facts: DirectiveFacts = snapshot.facts
        split_by = facts.received_at + timedelta(hours=matter.HOURS_TO_SPLIT)
        if state.code == matter.SIGNED.code and split_by < facts.due_at:
            return DeadlineSet(split_by, _kept(TO_SPLIT))
        return DeadlineSet(facts.due_at, _kept(why_due(facts)))

    def write(self, steps: Sequence[Applied]) -> None:
        """Write what these steps change of the directives' rows."""
        for code, statement, values in WRITES:
            run_each(statement, [values(step) for step in steps if step.transition == code])
        for step in steps:
            if step.transition == "amend" and step.payload.due_at is not None:
                run_each(LATE, [(step.payload.due_at, step.matter_id)])
            elif step.transition == "send_back":
                redo(step.matter_id, step.payload.again)

    def follow(self, steps: Sequence[Applied]) -> Iterator[FollowUp]:
        """Give the units their parts; move or recall them with their directive."""
        for step in steps:
            if step.transition == "split":
                yield from splitting.give(step)
        splitting.move_with(steps)

    def related(self, matter_id: UUID) -> Sequence[UUID]:
        """Return the units' parts."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT matter_id FROM directives_part WHERE directive_id = %s", [matter_id])
            return [row[0] for row in cursor.fetchall()]

    def words(self, step: Applied) -> Mapping[str, Text]:
        """Return the issuing body's number."""
        reference = getattr(step.payload, "reference", "") or splitting.reference_of(step.matter_id)
        return {"reference": Text(reference, reference)}

    def told(self, payload: Mapping[str, Any]) -> Mapping[str, Text]:
        """Return codes and times of a payload in words."""
        return told(payload)


def told(payload: Mapping[str, Any]) -> dict[str, Text]:
    """Return codes and times of a payload in words; which `reason` is a code shows by its value."""
    words = {name: _word(kind, payload.get(name)) for name, kind in CHOICES.items()}
    words["reason"] = _word(MoreTime, payload.get("reason"))
    for name in TIMES:
        if payload.get(name):
            words[name] = moment_text(datetime.fromisoformat(str(payload[name])))
    if "fields" in payload:
        named = [FIELDS[name] for name in payload["fields"] if name in FIELDS]
        words["fields"] = (
            Text("、".join(t.zh for t in named), ", ".join(t.en for t in named)) if named else NOTHING
        )
    return {name: text for name, text in words.items() if text is not None}


def _word(kind: type[Choice], code: object) -> Text | None:
    return next((member.text for member in kind if member == code), None)


def _kept(text: Text) -> dict[str, Any]:
    return {
        "zh": text.zh,
        "en": text.en,
        "basis": {"zh": "下发单位的指令", "en": "the issuing body's directive"},
    }


def redo(directive: UUID, again: Again) -> None:
    """Open listed rows anew, each under a verification of its own, as the issuing body wants it."""
    if again is not Again.FORM:
        with connection.cursor() as cursor:
            cursor.execute(REDO, {"directive": directive, "all": again is Again.ALL})


NEW = """
INSERT INTO directives_directive (matter_id, jurisdiction, reference, issuer, subject, epidemic, received_at, first_due, due_at,
  name, sha256) SELECT m.id, m.jurisdiction, %s, %s, %s, %s, %s, %s, %s, %s, decode(%s, 'hex') FROM matters_matter m WHERE m.id = %s
ON CONFLICT (matter_id) DO NOTHING
"""
SET = "UPDATE directives_directive SET {} WHERE matter_id = %s"
WRITES: tuple[tuple[str, str, Any], ...] = (
    (OPENED, NEW, lambda s: (
        s.payload.reference, s.payload.issuer, s.payload.subject, s.payload.epidemic, s.occurred_at, s.payload.due_at,
        s.payload.due_at, s.payload.name, s.payload.sha256, s.matter_id)),
    ("sign", SET.format("signed_at = %s"), lambda s: (s.occurred_at, s.matter_id)),
    ("ask_for_time", SET.format("asked_until = %s"), lambda s: (s.payload.until, s.matter_id)),
    ("refuse_time", SET.format("asked_until = NULL"), lambda s: (s.matter_id,)),
    ("grant_time", SET.format("asked_until = NULL, due_at = %s, due_why = 'granted', due_by = %s"),
     lambda s: (s.payload.until, s.payload.agreed_by[:80], s.matter_id)),
    ("send_back", SET.format("due_at = %s, due_why = 'returned', returned = returned + 1, fed_back_at = NULL"),
     lambda s: (s.payload.due_at, s.matter_id)),
    ("feed_back", SET.format("fed_back_at = %s"), lambda s: (s.occurred_at, s.matter_id)),
    ("amend", SET.format(
        "due_why = CASE WHEN %s::timestamptz IS NULL THEN due_why ELSE 'amended' END, due_at = coalesce(%s, due_at),"
        " epidemic = coalesce(%s, epidemic), issuer = coalesce(%s, issuer), subject = coalesce(%s, subject)"),
     lambda s: (s.payload.due_at, s.payload.due_at, s.payload.epidemic, s.payload.issuer, s.payload.subject, s.matter_id)),
)  # fmt: skip


@details_of(matter.TASK)
class TaskDetails(Details[PartFacts]):
    """A unit's part: until when, how many of its rows have feedback."""

    names = frozenset({"reference", "unit", "rows"})

    def load(self, ids: Sequence[UUID]) -> Mapping[UUID, PartFacts]:
        """Return the facts of these parts, in one query."""
        with connection.cursor() as cursor:
            cursor.execute(PART_ROWS, [list(ids)])
            return {row[0]: PartFacts(*row[1:]) for row in cursor.fetchall()}

    def opened(self, matter_id: UUID, opening: Opening, prepared: Any) -> PartFacts:
        """Return the facts of one that has just been given."""
        return PartFacts(opening.payload.due_at, opening.payload.rows)

    def fold(self, facts: PartFacts, step: Applied) -> PartFacts:
        """Return the facts after a step."""
        after = copy(facts)
        if step.transition == "move_due":
            after.due_at = step.payload.due_at
        return after

    def due(self, state: State, snapshot: Snapshot) -> DeadlineSet | None:
        """Return the directive's own limit."""
        return DeadlineSet(snapshot.facts.due_at, PART_WHY)

    def write(self, steps: Sequence[Applied]) -> None:
        """Write the parts' rows; which listed persons are whose."""
        splitting.write(steps)

    def related(self, matter_id: UUID) -> Sequence[UUID]:
        """Return the directive."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT directive_id FROM directives_part WHERE matter_id = %s", [matter_id])
            return [row[0] for row in cursor.fetchall()]

    def words(self, step: Applied) -> Mapping[str, Text]:
        """Return which directive's part it is, whose and how large."""
        with connection.cursor() as cursor:
            cursor.execute(ASSIGN, [step.matter_id])
            row = cursor.fetchone() or ("—", "—", 0)
        return {
            name: Text(str(value), str(value))
            for name, value in zip(("reference", "unit", "rows"), row, strict=True)
        }

    def told(self, payload: Mapping[str, Any]) -> Mapping[str, Text]:
        """Return codes and times of a payload in words."""
        return told(payload)
