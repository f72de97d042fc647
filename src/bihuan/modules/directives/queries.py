"""What the pages read: directives with how far they are, the rows of one, its units' parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet

from bihuan.modules.directives.models import Directive, FeedbackRow, ListedRow, Part

OPEN: Final = ("received", "signed", "worked")
COUNTS: Final = """
SELECT r.directive_id, count(*) FILTER (WHERE NOT r.gone), count(r.answered_at) FILTER (WHERE NOT r.gone),
       count(*) FILTER (WHERE r.answered_at > d.due_at AND NOT r.gone), count(*) FILTER (WHERE r.gone)
  FROM directives_listedrow r JOIN directives_directive d ON d.matter_id = r.directive_id
 WHERE r.directive_id = ANY(%s) GROUP BY 1
"""
PARTS: Final = """
SELECT k.matter_id, k.unit, m.state, k.due_at, k.rows, k.statement, o.name, count(r.id), count(r.answered_at)
  FROM directives_part k JOIN matters_matter m ON m.id = k.matter_id LEFT JOIN access_officer o ON o.id = k.officer_id
  LEFT JOIN directives_listedrow r ON r.task_id = k.matter_id AND NOT r.gone
 WHERE k.directive_id = %s GROUP BY k.matter_id, k.unit, m.state, k.due_at, k.rows, k.statement, o.name ORDER BY k.unit
"""
TALLY: Final = """
SELECT GROUPING(method), method, unit, count(*), count(DISTINCT listed_id), count(*) FILTER (WHERE late)
  FROM directives_feedbackrow WHERE directive_id = %s AND NOT taken_back
 GROUP BY GROUPING SETS ((method), (unit)) ORDER BY 4 DESC, 2, 3
"""
TOWNSHIPS: Final = """
SELECT township, count(*) FROM directives_listedrow
 WHERE directive_id = %s AND task_id IS NULL AND answered_at IS NULL AND NOT gone GROUP BY 1 ORDER BY 2 DESC, 1
"""


@dataclass(frozen=True, slots=True)
class Line:
    """One directive as pages show it. `late_rows`: persons whose first feedback came late; `gone`: no longer listed."""

    directive: Directive
    listed: int = 0
    answered: int = 0
    late_rows: int = 0
    gone: int = 0

    @property
    def pending(self) -> int:
        """Return on how many persons there is no feedback."""
        return self.listed - self.answered

    def is_late(self, now: datetime) -> bool:
        """Tell whether feedback is overdue."""
        return self.directive.matter.state in OPEN and self.directive.due_at < now


@dataclass(frozen=True, slots=True)
class PartLine:
    """One unit's part of a directive."""

    id: UUID
    unit: str
    state: str
    due_at: datetime
    given: int
    statement: str
    officer: str | None
    rows: int
    answered: int


def lines(directives: Sequence[Directive]) -> list[Line]:
    """Return these directives with how far they are. One query."""
    counts = {row[0]: row[1:] for row in _rows(COUNTS, [one.pk for one in directives])}
    return [Line(one, *counts.get(one.pk, ())) for one in directives]


def directives(jurisdiction: str, show: str, words: str, now: datetime) -> QuerySet[Directive]:
    """Return the directives of a county, narrowed; open ones first, the earliest due on top."""
    found = Directive.objects.filter(jurisdiction=jurisdiction).select_related("matter", "receipt")
    narrowed: dict[str, dict[str, Any]] = {
        "open": {"matter__state__in": OPEN}, "late": {"matter__state__in": OPEN, "due_at__lt": now},
        "fed_back": {"matter__state": "fed_back"}, "epidemic": {"epidemic": True}, "closed": {"matter__closed_at__isnull": False},
    }  # fmt: skip
    found = found.filter(**narrowed.get(show, {}))
    if words:
        found = (
            found.filter(reference__icontains=words)
            | found.filter(subject__icontains=words)
            | found.filter(issuer__icontains=words)
        )
    over = Exists(Directive.objects.filter(pk=OuterRef("pk"), matter__state__in=OPEN))
    return found.annotate(is_open=over).order_by("-is_open", "due_at", "reference")


def rows(directive: UUID, part: str, task: UUID | None = None) -> QuerySet[ListedRow]:
    """Return a directive's rows: all, those without feedback, with feedback, late, no longer listed; in the list's order."""
    found = ListedRow.objects.filter(directive_id=directive)
    if task is not None:
        found = found.filter(task_id=task, gone=False)
    late = FeedbackRow.objects.filter(listed=OuterRef("pk"), late=True, taken_back=False)
    narrowed: dict[str, QuerySet[ListedRow]] = {
        "pending": found.filter(answered_at__isnull=True, gone=False), "answered": found.filter(answered_at__isnull=False),
        "late": found.filter(Exists(late)), "gone": found.filter(gone=True),
    }  # fmt: skip
    return narrowed.get(part, found).order_by("sheet", "row", "id")


def feedback_on(found: Sequence[ListedRow]) -> dict[int, list[FeedbackRow]]:
    """Return the feedback on these rows, the earliest first. One query."""
    lines_: dict[int, list[FeedbackRow]] = {}
    ids = [row.pk for row in found]
    for line in FeedbackRow.objects.filter(listed__in=ids, taken_back=False).order_by("at", "id"):
        lines_.setdefault(line.listed_id, []).append(line)
    return lines_


def parts(directive: UUID) -> list[PartLine]:
    """Return the units' parts of a directive, by unit. One query."""
    return [PartLine(*row) for row in _rows(PARTS, directive)]


@dataclass(frozen=True, slots=True)
class Tally:
    """A directive's feedback counted. `units`: (unit, rows, persons, late rows), most first; `methods`: (rows, late rows)."""

    units: list[tuple[str, int, int, int]]
    methods: dict[str, tuple[int, int]]


def tally(directive: UUID) -> Tally:
    """Return a directive's feedback counted by unit and by method. One query."""
    found = _rows(TALLY, directive)
    units = [
        (unit, count, persons, late) for by_unit, _, unit, count, persons, late in found if by_unit and unit
    ]
    return Tally(
        units, {method: (count, late) for by_unit, method, _, count, _, late in found if not by_unit}
    )


def townships(directive: UUID) -> list[tuple[str, int]]:
    """Return the townships of rows that nobody has and nobody answered yet, most first. One query."""
    return _rows(TOWNSHIPS, directive)


def own_parts(places: Sequence[UUID]) -> QuerySet[Part]:
    """Return the parts of these units, open ones first, the earliest due on top."""
    found = Part.objects.filter(matter__place_id__in=places).select_related("matter", "directive")
    return found.order_by("matter__closed_at", "due_at")


def _rows(query: str, key: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, [key])
        return list(cursor.fetchall())
