"""How an organ shows itself: one character and the organ's name, never colour alone."""

from __future__ import annotations

BADGES = {
    "committee": ("政", "zheng"),
    "court": ("法", "fa"),
    "procuratorate": ("检", "jian"),
    "police": ("公", "gong"),
    "justice": ("司", "si"),
    "health": ("卫", "wei"),
    "street": ("街", "jie"),
}


def badge(kind: str) -> tuple[str, str]:
    """Return the character and the style of a kind of organ."""
    return BADGES.get(kind, ("众", ""))
