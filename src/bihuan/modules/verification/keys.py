"""What each of the eight keys of the call sheet means: the steps it takes, and what it still needs a word for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bihuan.core.matters.errors import NotDone
from bihuan.core.spec import Text
from bihuan.modules.verification.models import Item
from bihuan.modules.verification.payloads import (
    Attempt,
    Confirmation,
    Finding,
    Measure,
    Method,
    Missed,
    Moved,
    Referred,
    Why,
)
from bihuan.modules.verification.rules import CALLS_ENOUGH
from bihuan.modules.verification.slots import again_at
from bihuan.modules.verification.visitors import visitor_for

Steps = list[tuple[str, Any]]


class Unfinished(NotDone):
    """The key needs a word more: how it is instead, or which county."""


@dataclass(frozen=True, slots=True)
class Pressed:
    """What an officer pressed: the key, a remark (sealed), the county (key 3), what is proposed, a language (key 8)."""

    key: str
    remark: str = ""
    to: str = ""
    propose: Measure = Measure.NONE
    language: str = ""


def steps(row: Item, pressed: Pressed, now: datetime) -> Steps:
    """Return the steps that a key takes: their codes and payloads. Raises Unfinished."""
    made = STEPS.get(pressed.key)
    if made is None:
        raise Unfinished(Text("请按 1 至 8", "Press 1 to 8"))
    return made(row, pressed, now)


def _as_stated(row: Item, pressed: Pressed, now: datetime) -> Steps:
    return [("confirm", Confirmation(method=Method.PHONE, propose=pressed.propose, remark=pressed.remark))]


def _otherwise(row: Item, pressed: Pressed, now: datetime) -> Steps:
    if not pressed.remark.strip():
        raise Unfinished(
            Text("不属实的，请补一句实情，再按 2", "Not as stated: write how it is, then press 2 again")
        )
    return [("find_otherwise", Finding(method=Method.PHONE, propose=pressed.propose, remark=pressed.remark))]


def _moved(row: Item, pressed: Pressed, now: datetime) -> Steps:
    if not pressed.to.strip():
        raise Unfinished(
            Text(
                "请写明现在所在的县（区），再按 3", "Write which county the person is in, then press 3 again"
            )
        )
    return [("forward", Moved(method=Method.PHONE, to=pressed.to.strip()[:40], remark=pressed.remark))]


def _visit(row: Item, pressed: Pressed, now: datetime) -> Steps:
    visitor = visitor_for(row.township, row.language, row.jurisdiction, now)
    referred = Referred(why=Why.ASKED, method=Method.PHONE, officer=visitor, remark=pressed.remark)
    return [("ask_for_visit", referred)]


def _no_answer(row: Item, pressed: Pressed, now: datetime) -> Steps:
    again = again_at(now, row.slots, row.due_at)
    taken: Steps = [("miss_call", Attempt(method=Method.PHONE, result=Missed.NO_ANSWER, again_at=again))]
    if row.calls + 1 >= CALLS_ENOUGH:
        taken.append(_onward(row, Why.NO_ANSWER, None, now))
    return taken


def _wrong_number(row: Item, pressed: Pressed, now: datetime) -> Steps:
    return [_onward(row, Why.WRONG_NUMBER, Method.PHONE, now)]


def _onward(row: Item, why: Why, method: Method | None, now: datetime) -> tuple[str, Referred]:
    """To a visit where somebody knows where the person lives, else to the lead."""
    if not row.township:
        return "hand_to_lead", Referred(why=why, method=method)
    visitor = visitor_for(row.township, row.language, row.jurisdiction, now)
    return "ask_for_visit", Referred(why=why, method=method, officer=visitor)


def _refused(row: Item, pressed: Pressed, now: datetime) -> Steps:
    return [("hand_to_lead", Referred(why=Why.REFUSED, method=Method.PHONE, remark=pressed.remark))]


def _help(row: Item, pressed: Pressed, now: datetime) -> Steps:
    why = Why.LANGUAGE if pressed.language else Why.HELP
    return [
        (
            "hand_to_lead",
            Referred(why=why, method=Method.PHONE, language=pressed.language, remark=pressed.remark),
        )
    ]


STEPS = {
    "1": _as_stated, "2": _otherwise, "3": _moved, "4": _visit, "5": _no_answer, "6": _wrong_number, "7": _refused,
    "8": _help,
}  # fmt: skip
