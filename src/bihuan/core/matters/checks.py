"""Holds every declaration to its promises when Django starts; what is wrong is named, and nothing runs."""

from __future__ import annotations

from collections.abc import Iterator
from string import Formatter
from typing import Any

from django.core.checks import CheckMessage, Error, register

from bihuan.core.matters import registry, telling
from bihuan.core.messages import templates
from bihuan.core.spec.deadlines import NoDeadline, Within
from bihuan.core.spec.matters import ANY_OPEN, MatterType, State, Transition
from bihuan.core.spec.posts import PUBLIC
from bihuan.core.spec.text import Text


@register("bihuan")
def declarations(**_: Any) -> list[CheckMessage]:
    """Check all matter types and figures."""
    found = list(_duplicates())
    for kind in registry.matter_types().values():
        found += [Error(message, obj=kind.code, id=f"bihuan.{code}") for code, message in problems(kind)]
    found += [Error(message, id="bihuan.F1") for message in _figure_problems()]
    return found


def _duplicates() -> Iterator[CheckMessage]:
    codes = [kind.code for module in registry.declared("matter") for kind in module.MATTERS]
    for code in sorted({c for c in codes if codes.count(c) > 1}):
        yield Error(f"two modules declare the matter type {code}", id="bihuan.M0")


def problems(kind: MatterType[Any]) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with one declaration: (code, sentence)."""
    codes = [state.code for state in kind.states]
    if len(set(codes)) != len(codes):
        yield "M1", "two states share a code"
    names = [transition.code for transition in kind.transitions]
    if len(set(names)) != len(names):
        yield "M2", "two transitions share a code"
    if not kind.seen_by:
        yield "M3", "nobody may see it"
    if not kind.opened_by:
        yield "M4", "nobody may open it"
    for state in kind.states:
        yield from _state_problems(kind, state)
    for transition in kind.transitions:
        yield from _transition_problems(kind, transition)
    yield from _reach_problems(kind)


def _state_problems(kind: MatterType[Any], state: State) -> Iterator[tuple[str, str]]:
    yield from _label_problem(state.zh, state.en, f"state {state.code}")
    if state.closed:
        if state.due is not None:
            yield "S1", f"the closed state {state.code} has a deadline"
    elif not isinstance(state.due, (Within, NoDeadline)):
        yield "S2", f"the open state {state.code} has neither a deadline nor a stated reason for none"
    yield from _telling_problems(kind, state)
    overdue = state.due.overdue if isinstance(state.due, Within) else None
    if overdue and overdue not in {t.code for t in kind.transitions}:
        yield "S3", f"state {state.code}: overdue names no transition ({overdue})"


def _telling_problems(kind: MatterType[Any], state: State) -> Iterator[tuple[str, str]]:
    """A message that asks for a field nobody fills would stop the step it tells of; so it is found before."""
    for tell in state.tell:
        try:
            asked = templates.template(tell.template)
        except templates.UnknownTemplate:
            yield "N1", f"state {state.code} tells with {tell.template}, which no messages.py declares"
            continue
        unknown = asked.fields - telling.ALWAYS - registry.details(kind.code).names
        if unknown:
            yield "N2", f"{tell.template} asks for {sorted(unknown)}, which {kind.code} does not tell"
        if PUBLIC in tell.posts and not kind.has_person:
            yield "N3", f"state {state.code} tells the person concerned, but there is none"


def _transition_problems(kind: MatterType[Any], transition: Transition[Any]) -> Iterator[tuple[str, str]]:
    yield from _label_problem(transition.zh, transition.en, f"transition {transition.code}")
    if not transition.posts:
        yield "T1", f"transition {transition.code} has no post that may take it"
    if isinstance(transition.to, State) and transition.to not in kind.states:
        yield "T2", f"transition {transition.code} leads to a state the type does not have"
    if transition.sources is not ANY_OPEN:
        sources = transition.sources if isinstance(transition.sources, tuple) else (transition.sources,)
        for source in sources:
            if source not in kind.states:
                yield "T3", f"transition {transition.code} starts from a state the type does not have"
            elif isinstance(source, State) and source.closed and not transition.reopens:
                yield "T4", f"transition {transition.code} leaves the closed state {source.code}"


def _label_problem(zh: str, en: str, what: str) -> Iterator[tuple[str, str]]:
    try:
        Text(zh, en)
    except ValueError:
        yield "L1", f"{what} lacks a label in one language"


def _reach_problems(kind: MatterType[Any]) -> Iterator[tuple[str, str]]:
    edges: dict[str, set[str]] = {state.code: set() for state in kind.states}
    for transition in kind.transitions:
        if isinstance(transition.to, State):
            for state in kind.states:
                if transition.leaves(state.code, kind.open_states):
                    edges[state.code].add(transition.to.code)
    reached = _closure({kind.initial.code}, edges)
    for state in kind.states:
        if state.code not in reached:
            yield "R1", f"state {state.code} cannot be reached"
        if not state.closed and not any(kind.state(code).closed for code in _closure({state.code}, edges)):
            yield "R2", f"state {state.code} is a dead end: nothing leads from it to a close"


def _closure(start: set[str], edges: dict[str, set[str]]) -> set[str]:
    found, frontier = set(start), set(start)
    while frontier:
        frontier = {after for code in frontier for after in edges.get(code, ())} - found
        found |= frontier
    return found


def _figure_problems() -> Iterator[str]:
    declared = registry.figures()
    named: dict[str, str] = {}
    for key, figure in declared.items():
        for given in figure.rows.given:  # all figures are asked in one query, so a name stands for one thing
            name = given.split(" ", 1)[0]
            if named.setdefault(name, given) != given:
                yield f"{key} gives another meaning to {name} than a figure before it"
    for key, figure in declared.items():
        if figure.part_of is not None and figure.part_of not in declared:
            yield f"{key} is part of {figure.part_of}, which is not declared"
        if "entry_id" not in figure.rows.sql:
            yield f"{key} does not drill down: its rows yield no entry_id"
    for sentence in registry.sentences():
        for language in (sentence.says.zh, sentence.says.en):
            for key in _placeholders(language):
                if key not in declared:
                    yield f"a report sentence names {key}, which is not declared"


def _placeholders(text: str) -> Iterator[str]:

    for _, name, _, _ in Formatter().parse(text):
        if name:
            yield name
