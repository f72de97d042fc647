"""The door in the bar."""

from __future__ import annotations

from bihuan.core.spec import Text
from bihuan.kit.doors import Door
from bihuan.modules.quarantine.matter import SITE

DOORS = (
    Door(
        "quarantine:sites",
        Text("隔离点", "Sites"),
        "building-hospital",
        30,
        posts=tuple(post.code for post in SITE.seen_by),
    ),
)
