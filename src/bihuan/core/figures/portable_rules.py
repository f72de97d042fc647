"""What sqlglot does not carry over from PostgreSQL to DuckDB and Spark by itself, each a rule for one kind of node."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from sqlglot import exp

Engine = Literal["duckdb", "spark"]


class NotPortable(ValueError):
    """A declaration uses something that no rule carries over to the other engines."""


def carry_over(tree: exp.Expr, engine: Engine) -> None:
    """Apply the rules that hold everywhere, then the engine's own. Raises NotPortable."""
    for node, rule in (*_EVERYWHERE, *_OWN[engine]):
        _rewrite(tree, node, rule)


Rule = Callable[[Any], exp.Expr | None]


def _rewrite(tree: exp.Expr, kind: type[exp.Expr], rule: Rule) -> None:
    """Put what the rule returns in the place of each such node, the inner ones first; None leaves it."""
    for node in reversed(list(tree.find_all(kind, bfs=True))):
        made = rule(node)
        if made is not None and made is not node:
            node.replace(made)


def _any(node: exp.EQ) -> exp.Expr | None:
    """`x = ANY(list)`: `x IN (…)`; of nothing: false."""
    return _in(node, exp.Any)


def _all(node: exp.NEQ) -> exp.Expr | None:
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


def _in(node: exp.EQ, quantifier: type[exp.Expr]) -> exp.Expr | None:
    if not isinstance(node.expression, quantifier):
        return None
    members = node.expression.this.unnest()
    if not isinstance(members, exp.Array):
        raise NotPortable("ANY of what is no list")
    if not members.expressions:
        return exp.false()
    return exp.In(this=node.this, expressions=members.expressions)


def _no_time_zone(node: exp.AtTimeZone) -> exp.Expr | None:
    """What `AT TIME ZONE` does depends on its operand's type, which a text does not tell."""
    raise NotPortable("AT TIME ZONE: compare instants instead, with +08:00 written out")


def _named(node: exp.Select) -> exp.Expr | None:
    """A cast column keeps its name, as PostgreSQL has it."""
    for shown in list(node.expressions):
        if isinstance(shown, exp.Cast) and isinstance(shown.this.unnest(), exp.Column):
            shown.replace(exp.alias_(shown.copy(), shown.this.unnest().name))
    return None


def _no_fence(node: exp.Offset) -> exp.Expr | None:
    """`OFFSET 0` only keeps PostgreSQL's planner from crossing it; DuckDB 2.0 can wait for itself there for ever."""
    if node.expression.name == "0":
        node.pop()
    return None


def _first_of_each(node: exp.Select) -> exp.Expr | None:
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

    def rule(node: exp.Extract) -> exp.Expr | None:
        if node.name.upper() != "EPOCH":
            return None
        asked = node.expression.unnest()
        times = [asked.this, asked.expression] if isinstance(asked, exp.Sub) else [asked]
        number: exp.Expr = exp.func(count, times[0].copy())
        for time in times[1:]:
            number = exp.Paren(this=exp.Sub(this=number, expression=exp.func(count, time.copy())))
        return exp.Paren(this=exp.Div(this=number, expression=exp.Literal.number("1e6")))

    return rule


def _spark_uuid(node: exp.Cast) -> exp.Expr | None:
    """A UUID is its sixteen bytes, as Parquet holds it."""
    if not node.is_type("uuid"):
        return None
    bare = exp.func("replace", node.this, exp.Literal.string("-"), exp.Literal.string(""))
    return exp.func("unhex", bare)


def _spark_order(node: exp.Select) -> exp.Expr | None:
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


_EVERYWHERE: tuple[tuple[type[exp.Expr], Rule], ...] = (
    (exp.AtTimeZone, _no_time_zone),
    (exp.EQ, _any),
    (exp.NEQ, _all),
    (exp.Offset, _no_fence),
    (exp.Select, _named),
    (exp.Select, _first_of_each),
)
_OWN: dict[Engine, tuple[tuple[type[exp.Expr], Rule], ...]] = {
    "duckdb": ((exp.Extract, _seconds("epoch_us")),),
    "spark": (
        (exp.Extract, _seconds("unix_micros")),
        (exp.Cast, _spark_uuid),
        (exp.Select, _spark_order),
    ),
}
