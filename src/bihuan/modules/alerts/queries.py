"""What the pages read: lists with how their rows stand, the rows of one, its malformed lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from bihuan.modules.alerts.models import AlertList, AlertRow

STANDINGS: Final = ("pending", "verified", "forwarded", "unreachable")
PARTS: Final = (*STANDINGS, "duplicates", "rejected")
COUNTS: Final = """
SELECT list_id, standing, count(*) FROM alerts_alertrow
 WHERE list_id = ANY(%s) AND fate = 'accepted' GROUP BY 1, 2
"""


@dataclass(frozen=True, slots=True)
class Line:
    """One list as pages show it: how each of its rows stands; the parts add up to `rows`."""

    list: AlertList
    pending: int = 0
    verified: int = 0
    forwarded: int = 0
    unreachable: int = 0

    @property
    def id(self) -> UUID:
        """Return the matter's id."""
        return self.list.matter_id

    @property
    def duplicates(self) -> int:
        """Return how many rows repeat another."""
        return self.list.duplicates

    @property
    def rejected(self) -> int:
        """Return how many lines were sent back."""
        return self.list.rejected

    @property
    def settled(self) -> int:
        """Return how many accepted rows have a result."""
        return self.verified + self.forwarded + self.unreachable

    @property
    def late(self) -> bool:
        """Tell whether feedback is overdue as far as the matter's own deadline says (the page compares with now)."""
        return self.list.matter.due_at is not None and self.list.matter.state in ("signed", "to_correct")

    def number(self, part: str) -> int:
        """Return how many rows are this part of the list."""
        found: int = getattr(self, part)
        return found


def lines(lists: Sequence[AlertList]) -> list[Line]:
    """Return these lists with how their rows stand. One query."""
    with connection.cursor() as cursor:
        cursor.execute(COUNTS, [[one.matter_id for one in lists]])
        counts: dict[UUID, dict[str, int]] = {}
        for list_id, standing, count in cursor.fetchall():
            counts.setdefault(list_id, {})[standing] = count
    return [Line(one, **counts.get(one.matter_id, {})) for one in lists]


def lists(jurisdiction: str, show: str, now: datetime) -> QuerySet[AlertList]:
    """Return the lists of a county: all, those to be answered, those late, those answered; the newest first."""
    found = AlertList.objects.filter(jurisdiction=jurisdiction).select_related("matter", "receipt")
    narrowed: dict[str, dict[str, Any]] = {
        "open": {"matter__state__in": ("received", "signed", "to_correct")},
        "late": {"matter__due_at__lt": now, "matter__closed_at__isnull": True},
        "answered": {"matter__state__in": ("fed_back", "closed")},
    }
    return found.filter(**narrowed.get(show, {})).order_by("-received_at", "name")


def rows(list_id: UUID, part: str) -> QuerySet[AlertRow]:
    """Return a list's rows of one part (`PARTS`; "" for all but the malformed), in the file's order."""
    found = AlertRow.objects.filter(list_id=list_id).exclude(fate="rejected").order_by("sheet", "line")
    if part in STANDINGS:
        return found.filter(fate="accepted", standing=part)
    return found.filter(fate="duplicate") if part == "duplicates" else found


def malformed(list_id: UUID) -> QuerySet[AlertRow]:
    """Return a list's malformed lines, in the file's order."""
    return AlertRow.objects.filter(list_id=list_id, fate="rejected").order_by("sheet", "line")


def repeated(rows_: Sequence[AlertRow], jurisdiction: str) -> dict[bytes, tuple[str, int]]:
    """Return, for rows that repeat another, in which list and on which line that one stands. One query."""
    said = [bytes(row.said) for row in rows_ if row.fate == "duplicate" and row.said is not None]
    if not said:
        return {}
    found = AlertRow.objects.filter(jurisdiction=jurisdiction, fate="accepted", said__in=said)
    return {
        bytes(s or b""): (name, line) for s, name, line in found.values_list("said", "list__name", "line")
    }
