"""What makes a row the same row, and a line of feedback the same line, whichever dialect the workbook is written in.

Keyed hashes: they tell equal from different, and nothing that could be read back.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from bihuan.core.intake.text import fold
from bihuan.core.people.blind import keyed_hash
from bihuan.core.people.normal import normal_identifier, normal_name, normal_phone
from bihuan.modules.directives.reading import Fed, Listed


def identity(who: str) -> bytes:
    """Return the hash of who it is within a directive."""
    return keyed_hash("directive row", who)


def said(one: Listed) -> bytes:
    """Return the hash of all that a listed row says."""
    parts = (
        normal_name(one.name),
        normal_identifier(one.identifier),
        normal_phone(one.phone),
        "".join(fold(one.address).split()),
    )
    return keyed_hash("directive content", "\x1f".join(parts))


def lines(feedback: Iterable[tuple[Fed, bytes]]) -> list[bytes]:
    """Return the hash of each line of feedback; lines that say the very same are told apart by their order.

    The minute counts: dialects write seconds or leave them out.
    """
    seen: Counter[bytes] = Counter()
    found = []
    for one, whom in feedback:
        text = "\x1f".join((whom.hex(), one.method, fold(one.words), f"{one.at:%Y%m%d%H%M}", fold(one.unit)))
        line = keyed_hash("directive feedback", text)
        found.append(line if not seen[line] else keyed_hash("directive feedback", f"{text}\x1f{seen[line]}"))
        seen[line] += 1
    return found
