"""The anchor: each seal's number and hash also in a file beside the database, so that a cut-off tail shows.

One line a seal: number, chain hash, first entry, last entry, how many, when. Only appended to. A copy kept
elsewhere (on paper, with another organ) proves that the ledger up to that line is the one it was.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from bihuan.core.ledger.links import Link


@dataclass(frozen=True, slots=True)
class Anchored:
    """One line of the anchor file."""

    number: int
    chain: bytes
    first_id: int
    last_id: int
    count: int


def path() -> Path:
    """Return where the county's anchor file is."""
    home: Path = settings.BIHUAN.home
    return home / "seals.log"


def lines() -> Iterator[Anchored]:
    """Yield the seals noted in the file, in its order; a line that was torn by a crash is left out."""
    if not path().exists():
        return
    with path().open(encoding="ascii", errors="replace") as file:
        for line in file:
            try:
                number, chain, first, last, count, _ = line.split()
                yield Anchored(int(number), bytes.fromhex(chain), int(first), int(last), int(count))
            except ValueError:
                continue


def newest() -> int:
    """Return the number of the newest seal noted, 0 for none; reads only the file's end."""
    if not path().exists():
        return 0
    with path().open("rb") as file:
        file.seek(max(0, file.seek(0, os.SEEK_END) - 4096))
        tail = file.read().decode("ascii", errors="replace").splitlines()
    for line in reversed(tail):
        parts = line.split()
        if len(parts) == 6 and parts[0].isdecimal():
            return int(parts[0])
    return 0


def note(links: Iterable[Link]) -> None:
    """Append these seals, ascending, leaving out those already noted; on disk when this returns."""
    path().parent.mkdir(parents=True, exist_ok=True)
    with path().open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        known = newest()
        fresh = [_line(link) for link in links if link.number > known]
        if not fresh:
            return
        if file.tell() and not _ends_whole():
            fresh.insert(0, "\n")
        file.write("".join(fresh).encode("ascii"))
        file.flush()
        os.fsync(file.fileno())


def _line(link: Link) -> str:
    moment = link.moment.isoformat(timespec="seconds")
    return f"{link.number} {link.chain.hex()} {link.first_id} {link.last_id} {link.count} {moment}\n"


def _ends_whole() -> bool:
    with path().open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"
