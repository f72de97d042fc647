"""Document numbers in the official form, 青政法防控〔2026〕18号: one series per mark and year, without gaps.

GB/T 9704-2012, 7.2.5: the organ's mark, the year in hexagonal brackets, the running number without 第 and
without leading zeros, 号. A number is taken inside the transaction that writes its paper, under a row lock,
so a paper that fails gives its number back; whoever issues many takes a block at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.conf import settings
from django.db import connection, transaction

from bihuan.core.access.models import Organ
from bihuan.core.papers.models import Mark

ORGAN_MARKS: Final = {
    "committee": "政法", "court": "法", "procuratorate": "检", "police": "公", "justice": "司",
    "health": "卫", "street": "街",
}  # fmt: skip
KIND_MARKS: Final = {
    "report": "防控",
    "notice": "隔告",
    "receipt": "收",
    "transfer": "转告",
    "release": "解告",
    "alert_feedback": "预馈",
    "alert_correction": "预更",
}

TAKE: Final = """
INSERT INTO papers_series (jurisdiction, mark, year, last) VALUES (%s, %s, %s, %s)
ON CONFLICT (jurisdiction, mark, year) DO UPDATE SET last = papers_series.last + EXCLUDED.last RETURNING last
"""


def official(mark: str, year: int, running: int) -> str:
    """Return a document number as it is written."""
    return f"{mark}〔{year}〕{running}号"


def mark_of(organ: str, kind: str) -> str:
    """Return the mark under which an organ numbers papers of a kind: its own where set, else a derived one.

    Derived: the county's first character, the organ's, the kind's (青 + 政法 + 防控). Raises
    Organ.DoesNotExist.
    """
    own = Mark.objects.filter(organ=organ, kind=kind).values_list("mark", flat=True).first()
    if own is not None:
        return own
    found = Organ.objects.only("kind").get(pk=organ)
    return settings.BIHUAN.county[:1] + ORGAN_MARKS.get(found.kind, "") + KIND_MARKS.get(kind, "")


def set_mark(organ: str, kind: str, mark: str) -> None:
    """Give an organ its mark for papers of a kind; numbers given before keep theirs. Raises ValueError."""
    if not mark.strip() or any(c in mark for c in "〔〕[]0123456789 号"):
        raise ValueError(f"not a document mark: {mark!r}")
    Mark.objects.update_or_create(organ_id=organ, kind=kind, defaults={"mark": mark})


def take(organ: str, kind: str, year: int, jurisdiction: str, count: int = 1) -> Sequence[str]:
    """Take the next `count` numbers, in order. Only inside a transaction, which holds the series until it
    ends.

    Raises TransactionManagementError outside one: a number taken there could be lost.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("a document number is taken in its paper's transaction")
    if count < 1:
        return []
    mark = mark_of(organ, kind)
    with connection.cursor() as cursor:
        cursor.execute(TAKE, [jurisdiction, mark, year, count])
        row = cursor.fetchone()
    assert row is not None
    last = int(row[0])
    return [official(mark, year, n) for n in range(last - count + 1, last + 1)]
