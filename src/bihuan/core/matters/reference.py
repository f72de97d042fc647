"""The reference pages of matters and figures, written from the declarations; a test keeps docs/reference true."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

from bihuan.core.matters.drafting import purpose_of
from bihuan.core.matters.overdue import MANY, ONE
from bihuan.core.matters.registry import figures, matter_types
from bihuan.core.messages.reference import messages_page
from bihuan.core.messages.templates import declared
from bihuan.core.spec.deadlines import NoDeadline, Within
from bihuan.core.spec.figures import Figure
from bihuan.core.spec.matters import MatterType, State, Transition

NOTE = "<!-- 由 make reference 生成,不要手改 / written by make reference, do not edit -->"


def pages() -> dict[str, str]:
    """Return the pages by their path below docs/reference."""
    found = {f"matters/{kind.code}.md": matter_page(kind) for kind in _shipped()}
    found["figures.md"] = figures_page(list(figures().values()))
    own = {"matters", *(purpose_of(kind.code) for kind in _shipped())}
    said = [one for one in declared() if one.code.partition(".")[0] in own]
    found["messages.md"] = messages_page(NOTE, said, _tellers())
    return found


def _tellers() -> dict[str, list[str]]:
    """Return for each message the states that tell it and to whom; deadlines are told to the post they wait for."""
    found: dict[str, list[str]] = {}
    for kind in _shipped():
        for state in kind.states:
            for tell in state.tell:
                where = f"{kind.zh}“{state.zh}” {kind.en}: {state.en} → {_posts(tell.posts)}"
                found.setdefault(tell.template, []).append(where)
    overdue = "时限已过，告知等其办理的岗位 a deadline passed: the posts whose step it waits for"
    return {**found, ONE: [overdue], MANY: [f"{overdue}；一小时内合并 gathered within an hour"]}


def _shipped() -> Iterator[MatterType[Any]]:
    """Yield the types that come with the product (a test's own are left out)."""
    yield from (kind for kind in matter_types().values() if not kind.code.startswith("toy."))


def matter_page(kind: MatterType[Any]) -> str:
    """Return a matter type's page: diagram, states with deadlines, steps with posts, payloads."""
    lines = [NOTE, f"# {kind.zh} {kind.en} (`{kind.code}`)", ""]
    lines += [f"- 机关 organ: `{kind.organ}`"]
    lines += [f"- 开立 opened by: {_posts(kind.opened_by)}", f"- 可见 seen by: {_posts(kind.seen_by)}"]
    lines += [f"- 编号 number: `{kind.number}`", f"- 保存 retention: {_retention(kind)}", ""]
    lines += ["```mermaid", *_diagram(kind), "```", ""]
    lines += ["| 状态 state | 时限 deadline | 依据 basis |", "|---|---|---|"]
    lines += [_state_row(state) for state in kind.states]
    lines += ["", "| 办理 step | 从 from | 到 to | 岗位 posts | 填写 payload |", "|---|---|---|---|---|"]
    lines += [_step_row(kind, transition) for transition in kind.transitions]
    payloads = {kind.opening, *(t.payload for t in kind.transitions)}
    for payload in sorted(payloads, key=lambda p: str(p.__name__)):
        lines += _payload(payload)
    return "\n".join(lines) + "\n"


def _posts(posts: tuple[Any, ...]) -> str:
    return "、".join(f"{post.zh} {post.en} (`{post.code}`)" for post in posts)


def _retention(kind: MatterType[Any]) -> str:
    keep = kind.retention
    length = f"{keep.years} 年 years" if keep.years else f"{keep.days} 天 days"
    return length + (f"({keep.basis})" if keep.basis else "")


def _diagram(kind: MatterType[Any]) -> Iterator[str]:
    yield "stateDiagram-v2"
    for state in kind.states:
        yield f"    {state.code}: {state.zh} {state.en}"
    yield f"    [*] --> {kind.initial.code}"
    for transition in kind.transitions:
        if not isinstance(transition.to, State):
            continue
        for state in kind.states:
            if transition.leaves(state.code, kind.open_states):
                yield f"    {state.code} --> {transition.to.code}: {transition.zh}"
    for state in kind.states:
        if state.closed:
            yield f"    {state.code} --> [*]"


def _state_row(state: State) -> str:
    name = f"{state.zh} {state.en} (`{state.code}`)"
    if state.closed:
        return f"| {name} | 办结 closed | |"
    if isinstance(state.due, NoDeadline):
        return f"| {name} | 无 none: {state.due.reason_zh} {state.due.reason_en} | |"
    if isinstance(state.due, Within):
        basis = state.due.basis.citation if state.due.basis else None
        return f"| {name} | {state.due.label.zh} {state.due.label.en} | {basis.zh if basis else ''} |"
    return f"| {name} | | |"


def _step_row(kind: MatterType[Any], transition: Transition[Any]) -> str:
    sources = [s.code for s in kind.states if transition.leaves(s.code, kind.open_states)]
    to = transition.to.code if isinstance(transition.to, State) else "="
    posts = ", ".join(f"`{post.code}`" for post in transition.posts)
    return (
        f"| {transition.zh} {transition.en} (`{transition.code}`) | {', '.join(sources)} | {to} | {posts} |"
        f" {transition.payload.__name__} |"
    )


def _payload(payload: type[Any]) -> Iterator[str]:
    fields = dataclasses.fields(payload)
    if not fields:
        return
    yield from ("", f"### {payload.__name__}", "", str(payload.__doc__), "")
    yield from ("| 字段 field | 含义 meaning | 类型 type | |", "|---|---|---|---|")
    for field in fields:
        label = field.metadata.get("label")
        words = f"{label.zh} {label.en}" if label else ""
        marks = [mark for mark in ("sealed", "long") if field.metadata.get(mark)]
        yield f"| `{field.name}` | {words} | `{_type_name(field.type)}` | {' '.join(marks)} |"


def _type_name(kind: object) -> str:
    return kind if isinstance(kind, str) else getattr(kind, "__name__", str(kind))


def figures_page(declared: list[Figure]) -> str:
    """Return the page of all figures: what each asks, and what it is part of."""
    lines = [
        NOTE,
        "# 指标 Figures",
        "",
        "| 指标 figure | 名称 name | 定义 definition | 单位 unit | |",
        "|---|---|---|---|---|",
    ]
    for figure in declared:
        part = f"属于 part of `{figure.part_of}`" if figure.part_of else ""
        lines.append(
            f"| `{figure.key}` | {figure.zh} {figure.en} | {figure.means.zh} {figure.means.en} |"
            f" {figure.unit.zh} {figure.unit.en} | {part} |"
        )
    return "\n".join(lines) + "\n"
