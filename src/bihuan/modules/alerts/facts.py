"""What guards and deadlines need to know of a list."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ListFacts:
    """How many of a list's accepted rows are not settled yet, and how many are."""

    pending: int = 0
    settled: int = 0
