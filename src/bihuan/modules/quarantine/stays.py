"""How a stay's facts follow from its steps, and its deadline. Pure; `services.py` writes what comes of it."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from bihuan.core.matters.details import Applied, DeadlineSet
from bihuan.modules.quarantine.facts import StayFacts
from bihuan.modules.quarantine.payloads import (
    Admission,
    Observation,
    ProtocolChange,
    Result,
    RoomMove,
    TestResult,
    Waiver,
)
from bihuan.modules.quarantine.protocol import LOCAL, open_items
from bihuan.modules.quarantine.protocols import Binding, binding_of

ENDED = frozenset({"released", "transferred", "hospital", "home", "died", "revoked", "handed_over"})


def fold(facts: StayFacts, step: Applied) -> StayFacts:
    """Return the facts after a step (the same object, moved on)."""
    payload = step.payload
    if isinstance(payload, Admission):
        _admit(facts, payload, step.occurred_at)
        step.extra.update(_told(facts))
    elif isinstance(payload, Observation):
        if not payload.no_answer:
            facts.done.add(payload.item)
    elif isinstance(payload, TestResult):
        _test(facts, payload, step)
    elif isinstance(payload, Waiver):
        facts.done.add(payload.item)
    elif isinstance(payload, RoomMove):
        facts.room = payload.room
    elif isinstance(payload, ProtocolChange):
        _bind(facts, binding_of(payload.protocol))
        step.extra.update(_told(facts))
    if step.after in ENDED and facts.ended_at is None:
        facts.ended_at = step.occurred_at
    return facts


def _admit(facts: StayFacts, admission: Admission, at: datetime) -> None:
    facts.room = admission.room
    if facts.admitted_at is not None:  # came back: days go on as they were
        return
    facts.admitted_at = at
    facts.day_one = admission.day_one or at.astimezone(LOCAL).date()
    if admission.episode is not None:
        facts.episode = admission.episode
    if facts.rules is not None:
        facts.release_due = facts.rules.release_due(facts.day_one)


def _told(facts: StayFacts) -> dict[str, Any]:
    """Return what the ledger must keep of a binding, so that figures can ask what was due."""
    return {"day_one": str(facts.day_one), "protocol_id": facts.protocol_id, "episode": str(facts.episode)}


def _bind(facts: StayFacts, binding: Binding) -> None:
    facts.rules, facts.protocol_id = binding.rules, binding.id
    if facts.day_one is not None:
        facts.release_due = binding.rules.release_due(facts.day_one)


def _test(facts: StayFacts, test: TestResult, step: Applied) -> None:
    if test.result is Result.INVALID:
        facts.done.discard(test.item)
        return
    facts.done.add(test.item)
    if test.result is Result.POSITIVE:
        when = test.sampled_at or step.occurred_at
        if facts.positive_at is None:
            facts.positive_at = when
        day = day_of_stay(facts, when)
        step.extra.update({"day": day, "onset": onset_class(day)})
    elif step.corrects is not None:
        facts.positive_at = None


def day_of_stay(facts: StayFacts, when: datetime) -> int:
    """Return the day of stay on which something happened, check-in being day 1 (the onset classes' day)."""
    assert facts.day_one is not None
    return (when.astimezone(LOCAL).date() - facts.day_one).days + 1


def onset_class(day: int) -> str:
    """Return the standard onset class of a positive by its day of stay.

    ≤ 2 community, 3–7 indeterminate, 8–14 probable, ≥ 15 definite: ECDC surveillance definitions for
    hospital-onset COVID-19 (2020), used here for the site instead of the hospital.
    """
    if day <= 2:
        return "community"
    if day <= 7:
        return "indeterminate"
    return "probable" if day <= 14 else "definite"


def next_due(facts: StayFacts, state: str) -> DeadlineSet | None:
    """Return what a stay waits for next: its earliest open item, or its release."""
    if facts.release_due is None:
        return None
    release = datetime.combine(facts.release_due, time(0), LOCAL)
    if state == "release_due":
        return DeadlineSet(release + timedelta(days=1), _why_release(facts, facts.release_due))
    for due in open_items(facts.schedule(), frozenset(facts.done)):
        return DeadlineSet(min(due.due_at, release), _why_item(facts, due.item.label.zh, due.item.label.en))
    return DeadlineSet(release, _why_release(facts, facts.release_due))


def _why(facts: StayFacts, zh: str, en: str) -> dict[str, Any]:
    assert facts.rules is not None and facts.day_one is not None
    label = facts.rules.label
    return {
        "zh": zh,
        "en": en,
        "protocol": {
            "zh": f"{label.zh} 第 {facts.rules.version} 版",
            "en": f"{label.en}, v{facts.rules.version}",
        },
        "first_day": facts.rules.first_day,
        "day_one": facts.day_one.isoformat(),
    }


def _why_item(facts: StayFacts, zh: str, en: str) -> dict[str, Any]:
    return _why(facts, zh, en)


def _why_release(facts: StayFacts, day: date) -> dict[str, Any]:
    assert facts.rules is not None
    return _why(
        facts,
        f"解除日:入住起满 {facts.rules.length} 天({day.isoformat()})",
        f"release: {facts.rules.length} full days after check-in ({day.isoformat()})",
    )
