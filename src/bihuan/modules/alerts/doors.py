"""The door in the bar."""

from __future__ import annotations

from bihuan.core.spec import Text
from bihuan.kit.doors import Door
from bihuan.modules.alerts.matter import LIST

DOORS = (
    Door(
        "alerts:lists",
        Text("预警名单", "Alert lists"),
        "list-check",
        40,
        posts=tuple(post.code for post in LIST.seen_by),
    ),
)

OPENERS = {LIST.code: "intake"}  # a list is handed in as the file it came as
ENTRIES = {
    "alerts.feedback_given_out": Text("取走反馈附件", "a feedback's file was taken out"),
    "alerts.lines_revealed": Text("查看退回的原文", "malformed lines were looked at"),
}
