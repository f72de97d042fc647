"""A workbook held against what the county has of that directive: new, the same, corrected, or with feedback added."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from bihuan.core.intake.problems import Problem, Source
from bihuan.core.people.normal import normal_name
from bihuan.modules.directives import hashes, keeping, kinds
from bihuan.modules.directives.keeping import KeptRow
from bihuan.modules.directives.matter import CLOSED, WITHDRAWN
from bihuan.modules.directives.models import Directive
from bihuan.modules.directives.reading import Fed, Listed, Workbook

OVER = frozenset({CLOSED.code, WITHDRAWN.code})


@dataclass(slots=True)
class Plan:
    """What taking a workbook in would do.

    `known`: the directive, where its number is known. `fresh`: rows to open, with their identity; `altered`: rows that say
    something else than before; `gone`: rows no longer listed; `fed`: new lines of feedback, on whom, under which hash;
    `changes`: fields of the cover that say something else. `at[k]`: where `fresh[k]` stands among all that are linked. `before`: the directive stood before this workbook.
    """

    book: Workbook
    known: Directive | None = None
    fresh: list[tuple[Listed, bytes]] = field(default_factory=list)
    altered: list[tuple[Listed, KeptRow]] = field(default_factory=list)
    gone: list[int] = field(default_factory=list)
    back: list[int] = field(default_factory=list)
    fed: list[tuple[Fed, bytes, bytes]] = field(default_factory=list)
    changes: dict[str, object] = field(default_factory=dict)
    at: range = range(0)
    number: str = ""
    before: bool = False
    taken: bool = False
    problems: list[Problem] = field(default_factory=list)

    @property
    def over(self) -> bool:
        """Return whether the directive takes no changes any more."""
        return self.known is not None and self.known.matter.state in OVER

    @property
    def amends(self) -> bool:
        """Return whether the workbook corrects the directive or its list."""
        return bool(self.changes or self.fresh or self.altered or self.gone or self.back)

    @property
    def wanted(self) -> bool:
        """Return whether there is anything to take in."""
        if self.book.unreadable:
            return False
        return self.known is None or bool((self.amends or self.fed) and not self.over)


def plan(book: Workbook, jurisdiction: str, directive: UUID | None = None) -> Plan:
    """Hold a workbook against the directive of its number (or this one: lists that come by hand)."""
    made = Plan(book)
    if book.unreadable:
        return made
    found = Directive.objects.filter(jurisdiction=jurisdiction).select_related("matter")
    made.known = (
        found.filter(pk=directive) if directive else found.filter(reference=book.cover.reference)
    ).first()
    kept = keeping.rows_of(made.known.matter_id) if made.known else {}
    _compare_lists(made, kept)
    _compare_feedback(made, kept)
    if made.known is not None:
        made.changes = _changes(book, made.known)
        made.number, made.before = made.known.matter.number, True
        _note(made)
    return made


def _compare_lists(made: Plan, kept: dict[bytes, KeptRow]) -> None:
    seen = set()
    for one in made.book.listed:
        whom = hashes.identity(one.who)
        seen.add(whom)
        before = kept.get(whom)
        if before is None:
            made.fresh.append((one, whom))
        elif before.gone:
            made.back.append(before.id)
        elif before.said != hashes.said(one):
            made.altered.append((one, before))
    if made.book.listed:  # a workbook with feedback alone takes nobody off the list
        made.gone = [row.id for whom, row in kept.items() if whom not in seen and not row.gone]


def _compare_feedback(made: Plan, kept: dict[bytes, KeptRow]) -> None:
    on_somebody = _whom(made, kept)
    there = keeping.lines_of(made.known.matter_id) if made.known else set()
    for (one, whom), line in zip(on_somebody, hashes.lines(on_somebody), strict=True):
        if line not in there:
            made.fed.append((one, whom, line))


def _whom(made: Plan, kept: dict[bytes, KeptRow]) -> list[tuple[Fed, bytes]]:
    """Return the feedback on listed persons, with whom it is on; name what is on nobody.

    A mistyped identifier is somebody all the same where exactly one listed person has the name.
    """
    listed = {hashes.identity(one.who): normal_name(one.name) for one in made.book.listed}
    found: list[tuple[Fed, bytes]] = []
    named: dict[str, list[bytes]] | None = None
    for one in made.book.feedback:
        whom = hashes.identity(one.who)
        if whom in listed or whom in kept:
            found.append((one, whom))
            continue
        if named is None:
            named = _by_name(listed, kept)
        alike = named.get(one.name, [])
        if len(alike) == 1:
            found.append((one, alike[0]))
        else:
            source = Source(made.book.name, one.sheet or None, one.row)
            made.problems.append(Problem(kinds.FEEDBACK_ON_NOBODY, source, params={"row": str(one.row)}))
    return found


def _by_name(listed: dict[bytes, str], kept: dict[bytes, KeptRow]) -> dict[str, list[bytes]]:
    names = {whom: normal_name(cells[0]) for whom, cells in keeping.opened(kept).items()} | listed
    named: dict[str, list[bytes]] = {}
    for whom, name in names.items():
        named.setdefault(name, []).append(whom)
    return named


def _changes(book: Workbook, known: Directive) -> dict[str, object]:
    cover = book.cover
    said = {
        "issuer": cover.issuer,
        "subject": cover.subject,
        "due_at": cover.due_at,
        "epidemic": cover.epidemic,
    }
    before = {
        "issuer": known.issuer,
        "subject": known.subject,
        "due_at": _limit(known, cover.due_at),
        "epidemic": known.epidemic,
    }
    return {name: value for name, value in said.items() if value not in ("", None) and value != before[name]}


def _limit(known: Directive, said: datetime | None) -> datetime:
    """Return the limit a workbook is held against: it repeats the first one, whatever was granted or set since."""
    return known.first_due if said == known.first_due else known.due_at


def _note(made: Plan) -> None:
    known = made.known
    assert known is not None
    source, params = Source(made.book.name), {"reference": known.reference}
    if made.gone:
        made.problems.append(Problem(kinds.NO_LONGER_LISTED, source, params={"count": str(len(made.gone))}))
    if not (made.amends or made.fed):
        made.problems.append(Problem(kinds.SAME_DIRECTIVE, source, params=params))
    elif made.over:
        made.problems.append(Problem(kinds.FOR_A_CLOSED_ONE, source, params=params))


def place_among(plans: Sequence[Plan]) -> None:
    """Number the new rows of all plans, as they are linked at once."""
    at = 0
    for one in plans:
        one.at = range(at, at + len(one.fresh))
        at += len(one.fresh)
