"""A question in PostgreSQL's words means the same in DuckDB's: each rule, asked of both engines."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import duckdb
import pytest
from django.db import connection

from bihuan.core.figures.asking import KNOWN, Question
from bihuan.core.figures.portable import NotPortable, tell

THEN = datetime(2021, 11, 15, 16, tzinfo=UTC)
MOMENT = {"cutoff": THEN, "known_at": THEN, "jurisdiction": "620799"}
# id, matter, time, version, state, payload; a tie in time, a version that is none, a state that is none
ENTRIES = (
    (1, "a", "2021-11-15T08:00:00+08:00", 1, "open", '{"day_one": "2021-11-15", "n": 7, "ok": true}'),
    (2, "a", "2021-11-15T09:30:00.25+08:00", 2, "shut", '{"result": null, "who": "张\\"三"}'),
    (3, "a", "2021-11-15T09:30:00.25+08:00", 3, None, "{}"),
    (4, "b", "2021-11-15T23:59:59.999999+08:00", None, "open", '{"n": -3}'),
    (5, "b", "2021-11-15T23:59:59.999999+08:00", 9, "shut", '{"day_one": "2021-11-14"}'),
)
TABLE = f"""ledger_entry AS (SELECT id::bigint, matter, at::timestamptz, version::int, state, payload::json
  FROM (VALUES {
    ", ".join(
        "({}, {}, {}, {}, {}, {})".format(
            *("NULL" if v is None else v if isinstance(v, int) else f"'{v}'" for v in row)
        )
        for row in ENTRIES
    )
}) AS v(id, matter, at, version, state, payload))"""


def both(select: str, **constants: Any) -> tuple[list[Any], list[Any]]:
    """Return PostgreSQL's and DuckDB's answers to the same question."""
    sql = f"WITH {TABLE} {select}"
    with connection.cursor() as cursor:
        cursor.execute(sql, {**MOMENT, **constants})
        said = cursor.fetchall()
    told = tell(Question(sql, MOMENT, constants), "duckdb")
    engine = duckdb.connect()
    bound = {name: value for name, value in MOMENT.items() if f"${name}" in told.sql}
    return said, engine.execute(told.sql, bound).fetchall()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("select", "constants"),
    [
        ("SELECT DISTINCT ON (matter) matter, id FROM ledger_entry ORDER BY matter, at DESC, version DESC", {}),
        ("SELECT DISTINCT ON (matter) matter, id FROM ledger_entry ORDER BY matter, at, version", {}),
        ("SELECT DISTINCT ON (matter) matter, id FROM ledger_entry ORDER BY matter, (state IN ('shut')) DESC, id", {}),
        ("SELECT id FROM ledger_entry WHERE state = ANY(%(states)s) ORDER BY id", {"states": ["shut", "x"]}),
        ("SELECT count(*) FROM ledger_entry WHERE state = ANY(%(states)s)", {"states": []}),
        ("SELECT id FROM ledger_entry WHERE state <> ALL(%(states)s) ORDER BY id", {"states": ["shut"]}),
        ("SELECT id FROM ledger_entry WHERE state <> ALL(%(states)s) ORDER BY id", {"states": []}),
        ("SELECT id FROM ledger_entry WHERE state LIKE 'o%%' ORDER BY id", {}),
        ("SELECT id FROM ledger_entry WHERE %(s)s::text IS NULL OR state = %(s)s ORDER BY id", {"s": None}),
        ("SELECT id FROM ledger_entry WHERE %(s)s::text IS NULL OR state <> %(s)s ORDER BY id", {"s": "it's"}),
        ("SELECT id FROM ledger_entry WHERE state IS DISTINCT FROM 'open' ORDER BY id", {}),
        ("SELECT id FROM ledger_entry WHERE at < %(cutoff)s ORDER BY id", {}),
        ("SELECT id, least(%(cutoff)s - interval '1 microsecond', at) = at FROM ledger_entry ORDER BY id", {}),
        ("SELECT id, at + version * interval '1 minute' < %(cutoff)s FROM ledger_entry ORDER BY id", {}),
        ("SELECT id, ((payload->>'n')::int), payload->>'ok', payload->>'who' FROM ledger_entry ORDER BY id", {}),
        ("SELECT id, (extract(epoch FROM at - ((payload->>'day_one') || 'T00:00:00+08:00')::timestamptz) / 60)::float8"
         " FROM ledger_entry WHERE payload->>'day_one' IS NOT NULL ORDER BY id", {}),
        ("SELECT coalesce(payload->>'result', 'none') FROM ledger_entry ORDER BY id", {}),
        ("SELECT coalesce(sum(greatest(0, version - 2)), 0) FROM ledger_entry", {}),
        ("SELECT state, count(*) FILTER (WHERE version > 1) FROM ledger_entry GROUP BY state ORDER BY 1", {}),
    ],
)  # fmt: skip
def test_a_rule_carries_the_meaning_over(select: str, constants: dict[str, Any]) -> None:
    said, told = both(select, **constants)
    assert said and len(told) == len(said)
    for one, other in zip(sorted(told, key=repr), sorted(said, key=repr), strict=True):
        for value, wanted in zip(one, other, strict=True):
            # minutes of an interval may differ in the last bit
            assert value == (pytest.approx(wanted, rel=1e-14) if isinstance(wanted, float) else wanted)


def told(select: str, copies: dict[str, str] | None = None) -> Any:
    return tell(Question(f"WITH {KNOWN} {select}", MOMENT, {}, copies or {}), "duckdb")


def test_a_field_of_an_entrys_payload_is_a_column_of_the_mirror() -> None:
    made = told("SELECT k.payload->>'item' FROM known k WHERE k.payload->>'result' = 'x'")
    assert made.keys == {"item", "result"} and not made.payload
    assert '"payload.item"' in made.sql and "->>" not in made.sql


def test_a_field_of_something_else_called_payload_is_left_as_it_is() -> None:
    made = told("SELECT p.payload->>'item' FROM (SELECT payload FROM known) p")
    assert made.keys == frozenset() and made.payload


def test_what_is_read_besides_the_ledger_is_named() -> None:
    made = told("SELECT i.code FROM known k JOIN quarantine_protocolitem i ON true")
    assert made.tables == {"quarantine_protocolitem"}


def test_a_table_that_repeats_entries_is_made_of_the_entries() -> None:
    copies = {"narrow": "SELECT id, payload->>'item' AS item FROM known WHERE kind LIKE 'a.%%'"}
    made = told("SELECT count(*) FROM narrow", copies)
    assert made.tables == frozenset() and made.keys == {"item"}
    assert "LIKE 'a.%'" in made.sql


@pytest.mark.parametrize(
    "select",
    [
        "SELECT occurred_at AT TIME ZONE 'Asia/Shanghai' FROM known",
        "SELECT DISTINCT ON (matter_id) id FROM known",
        "SELECT id FROM known WHERE kind = ANY(SELECT kind FROM known)",
        "SELECT %(nowhere)s FROM known",
        "SELECT FROM WHERE",
    ],
)
def test_what_no_rule_carries_over_is_refused(select: str) -> None:
    with pytest.raises(NotPortable):
        told(select)
