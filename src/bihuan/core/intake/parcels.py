"""Files taken in whole: a pushed list, a directive with its list and feedback. Not registers, read row by row.

A register keeps one identity for a row, whichever file sends it. A parcel is a thing of its own: it is signed for,
has a sender who waits for an answer, and the same file again is the same parcel. A module lists its kinds of parcels
in `intake.py` as `PARCELS`, beside `TAKERS`:

    PARCELS = (AlertLists(),)

`runs.run` asks every kind for each file, by its first rows (`Glimpse`): the first kind that claims a file has it, and
the registers never see it. Then, after the registers (so that people they name are known), each kind gets all its
files at once: `look` (a dry run, writes nothing) or `take` (signs for them). `take` makes **each file one transaction**,
so that a killed process has taken a parcel in whole or not at all, and running it again goes on; the same content
again changes nothing and says so (`Fate.SAME`). Both tell each file's numbers and problems as a `Parcelled`, which
`bihuan import --json` prints under `lists`, and the hand-in pages show before anybody confirms. Taking in is
confirming: what the module's matters call signing for happens in `take`, in the name of the actor.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Any, Final, Protocol
from uuid import UUID

from bihuan.core.access.actors import Actor
from bihuan.core.intake.delimited import read_delimited
from bihuan.core.intake.folders import files_in, is_elsewhere
from bihuan.core.intake.problems import ZH, Counts, Policy, Problem, UnreadableError
from bihuan.core.intake.watching import Watch
from bihuan.core.intake.workbook import HEAD_ROWS, TEXTS, WORKBOOKS, Row, Table, read_file
from bihuan.core.matters.registry import declared
from bihuan.core.spec.text import Text

GLIMPSED: Final = 1 << 16
"""Bytes of a text file that are looked at to tell what it is."""
_PACKED: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


class Fate(StrEnum):
    """What becomes of a file: taken (or, looked at, to be taken), the same as one taken before, not to be read."""

    NEW = "new"
    SAME = "same"
    UNREADABLE = "unreadable"


@dataclass(frozen=True)
class Glimpse:
    """The first rows of a file, sheet by sheet; a text file is one sheet without a name.

    `sheets` is empty where the file cannot be read safely: the registers' reader says why then.
    """

    path: Path
    name: str
    """The file relative to the folder given, as results name it."""

    @cached_property
    def sheets(self) -> Mapping[str, Sequence[Row]]:
        """Return sheet → its first rows (row number, cells)."""
        if self.path.suffix.lower() not in WORKBOOKS | TEXTS:
            return {}
        try:
            with self.path.open("rb") as stream:
                head = stream.read(GLIMPSED)
            if head.startswith(_PACKED):
                tables = [t for t in read_file(self.path, self.name) if isinstance(t, Table)]
                return {table.sheet or "": table.head for table in tables}
            rows = read_delimited(head).rows()
            return {"": [(n, list(cells)) for (n, cells), _ in zip(rows, range(HEAD_ROWS), strict=False)]}
        except (OSError, UnreadableError):
            return {}


@dataclass(slots=True)
class Parcelled:
    """One file of a kind of parcels: its numbers, its problems, and what it was called.

    `counts` are the kind's own, added up in the result. `rows` = `accepted` + `duplicates` + `rejected` should be among
    them: the hand-in pages count with these. `says` is one sentence for the pages; `matter_id` is there once it is
    taken. `problems` name their line in `source.row`; those with `Policy.REJECT` are sent back. A file that an earlier,
    killed run of the same batch took in is `NEW`, not `SAME`: the batch took it.
    """

    file: str
    fate: Fate
    title: Text
    says: Text
    counts: dict[str, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    matter_id: UUID | None = None
    number: str = ""

    @property
    def rows(self) -> Counts:
        """Return the rows as the registers count theirs: accepted, repeated ones skipped, the others sent back."""
        accepted, skipped, rejected = (self.counts.get(k, 0) for k in ("accepted", "duplicates", "rejected"))
        return Counts(accepted + skipped + rejected, accepted, skipped, rejected)

    @property
    def rejected(self) -> int:
        """Return how many rows (or, not to be read, files) are sent back."""
        return self.rows.rejected or int(self.fate is Fate.UNREADABLE)

    def as_json(self) -> dict[str, Any]:
        """Return the file as the result prints it."""
        matter = str(self.matter_id) if self.matter_id else None
        return {
            "file": self.file,
            "fate": str(self.fate),
            "matter": matter,
            "number": self.number,
            **self.counts,
        }


class Parcel(Protocol):
    """A kind of files that are taken in whole. `key` stands in the result (`lists.alerts`)."""

    key: str
    label: Text

    def claims(self, glimpse: Glimpse) -> bool:
        """Tell by its first rows whether a file is of this kind; cheap, and sure rather than eager."""

    def look(self, files: Sequence[Glimpse], *, actor: Actor, watch: Watch) -> list[Parcelled]:
        """Read the files and tell what taking them in would do; one `Parcelled` each, in order. Writes nothing."""

    def take(self, files: Sequence[Glimpse], *, actor: Actor, batch: UUID, watch: Watch) -> list[Parcelled]:
        """Take the files in, each in a transaction of its own; one `Parcelled` each, in order.

        Call `watch.taken(key, done, of)` between files (never inside a transaction): a paused batch stops there.
        """


@dataclass(slots=True)
class Sorted:
    """Files by the kind that claims them."""

    claimed: dict[str, list[Glimpse]] = field(default_factory=dict)

    @property
    def paths(self) -> frozenset[Path]:
        """Return the files that are no register's business."""
        return frozenset(one.path for files in self.claimed.values() for one in files)

    @property
    def files(self) -> int:
        """Return how many files there are."""
        return sum(map(len, self.claimed.values()))


def kinds() -> list[Parcel]:
    """Return the kinds of parcels of all modules, in reading order."""
    return [kind for module in declared("intake") for kind in getattr(module, "PARCELS", ())]


def labels() -> dict[str, Text]:
    """Return what each kind of parcels is called, by key."""
    return {kind.key: kind.label for kind in kinds()}


def sort_out(paths: Iterable[Path | str], among: Sequence[Parcel]) -> Sorted:
    """Find the files of these kinds in the files and folders given."""
    found = Sorted({kind.key: [] for kind in among})
    if not among:
        return found
    for given in paths:
        for path, name in files_in(Path(given)):
            if path.name.startswith("~$") or is_elsewhere(path):
                continue
            glimpse = Glimpse(path, name)
            kind = next((kind for kind in among if kind.claims(glimpse)), None)
            if kind is not None:
                found.claimed[kind.key].append(glimpse)
    return found


def handle(
    found: Sorted, among: Collection[Parcel], *, actor: Actor, batch: UUID | None, watch: Watch
) -> dict[str, list[Parcelled]]:
    """Take in what was found, or with no `batch` only look at it; kind → what became of each file."""
    done: dict[str, list[Parcelled]] = {}
    for kind in among:
        files = found.claimed[kind.key]
        if not files:
            done[kind.key] = []
        elif batch is None:
            done[kind.key] = kind.look(files, actor=actor, watch=watch)
        else:
            done[kind.key] = kind.take(files, actor=actor, batch=batch, watch=watch)
            watch.taken(kind.key, len(files), len(files))
    return done


def as_json(lists: Mapping[str, Sequence[Parcelled]], language: str = ZH) -> dict[str, Any]:
    """Return the `lists` of an import's result: per kind its sums, its files, and the lines sent back."""
    return {key: _kind_as_json(files, language) for key, files in lists.items()}


def _kind_as_json(files: Sequence[Parcelled], language: str) -> dict[str, Any]:
    sums: Counter[str] = Counter()
    fates = Counter(str(one.fate) for one in files)
    for one in files:
        sums.update(one.counts)
    problems = [p for one in files for p in one.problems if p.policy is Policy.REJECT]
    return {
        "lists": len(files),
        **{str(fate): fates[str(fate)] for fate in Fate},
        **sums,
        "files": [one.as_json() for one in files],
        "errors": [problem.as_json(language) for problem in problems],
    }
