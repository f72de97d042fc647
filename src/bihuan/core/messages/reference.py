"""The reference page of messages: what is said, with which fields, and which are sealed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bihuan.core.messages.templates import Template


def messages_page(note: str, templates: Sequence[Template], tellers: Mapping[str, Sequence[str]]) -> str:
    """Return the page of these templates; `tellers`: code → who tells it, to whom, in words."""
    lines = [note, "# 消息 Messages", ""]
    lines += [
        "标题不含个人信息；标 * 的字段加密存放。Subjects hold nothing personal; fields marked * are kept sealed.",
        "",
    ]
    for one in templates:
        lines += [f"## `{one.code}`", ""]
        lines += [f"- 何时告知谁 when, whom: {words}" for words in tellers.get(one.code, ())]
        fields = [f"`{name}`{'*' if name in one.personal else ''}" for name in sorted(one.fields)]
        lines += [f"- 字段 fields: {'、'.join(fields)}", ""]
        lines += ["| | 中文 | English |", "|---|---|---|"]
        lines += [f"| 标题 subject | {one.subject.zh} | {one.subject.en} |"]
        lines += [f"| 正文 body | {one.body.zh} | {one.body.en} |", ""]
    return "\n".join(lines).rstrip() + "\n"
