"""What the spine itself says: a deadline passed."""

from __future__ import annotations

from bihuan.core.messages.templates import Template, declare
from bihuan.core.spec.text import Text

declare(
    Template(
        "matters.overdue",
        subject=Text("超期：{kind} {number}", "Overdue: {kind} {number}"),
        body=Text(
            "{kind} {number}（{place}）应于 {due} 前办理，现已超期。请尽快办理；确有原因的，办理时写明。",
            "{kind} {number} ({place}) was due by {due} and is overdue. Please see to it; where there is a reason,"
            " state it with the step.",
        ),
    ),
    Template(
        "matters.overdue_many",
        subject=Text("{count} 项刚刚超期", "{count} matters have become overdue"),
        body=Text(
            "{count} 项等您的岗位办理的事项超过了时限，最要紧的是 {numbers}。全部见待办的“已经超期的”。",
            "{count} matters that wait for your post are past their deadline; the most pressing are {numbers}. All"
            " are on the worklist under Overdue.",
        ),
    ),
)
