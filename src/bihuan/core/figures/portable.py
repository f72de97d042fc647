"""Says a figure's question, which is written in PostgreSQL's words, in those of DuckDB and Spark.

sqlglot parses and writes; what it does not carry over by itself is a rule (`portable_rules.py`), each with its test. A
payload's field (`payload->>'item'`) becomes the mirror's own column for it. What has no rule is refused (`NotPortable`), and
PostgreSQL answers instead: the contract test finds such declarations before anybody waits for one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.scope import traverse_scope

from bihuan.core.figures.asking import Question
from bihuan.core.figures.portable_rules import Engine, NotPortable, carry_over

__all__ = ["MOVED", "NotPortable", "Told", "column_of", "tell"]

LEDGER, KNOWN = "ledger_entry", "known"
TIMES = frozenset({"cutoff", "known_at"})


@dataclass(frozen=True, slots=True)
class Told:
    """A question in another engine's words.

    `keys`: the payload's fields it reads, each a column of the mirror; `payload`: it reads payloads whole as well.
    `tables`: what it reads besides the ledger, tables of data that never changes.
    """

    sql: str
    keys: frozenset[str]
    payload: bool
    tables: frozenset[str]


MOVED = "moved"
"""The mirror's column for `to_state IS DISTINCT FROM from_state`: most entries move nothing, whole groups of rows are
passed over by it."""


def column_of(key: str) -> str:
    """Return the mirror's column for a field of the payload."""
    return f"payload.{key}"


def tell(question: Question, engine: Engine) -> Told:
    """Return the question in the engine's words; the moment stays to be bound by name. Raises NotPortable."""
    constants = tuple((name, _frozen(value)) for name, value in sorted(question.constants.items()))
    copies = tuple(sorted(question.copies.items()))
    return _told(question.sql, constants, copies, tuple(sorted(question.moment)), engine)


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


@lru_cache(maxsize=256)
def _told(
    sql: str,
    constants: tuple[tuple[str, Any], ...],
    copies: tuple[tuple[str, str], ...],
    moment: tuple[str, ...],
    engine: Engine,
) -> Told:
    try:
        tree = sqlglot.parse_one(sql.replace("%%", "%"), read="postgres")
        _put_copies(tree, dict(copies))
        _put_constants(tree, dict(constants), moment)
        keys = _put_mirror_columns(tree)
        carry_over(tree, engine)
        payload = any(column.name == "payload" for column in tree.find_all(exp.Column))
        tables = _tables(tree)
        _inline(tree)
        if engine == "spark":
            _no_hints(tree)
        return Told(tree.sql(dialect=engine), keys, payload, tables)
    except SqlglotError as error:
        raise NotPortable(str(error)) from error


def _tables(tree: exp.Expr) -> frozenset[str]:
    ctes = {cte.alias for cte in tree.find_all(exp.CTE)}
    return frozenset(t.name for t in tree.find_all(exp.Table)) - ctes - {LEDGER}


def _put_copies(tree: exp.Expr, copies: Mapping[str, str]) -> None:
    """Give the tables that only repeat entries as CTEs over the ledger, after `known` and before all others."""
    there = {table.name for table in tree.find_all(exp.Table)}
    ctes = tree.args["with_"].expressions
    after = 1 + next((n for n, cte in enumerate(ctes) if cte.alias == KNOWN), -1)
    for name, text in copies.items():
        if name in there:
            made = sqlglot.parse_one(text.replace("%%", "%"), read="postgres")
            ctes.insert(
                after,
                exp.CTE(this=made, alias=exp.TableAlias(this=exp.to_identifier(name)), materialized=False),
            )
    for cte in ctes:
        cte.parent, cte.arg_key = tree.args["with_"], "expressions"
    tree.args["with_"].set("expressions", ctes)


def _put_constants(tree: exp.Expr, constants: Mapping[str, Any], moment: tuple[str, ...]) -> None:
    for mark in list(tree.find_all(exp.Placeholder)):
        name = mark.name
        if name in constants:
            mark.replace(_literal(constants[name]))
        elif name in TIMES:
            mark.replace(exp.cast(exp.Placeholder(this=name), "timestamptz"))
        elif name not in moment:
            raise NotPortable(f"nothing is given for {name}")


def _literal(value: Any) -> exp.Expr:
    if isinstance(value, tuple):
        return exp.Array(expressions=[_literal(each) for each in value])
    if isinstance(value, date):
        return exp.cast(exp.Literal.string(value.isoformat()), "date")
    return exp.convert(value)


def _put_mirror_columns(tree: exp.Expr) -> frozenset[str]:
    """Read from the mirror's own columns what is worked out from entries; return the payload's fields among it."""
    keys = set()
    for scope in traverse_scope(tree):
        entries = {alias for alias, (_, source) in scope.selected_sources.items() if _of_entries(source)}
        alone = bool(entries) and len(scope.selected_sources) == 1

        def of_entry(column: Any, name: str, entries: set[str] = entries, alone: bool = alone) -> bool:
            found = isinstance(column, exp.Column) and column.name == name
            return found and (column.table in entries or (not column.table and alone))

        for node in list(scope.find_all(exp.JSONExtractScalar)):
            column, key = node.this, _key(node.expression)
            if key is not None and of_entry(column, "payload"):
                node.replace(exp.column(column_of(key), table=column.table or None, quoted=True))
                keys.add(key)
        for moves in list(scope.find_all(exp.NullSafeNEQ)):
            if of_entry(moves.this, "to_state") and of_entry(moves.expression, "from_state"):
                moves.replace(exp.column(MOVED, table=moves.this.table or None))
    return frozenset(keys)


def _of_entries(source: Any) -> bool:
    if isinstance(source, exp.Table):
        return source.name == LEDGER
    cte = source.expression.parent  # a scope: of the CTE it stands in
    return isinstance(cte, exp.CTE) and cte.alias == KNOWN


def _key(path: exp.Expr | None) -> str | None:
    """Return the field that a path names; None where it goes deeper."""
    if isinstance(path, exp.Literal):
        return str(path.this)
    parts = path.expressions[1:] if isinstance(path, exp.JSONPath) else []
    if len(parts) == 1 and isinstance(parts[0], exp.JSONPathKey) and isinstance(parts[0].this, str):
        return parts[0].this
    return None


def _inline(tree: exp.Expr) -> None:
    """Put what is not to be worked out beforehand (NOT MATERIALIZED) where it is read.

    DuckDB 2.0 would write all entries known into memory and hand them to every figure; each figure's own scan passes
    over most of the files.
    """
    for cte in list(tree.find_all(exp.CTE)):
        if cte.args.get("materialized") is not False:
            continue
        name = cte.alias
        for table in list(tree.find_all(exp.Table)):
            if table.name == name and not table.db:
                alias = exp.TableAlias(this=exp.to_identifier(table.alias or name))
                table.replace(exp.Subquery(this=cte.this.copy(), alias=alias))
        cte.pop()


def _no_hints(tree: exp.Expr) -> None:
    """Spark decides by itself what it works out once."""
    for cte in tree.find_all(exp.CTE):
        cte.set("materialized", None)
