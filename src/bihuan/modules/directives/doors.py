"""The doors in the bar: all directives for the desk, their own parts for the units."""

from __future__ import annotations

from bihuan.core.spec import Text
from bihuan.kit.doors import Door
from bihuan.modules.directives.matter import DIRECTIVE, TASK, UNIT_OFFICER

DOORS = (
    Door(
        "directives:directives",
        Text("合成作战指令", "Directives"),
        "file-text",
        38,
        posts=tuple(post.code for post in DIRECTIVE.seen_by),
    ),
    Door("directives:parts", Text("指令分工", "Directives"), "file-text", 38, posts=(UNIT_OFFICER.code,)),
)

OPENERS = {DIRECTIVE.code: "directives:new"}  # with its list, and signed for in the same act
ENTRIES = {
    "directives.feedback_given_out": Text("取走反馈表", "a feedback's workbook was taken out"),
    "directives.person_revealed": Text(
        "查看名单人员的姓名电话", "a listed person's name and telephone were looked at"
    ),
    "directives.feedback_looked_at": Text("预览反馈表", "the feedback was looked at before it was sent"),
    "directives.issuer_address": Text("登记下发单位邮箱", "an issuing body's address was set"),
}
PAGES = {DIRECTIVE.code: "directives:directive", TASK.code: "directives:part"}
