"""What became of the verifications that rows ask for; told by whoever verifies, whom this module does not know."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from bihuan.core.spec import Text


@dataclass(frozen=True, slots=True)
class Answer:
    """The result of one verification. `code` tells one result from another (a corrected one is told again).

    `method`, `result`, `unit` are what the sender's form asks: 核查方式, 核查结果, 核查单位; `at` is 反馈时间.
    """

    code: str
    method: str
    result: str
    at: datetime | None
    unit: str


Answers = Callable[[Sequence[UUID]], Mapping[UUID, Answer]]
OPEN: Final = Text("核查中", "Being verified")
_answers: list[Answers] = []


def answered_by(function: Answers) -> Answers:
    """Decorator for `loops/`: ask this function for the results of verifications; those still open it leaves out."""
    _answers.append(function)
    return function


def answers(items: Sequence[UUID]) -> dict[UUID, Answer]:
    """Return the results of these verifications, as far as there are any."""
    found: dict[UUID, Answer] = {}
    for ask in _answers:
        found.update(ask(items))
    return found
