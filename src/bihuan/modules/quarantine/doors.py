"""The door in the bar."""

from __future__ import annotations

from bihuan.core.spec import ADMINISTRATOR, Text
from bihuan.kit.doors import Door
from bihuan.modules.quarantine.matter import SITE, STAY

DOORS = (
    Door(
        "quarantine:sites",
        Text("隔离点", "Sites"),
        "building-hospital",
        30,
        posts=tuple(post.code for post in SITE.seen_by),
    ),
    # who runs the county keeps its protocols too, and has no business in the sites
    Door(
        "quarantine:protocols",
        Text("观察方案", "Protocols"),
        "clipboard-list",
        80,
        posts=(ADMINISTRATOR.code,),
    ),
)

ROUNDS = {STAY.code: "quarantine:round"}
OPENERS = {SITE.code: "quarantine:new_site"}  # a site is set up whole, with its place and its rooms
ENTRIES = {
    "quarantine.slip_shown": Text("出示本人编码纸条", "the person's code slip was shown"),
    "quarantine.code_issued": Text("发给本人编码", "a code was given to the person"),
    "quarantine.companions_exported": Text(
        "导出同房同区同车同轮名单", "the list of who came near was exported"
    ),
    "quarantine.protocol_published": Text("发布观察方案", "a protocol was published"),
}
