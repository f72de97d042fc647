"""PostgreSQL answers: the ledger as it is this moment, inside the caller's transaction where there is one."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction

from bihuan.core.figures.asking import Answer, Question


def ask(question: Question) -> Answer:
    """Answer from the ledger's own table."""
    with _joining_whole_sets() as cursor:
        cursor.execute(question.sql, {**question.constants, **question.moment})
        return Answer(tuple(column.name for column in cursor.description or ()), cursor.fetchall())


def has_entries(ids: Collection[int]) -> bool:
    """Tell whether the ledger has all these entries."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM ledger_entry WHERE id = ANY(%s)", [list(ids)])
        return bool(cursor.fetchone()[0] == len(ids))


@contextmanager
def _joining_whole_sets() -> Iterator[Any]:
    """Give a cursor that joins whole sets: the planner cannot know how many rows a moment leaves, and a nested

    loop over a misjudged set takes minutes where a hash join takes a moment. The corrections of a ledger must fit
    in memory for the same reason, also on a server whose operator set little.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_nestloop = off; SET LOCAL work_mem = '64MB'")
        yield cursor
        cursor.execute("RESET enable_nestloop; RESET work_mem")
