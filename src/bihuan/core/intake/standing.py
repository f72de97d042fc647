"""What stands already: rows accepted earlier, by identity; and what of a new reading is new, changed, corrected."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from typing import Any

from bihuan.core.intake.checking import Checked
from bihuan.core.intake.models import Row, Synonym
from bihuan.core.intake.problems import Source
from bihuan.core.intake.taking import Portion, Standing, Taker
from bihuan.core.people.blind import keyed_hash

PLACES = frozenset({"source", "line"})
"""Fields of a row that say where it stands, not what it says."""


def keyed(text: str) -> bytes:
    """Return the keyed hash by which a row's identity and content are kept."""
    return keyed_hash("intake", text)


def confirmed(jurisdiction: str) -> dict[str, dict[str, list[str]]]:
    """Return the headings that people of the county confirmed: register → field → headings."""
    found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for register, field, heading in Synonym.objects.filter(jurisdiction=jurisdiction).values_list(
        "register", "field", "heading"
    ):
        found[register][field].append(heading)
    return {register: dict(fields) for register, fields in found.items()}


def standing_rows(kind: Taker[Any], jurisdiction: str) -> dict[bytes, Standing[Any]]:
    """Return the rows of a register accepted earlier, by identity; opened together, in one go."""
    kept = list(
        Row.objects.filter(
            jurisdiction=jurisdiction, register=kind.register.key, state="accepted"
        ).values_list("identity", "content", "matter_id", "person_id", "sealed")
    )
    rows = kind.unseal([(matter, person, bytes(sealed or b"")) for _, _, matter, person, sealed in kept])
    return {
        bytes(identity or b""): Standing(row, bytes(content or b""), matter, person)
        for (identity, content, matter, person, _), row in zip(kept, rows, strict=True)
        if row is not None
    }


@dataclasses.dataclass(slots=True)
class Sorted:
    """A register's accepted rows against what stands: what is to be taken, file by file, and what is as before."""

    portions: dict[str, Portion[Any]] = dataclasses.field(default_factory=dict)
    unchanged: int = 0
    identities: dict[str, set[bytes]] = dataclasses.field(default_factory=dict)
    """Of every file, the identities of its accepted rows."""

    @property
    def new(self) -> int:
        """Return how many rows were never seen."""
        return sum(len(portion.new) for portion in self.portions.values())

    @property
    def changed(self) -> int:
        """Return how many rows say something else than before."""
        return sum(len(portion.changed) for portion in self.portions.values())


def sort_out(kind: Taker[Any], checked: Checked[Any], standing: dict[bytes, Standing[Any]]) -> Sorted:
    """Tell for every accepted row whether it is new, says something else than before, or the same."""
    found = Sorted()
    seen: set[bytes] = set()
    for row in checked.rows:
        identity = keyed(kind.identity(row))
        found.identities.setdefault(row.source.file, set()).add(identity)
        if identity in seen:
            continue
        seen.add(identity)
        portion = found.portions.setdefault(row.source.file, Portion(row.source.file))
        before = standing.get(identity)
        if before is None:
            portion.new.append(row)
        elif before.content != keyed(kind.content(row)):
            portion.changed.append((row, before))
        else:
            found.unchanged += 1
    return found


def changes(sorted_out: Sorted) -> dict[Source, tuple[str, ...]]:
    """Return, for each row that says something else than before, the fields in which it does."""
    found = {}
    for portion in sorted_out.portions.values():
        for row, before in portion.changed:
            names = [field.name for field in dataclasses.fields(row) if field.name not in PLACES]
            found[row.source] = tuple(n for n in names if getattr(row, n) != getattr(before.row, n))
    return found
