"""Says a figure's question, which is written in PostgreSQL's words, in those of DuckDB and Spark.

sqlglot parses and writes; what it does not carry over by itself is a rule here, each with its test. A payload's
field (`payload->>'item'`) becomes the mirror's own column for it. What has no rule is refused (`NotPortable`), and
PostgreSQL answers instead: the contract test finds such declarations before anybody waits for one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, Literal

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.scope import traverse_scope

from bihuan.core.figures.asking import Question

Engine = Literal["duckdb", "spark"]
LEDGER, KNOWN = "ledger_entry", "known"
TIMES = frozenset({"cutoff", "known_at"})


class NotPortable(ValueError):
    """A declaration uses something that no rule carries over to the other engines."""


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
        for node, rule in _RULES:
            _rewrite(tree, node, rule)
        for node, rule in _ENGINE_RULES[engine]:
            _rewrite(tree, node, rule)
        payload = any(column.name == "payload" for column in tree.find_all(exp.Column))
        tables = _tables(tree)
        _inline(tree)
        if engine == "spark":
            _no_hints(tree)
        return Told(tree.sql(dialect=engine), keys, payload, tables)
    except SqlglotError as error:
        raise NotPortable(str(error)) from error


def _tables(tree: exp.Expression) -> frozenset[str]:
    ctes = {cte.alias for cte in tree.find_all(exp.CTE)}
    return frozenset(t.name for t in tree.find_all(exp.Table)) - ctes - {LEDGER}


def _put_copies(tree: exp.Expression, copies: Mapping[str, str]) -> None:
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


def _put_constants(tree: exp.Expression, constants: Mapping[str, Any], moment: tuple[str, ...]) -> None:
    for mark in list(tree.find_all(exp.Placeholder)):
        name = mark.name
        if name in constants:
            mark.replace(_literal(constants[name]))
        elif name in TIMES:
            mark.replace(exp.cast(exp.Placeholder(this=name), "timestamptz"))
        elif name not in moment:
            raise NotPortable(f"nothing is given for {name}")


def _literal(value: Any) -> exp.Expression:
    if isinstance(value, tuple):
        return exp.Array(expressions=[_literal(each) for each in value])
    if isinstance(value, date):
        return exp.cast(exp.Literal.string(value.isoformat()), "date")
    return exp.convert(value)


def _put_mirror_columns(tree: exp.Expression) -> frozenset[str]:
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
        for node in list(scope.find_all(exp.NullSafeNEQ)):
            if of_entry(node.this, "to_state") and of_entry(node.expression, "from_state"):
                node.replace(exp.column(MOVED, table=node.this.table or None))
    return frozenset(keys)


def _of_entries(source: Any) -> bool:
    if isinstance(source, exp.Table):
        return source.name == LEDGER
    cte = source.expression.parent  # a scope: of the CTE it stands in
    return isinstance(cte, exp.CTE) and cte.alias == KNOWN


def _key(path: exp.Expression | None) -> str | None:
    """Return the field that a path names; None where it goes deeper."""
    if isinstance(path, exp.Literal):
        return str(path.this)
    parts = path.expressions[1:] if isinstance(path, exp.JSONPath) else []
    if len(parts) == 1 and isinstance(parts[0], exp.JSONPathKey) and isinstance(parts[0].this, str):
        return parts[0].this
    return None


Rule = Callable[[Any], exp.Expression | None]


def _rewrite(tree: exp.Expression, kind: type[exp.Expression], rule: Rule) -> None:
    """Put what the rule returns in the place of each such node, the inner ones first; None leaves it."""
    for node in reversed(list(tree.find_all(kind, bfs=True))):
        made = rule(node)
        if made is not None and made is not node:
            node.replace(made)


def _any(node: exp.EQ) -> exp.Expression | None:
    """`x = ANY(list)`: `x IN (…)`; of nothing: false."""
    return _in(node, exp.Any)


def _all(node: exp.NEQ) -> exp.Expression | None:
    """`x <> ALL(list)`: `NOT x IN (…)`; of nothing: true."""
    right = node.expression
    if isinstance(right, exp.Anonymous) and right.name.upper() == "ALL":
        members = right.expressions[0].unnest()
    elif isinstance(right, exp.All):
        members = right.this.unnest()
    else:
        return None
    if not isinstance(members, exp.Array):
        raise NotPortable("ALL of what is no list")
    if not members.expressions:
        return exp.true()
    return exp.not_(exp.In(this=node.this, expressions=members.expressions))


def _in(node: exp.EQ, quantifier: type[exp.Expression]) -> exp.Expression | None:
    if not isinstance(node.expression, quantifier):
        return None
    members = node.expression.this.unnest()
    if not isinstance(members, exp.Array):
        raise NotPortable("ANY of what is no list")
    if not members.expressions:
        return exp.false()
    return exp.In(this=node.this, expressions=members.expressions)


def _no_time_zone(node: exp.AtTimeZone) -> exp.Expression | None:
    """What `AT TIME ZONE` does depends on its operand's type, which a text does not tell."""
    raise NotPortable("AT TIME ZONE: compare instants instead, with +08:00 written out")


def _named(node: exp.Select) -> exp.Expression | None:
    """A cast column keeps its name, as PostgreSQL has it."""
    for shown in list(node.expressions):
        if isinstance(shown, exp.Cast) and isinstance(shown.this.unnest(), exp.Column):
            shown.replace(exp.alias_(shown.copy(), shown.this.unnest().name))
    return None


def _no_fence(node: exp.Offset) -> exp.Expression | None:
    """`OFFSET 0` only keeps PostgreSQL's planner from crossing it; DuckDB 2.0 can wait for itself there for ever."""
    if node.expression.name == "0":
        node.pop()
    return None


def _first_of_each(node: exp.Select) -> exp.Expression | None:
    """`DISTINCT ON (a) … ORDER BY a, b`: the first row of each, numbered in one pass instead of picked by column."""
    distinct = node.args.get("distinct")
    if distinct is None or distinct.args.get("on") is None:
        return None
    of = distinct.args["on"].expressions
    order = node.args.get("order")
    if order is None or node.args.get("limit") is not None:
        raise NotPortable("DISTINCT ON without an order, or with a limit")
    rest = [ordered for ordered in order.expressions if ordered.this not in of]
    numbered = exp.Window(
        this=exp.RowNumber(),
        partition_by=[each.copy() for each in of],
        order=exp.Order(expressions=[each.copy() for each in rest]),
    )
    node.set("distinct", None)
    node.set("order", None)
    node.set("qualify", exp.Qualify(this=exp.EQ(this=numbered, expression=exp.Literal.number(1))))
    return None


def _seconds(count: str) -> Rule:
    """`extract(epoch FROM a - b)` and `extract(epoch FROM t)`: exact microseconds, divided once."""

    def rule(node: exp.Extract) -> exp.Expression | None:
        if node.name.upper() != "EPOCH":
            return None
        asked = node.expression.unnest()
        times = [asked.this, asked.expression] if isinstance(asked, exp.Sub) else [asked]
        number: exp.Expression = exp.func(count, times[0].copy())
        for time in times[1:]:
            number = exp.Paren(this=exp.Sub(this=number, expression=exp.func(count, time.copy())))
        return exp.Paren(this=exp.Div(this=number, expression=exp.Literal.number("1e6")))

    return rule


def _spark_uuid(node: exp.Cast) -> exp.Expression | None:
    """A UUID is its sixteen bytes, as Parquet holds it."""
    if not node.is_type("uuid"):
        return None
    bare = exp.func("replace", node.this, exp.Literal.string("-"), exp.Literal.string(""))
    return exp.func("unhex", bare)


def _spark_order(node: exp.Select) -> exp.Expression | None:
    """Spark orders by no row as a whole; what shares an entry comes in any order there."""
    order, sources = node.args.get("order"), node.args.get("from_")
    alias = sources.this.alias if sources is not None else ""
    if order is not None and alias:
        kept = [
            each
            for each in order.expressions
            if not (each.this.name == alias and not each.this.args.get("table"))
        ]
        order.set("expressions", kept)
    return None


def _inline(tree: exp.Expression) -> None:
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


def _no_hints(tree: exp.Expression) -> None:
    """Spark decides by itself what it works out once."""
    for cte in tree.find_all(exp.CTE):
        cte.set("materialized", None)


_RULES: tuple[tuple[type[exp.Expression], Rule], ...] = (
    (exp.AtTimeZone, _no_time_zone),
    (exp.EQ, _any),
    (exp.NEQ, _all),
    (exp.Offset, _no_fence),
    (exp.Select, _named),
    (exp.Select, _first_of_each),
)
_ENGINE_RULES: dict[Engine, tuple[tuple[type[exp.Expression], Rule], ...]] = {
    "duckdb": ((exp.Extract, _seconds("epoch_us")),),
    "spark": (
        (exp.Extract, _seconds("unix_micros")),
        (exp.Cast, _spark_uuid),
        (exp.Select, _spark_order),
    ),
}
