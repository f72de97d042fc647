"""What a step of a verification does besides moving it: its detail row, and the attempt it was."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection

from bihuan.core.matters.details import Applied, DeadlineSet, Details, FollowUp, Opening
from bihuan.core.matters.models import Matter
from bihuan.core.matters.registry import details_of
from bihuan.core.spec import Choice, Snapshot, State, Text
from bihuan.modules.verification import matter, rows
from bihuan.modules.verification.facts import ItemFacts
from bihuan.modules.verification.letters import forward_letter
from bihuan.modules.verification.payloads import Measure, Method, Missed, Unverified, Why
from bihuan.modules.verification.quickly import at_microsecond, uuid_array
from bihuan.modules.verification.records import kind_text
from bihuan.modules.verification.slots import slot_of
from bihuan.modules.verification.townships import NOWHERE, township_place

NEWS = timedelta(hours=72)
"""What happened longer ago was passed on then, on paper; a letter now would only confuse."""
WHY_DUE = {"zh": "按来源要求的时限反馈", "en": "feedback is due as the source demands"}
CHOICES: dict[str, type[Choice]] = {"method": Method, "propose": Measure, "result": Missed}
SOURCES = {"alerts": Text("预警", "Alert"), "directives": Text("指令", "Directive")}


@details_of(matter.ITEM)
class ItemDetails(Details[ItemFacts]):
    """A verification: where it stands, with whom, how often it was tried."""

    def load(self, ids: Sequence[UUID]) -> Mapping[UUID, ItemFacts]:
        """Return the facts of these verifications, in one query."""
        with connection.cursor() as cursor:
            cursor.execute(rows.FACTS, [uuid_array(ids)])
            return {
                row[0]: ItemFacts(*(*row[3:9], at_microsecond(row[1]), at_microsecond(row[2]), *row[9:]))
                for row in cursor.fetchall()
            }

    def arrange(self, opening: Opening) -> Opening:
        """Give it its township's place, and a title without anything personal."""
        asked = opening.payload
        opening.place_id = township_place(settings.BIHUAN.jurisdiction, asked.township)
        if opening.title is None:
            words = f"{asked.reason} · {asked.township or NOWHERE}"
            opening.title = Text(words, words)
        return opening

    def opened(self, matter_id: UUID, opening: Opening, prepared: Any) -> ItemFacts:
        """Return the facts of one that has just been asked for."""
        asked = opening.payload
        return ItemFacts(
            asked.source, asked.source_id, asked.reason, asked.rows, asked.township, asked.epidemic,
            asked.pushed_at, asked.due_at,
        )  # fmt: skip

    def fold(self, facts: ItemFacts, step: Applied) -> ItemFacts:
        """Return the facts after a step."""
        after = facts.clone()
        fold = FOLDS.get(step.transition)
        if fold is not None:
            fold(after, step)
        return after

    def due(self, state: State, snapshot: Snapshot) -> DeadlineSet | None:
        """Return until when the source wants its feedback."""
        return DeadlineSet(snapshot.facts.due_at, WHY_DUE)

    def write(self, steps: Sequence[Applied]) -> None:
        """Write the detail rows and the attempts of these steps."""
        rows.write(steps)

    def follow(self, steps: Sequence[Applied]) -> Iterable[FollowUp]:
        """Write the letter to the other county for whoever was found to have moved there just now."""
        for step in steps:
            fresh = step.recorded_at - step.occurred_at < NEWS and step.actor.officer_id is not None
            if step.transition == "forward" and fresh:
                forward_letter(step.matter_id, step.payload, step.facts, step.recorded_at, actor=step.actor)
        return ()

    def related(self, matter_id: UUID) -> Sequence[UUID]:
        """Return the list or directive that asked for it."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT source_id FROM verification_item WHERE matter_id = %s", [matter_id])
            return [row[0] for row in cursor.fetchall()]

    def told(self, payload: Mapping[str, Any]) -> Mapping[str, Text]:
        """Return codes of a payload in words."""
        words: dict[str, Text | None] = {
            name: _word(kind, payload.get(name)) for name, kind in CHOICES.items()
        }
        words["why"] = _word(Why, payload.get("why")) or _word(Unverified, payload.get("why"))
        if source := payload.get("source_id"):
            words["source_id"] = _number(source)
        words["source"] = SOURCES.get(str(payload.get("source", "")))
        if kinds := payload.get("kinds"):
            said = [kind_text(str(kind)) for kind in kinds]
            words["kinds"] = Text("、".join(t.zh for t in said), ", ".join(t.en for t in said))
        return {name: text for name, text in words.items() if text is not None}


def _number(matter_id: object) -> Text:
    """Return the number of the list or directive, where there is still one."""
    found = Matter.objects.filter(pk=str(matter_id)).values_list("number", flat=True).first() or "—"
    return Text(found, found)


def _word(kind: type[Choice], code: object) -> Text | None:
    return next((member.text for member in kind if member == code), None)


# ── what each step changes ───────────────────────────────────────────────
def _tried(facts: ItemFacts, step: Applied) -> None:
    method = step.payload.method
    if method == Method.PHONE:
        facts.calls += 1
        facts.slots |= slot_of(step.occurred_at).bit
    elif method == Method.IN_PERSON:
        facts.visits += 1


def _settle_last(facts: ItemFacts) -> None:
    """Somebody has gone on from the latest result, so it can no longer be taken back."""
    facts.last_entry, facts.last_step = None, ""


def _given(facts: ItemFacts, step: Applied) -> None:
    facts.officer, facts.run, facts.again_at = step.payload.officer, step.payload.run, None
    _settle_last(facts)


def _taken(facts: ItemFacts, step: Applied) -> None:
    facts.officer, facts.run, facts.again_at = None, step.payload.run, None
    _settle_last(facts)


def _missed(facts: ItemFacts, step: Applied) -> None:
    _tried(facts, step)
    facts.again_at = step.payload.again_at


def _ended(facts: ItemFacts, step: Applied) -> None:
    _tried(facts, step)
    facts.method, facts.again_at = str(step.payload.method), None


def _referred(facts: ItemFacts, step: Applied) -> None:
    _tried(facts, step)
    facts.officer, facts.again_at = step.payload.officer, None
    facts.language = step.payload.language or facts.language


def _settled(facts: ItemFacts, step: Applied) -> None:
    facts.method, facts.run = str(step.payload.method), step.payload.run


def _unsettled(facts: ItemFacts, step: Applied) -> None:
    facts.method, facts.run = "", step.payload.run
    _settle_last(facts)


def _attached(facts: ItemFacts, step: Applied) -> None:
    facts.rows += step.payload.rows
    if step.payload.due_at is not None:
        facts.due_at = min(facts.due_at, step.payload.due_at)


def _postponed(facts: ItemFacts, step: Applied) -> None:
    facts.due_at = step.payload.due_at


def _called_again(facts: ItemFacts, step: Applied) -> None:
    facts.calls = max(0, facts.calls - 1)
    _back(facts, step)


def _visited_again(facts: ItemFacts, step: Applied) -> None:
    facts.visits = max(0, facts.visits - 1)
    _back(facts, step)


def _back(facts: ItemFacts, step: Applied) -> None:
    facts.officer, facts.again_at, facts.method = step.actor.officer_id, None, ""
    _settle_last(facts)


def _fed_back(facts: ItemFacts, step: Applied) -> None:
    facts.method = str(step.payload.method)


FOLDS: dict[str, Callable[[ItemFacts, Applied], None]] = {
    "assign_call": _given, "assign_visit": _given, "reassign": _given, "unassign": _taken,
    "miss_call": _missed, "miss_visit": _missed, "confirm": _ended, "find_otherwise": _ended, "forward": _ended,
    "give_up": _ended, "ask_for_visit": _referred, "hand_to_lead": _referred, "settle_by_record": _settled,
    "unsettle": _unsettled, "attach": _attached, "call_again": _called_again, "visit_again": _visited_again,
    "record_feedback": _fed_back, "move_due": _postponed,
}  # fmt: skip
