"""One statement for one row or for many, whichever the engine's details have at hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection


def run_each(statement: str, rows: Sequence[Sequence[Any]]) -> None:
    """Run a statement for every row. One is sent as it is: a pipeline, good for many, would ask twice more for it."""
    with connection.cursor() as cursor:
        if len(rows) == 1:
            cursor.execute(statement, rows[0])
        elif rows:
            cursor.executemany(statement, rows)
