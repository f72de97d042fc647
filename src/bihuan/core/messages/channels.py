"""What carries a message outside, as the outbox sees it; the adapters are named in
`settings.MESSAGE_CHANNELS`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from bihuan.core.messages.addresses import IN_APP


@dataclass(frozen=True, slots=True)
class Letter:
    """A message ready to be carried. `id` is the same on every attempt, so that the other side can tell a
    repeat.
    """

    id: str
    to: str
    subject: str
    body: str
    language: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Accepted:
    """The other side took the letter; `reference` is its own name for it, under which it reports delivery."""

    reference: str


@dataclass(frozen=True, slots=True)
class Report:
    """What became of a letter that was accepted. `delivered` is None while nobody knows."""

    delivered: bool | None
    at: datetime | None = None
    problem: str = ""


class TryLater(Exception):
    """Not taken now, and surely not taken: may be tried again, not before `seconds` where the other side
    asks so.
    """

    def __init__(self, problem: str, seconds: int = 0) -> None:
        super().__init__(problem)
        self.problem = problem
        self.seconds = seconds


class Impossible(Exception):
    """Never to be taken: no such address, refused content. `problem` is a code without personal data."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


class Unclear(Exception):
    """Everything was handed over and no answer came: taken or not, nobody knows."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


class Channel(Protocol):
    """Carries letters. `via` names the way; `repeatable`: the other side drops a letter it has already by
    its id; `reports`: it can be asked what became of one.
    """

    via: str
    repeatable: bool
    reports: bool

    def send(self, letter: Letter) -> Accepted:
        """Hand a letter over. Raises TryLater, Impossible or Unclear."""

    def report(self, reference: str) -> Report:
        """Ask what became of a letter. Raises TryLater."""


class Kept:
    """The embedded way: the message stays in the database, where the sink page shows it, masked."""

    repeatable = True
    reports = False

    def __init__(self, via: str = "sink") -> None:
        self.via = via

    def send(self, letter: Letter) -> Accepted:
        """Take the letter; it is in the database already."""
        return Accepted(letter.id)

    def report(self, reference: str) -> Report:
        """Nothing more becomes of a kept letter."""
        return Report(None)


def channel(name: str) -> Channel:
    """Return what carries messages of a channel in this installation."""
    if name == IN_APP:
        return Kept(IN_APP)
    found: Channel = import_string(settings.MESSAGE_CHANNELS[name])()
    return found
