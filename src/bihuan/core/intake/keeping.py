"""Keeping what became of a file's rows: the accepted beside their matters, the others with their reasons.

A register keeps its name only as long as the office cares to: it comes back alone that came in a folder, as .xlsx
that was a .csv, as "…(1)". So a file is the same as an earlier one when most of its accepted rows are those of
the earlier one, or, where rows cannot tell, when it is called the same.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from django.db import connection
from psycopg.types.json import Jsonb

from bihuan.core.intake.models import Batch, Row
from bihuan.core.intake.problems import EN, ZH, Policy, Problem
from bihuan.core.intake.standing import keyed
from bihuan.core.intake.taking import Portion, Run, Standing, Taker

COPY_ROWS = (
    "COPY intake_row (jurisdiction, register, file, sheet, row, state, identity, content, sealed, person_id,"
    " matter_id, problems, batch_id) FROM STDIN"
)
CHANGE_ROWS = """
UPDATE intake_row r SET content = n.content, file = n.file, sheet = n.sheet, row = n.row, sealed = n.sealed,
  batch_id = %s
FROM unnest(%s::bytea[], %s::bytea[], %s::text[], %s::text[], %s::int[], %s::bytea[])
  AS n (identity, content, file, sheet, row, sealed)
WHERE r.jurisdiction = %s AND r.register = %s AND r.state = 'accepted' AND r.identity = n.identity
"""
_COPY_MARK = re.compile(r"(\s*[(（]\d+[)）]|[-_ ]?(副本|标注|copy|marked))+$", re.I)


def keep_rows(
    kind: Taker[Any], portion: Portion[Any], taken: Sequence[Any], work: Run[Any], batch: Batch
) -> None:
    """Keep the accepted rows beside what they became; remember them for the files that follow."""
    rows = []
    for row, became in zip(portion.new, taken, strict=True):
        identity, content = keyed(kind.identity(row)), keyed(kind.content(row))
        work.standing[identity] = Standing(row, content, became.matter_id, became.person_id)
        rows.append(
            (
                work.actor.jurisdiction, kind.register.key, row.source.file, row.source.sheet or "",
                row.source.row or 0, "accepted", identity, content, became.sealed, became.person_id,
                became.matter_id, Jsonb([]), batch.id,
            )
        )  # fmt: skip
    with connection.cursor() as cursor:
        if rows:
            with cursor.copy(COPY_ROWS) as copy:
                for line in rows:
                    copy.write_row(line)
        if portion.changed:
            cursor.execute(CHANGE_ROWS, [batch.id, *_changed(kind, portion, work), *_whose(kind, batch)])


def _changed(kind: Taker[Any], portion: Portion[Any], work: Run[Any]) -> tuple[list[Any], ...]:
    """Return the columns of the rows that say something else than before."""
    lines = [
        (
            keyed(kind.identity(row)), keyed(kind.content(row)), row.source.file, row.source.sheet or "",
            row.source.row or 0, work.notes["resealed"][before.matter_id],
        )
        for row, before in portion.changed
    ]  # fmt: skip
    return tuple(list(column) for column in zip(*lines, strict=True))


def _whose(kind: Taker[Any], batch: Batch) -> tuple[str, str]:
    return batch.jurisdiction, kind.register.key


def same_files(
    register: str, jurisdiction: str, identities: Mapping[str, set[bytes]], files: Sequence[str]
) -> dict[str, set[str]]:
    """Return for each file of this intake the names under which the same register was sent before."""
    before: dict[str, set[bytes]] = defaultdict(set)
    rows = Row.objects.filter(jurisdiction=jurisdiction, register=register)
    for file, state, identity in rows.values_list("file", "state", "identity"):
        before[file] |= {bytes(identity)} if state == "accepted" and identity else set()
    return {
        file: {old for old, kept in before.items() if _same(file, identities.get(file, set()), old, kept)}
        for file in files
    }


def _same(file: str, rows: set[bytes], old: str, kept: set[bytes]) -> bool:
    common = len(rows & kept)
    if file == old or common:
        return file == old or (common * 2 > len(rows) and common * 2 > len(kept))
    return (not rows or not kept) and _called_alike(file, old)


def _called_alike(one: str, other: str) -> bool:
    """Whether two names are one register's, with or without its folders, copy marks and ending."""
    a, b = (
        _COPY_MARK.sub("", PurePosixPath(name).with_suffix("").as_posix()).split("/") for name in (one, other)
    )
    short, long = sorted((a, b), key=len)
    return long[len(long) - len(short) :] == short


def keep_problems(
    kind: Taker[Any], file: str, problems: Sequence[Problem], batch: Batch, instead_of: set[str]
) -> int:
    """Replace what was wrong with this register (`instead_of`: its names so far) by what is wrong now.

    Returns by how many the rejected rows grew; less than nothing where some were corrected.
    """
    standing = Row.objects.filter(
        jurisdiction=batch.jurisdiction, register=kind.register.key, file__in=instead_of
    ).exclude(state="accepted")
    before = standing.filter(state="rejected").count()
    standing.delete()
    _rename(kind, batch, instead_of - {file}, file)
    by_row: dict[tuple[str, int], list[Problem]] = defaultdict(list)
    for problem in problems:
        by_row[problem.source.sheet or "", problem.source.row or 0].append(problem)
    rows = [
        Row(
            jurisdiction=batch.jurisdiction, register=kind.register.key, file=file, sheet=sheet, row=number,
            state=fate(found), problems=[_problem(p) for p in found], batch=batch,
        )
        for (sheet, number), found in by_row.items()
    ]  # fmt: skip
    Row.objects.bulk_create(rows, batch_size=1000)
    return sum(row.state == "rejected" for row in rows) - before


def _rename(kind: Taker[Any], batch: Batch, names: set[str], file: str) -> None:
    """Let the accepted rows of a register stand under the name that it has now."""
    if names:
        Row.objects.filter(
            jurisdiction=batch.jurisdiction, register=kind.register.key, state="accepted", file__in=names
        ).update(file=file)


def fate(problems: Sequence[Problem]) -> str:
    """Return what becomes of a row with these problems: rejected, skipped, or flagged and taken in."""
    policies = {problem.policy for problem in problems}
    if Policy.REJECT in policies:
        return "rejected"
    return "skipped" if Policy.SKIP in policies else "flagged"


def _problem(problem: Problem) -> dict[str, Any]:
    return {
        "kind": problem.kind.key,
        "column": str(problem.column) if problem.column else None,
        "zh": problem.message(ZH),
        "en": problem.message(EN),
        "others": [list(other) for other in problem.others],
    }
