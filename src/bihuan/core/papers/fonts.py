"""Which typefaces a paper is set in: the ones the standard names where the machine has them, Noto CJK where
not.

GB/T 9704-2012 asks for 小标宋 (titles), 仿宋 (body), 黑体 and 楷体 (headings), 宋体 (page numbers). None of
them is free to ship, so none is shipped: each role lists the names under which the face is installed, and
ends with the free Noto CJK.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

import typst

ROLES: Final[dict[str, tuple[str, ...]]] = {
    "title": ("FZXiaoBiaoSong-B05S", "方正小标宋简体", "方正小标宋_GBK",
        "Noto Serif CJK SC", "Source Han Serif SC"),
    "body": (
        "FangSong_GB2312", "仿宋_GB2312", "FangSong", "仿宋", "FZFangSong-Z02S", "STFangsong",
        "Noto Serif CJK SC", "Source Han Serif SC",
    ),
    "heading": ("SimHei", "黑体", "FZHei-B01S", "STHeiti", "Noto Sans CJK SC", "Source Han Sans SC"),
    "subheading": (
        "KaiTi_GB2312", "楷体_GB2312", "KaiTi", "楷体", "FZKai-Z03S", "STKaiti",
        "Noto Serif CJK SC", "Source Han Serif SC",
    ),
    "number": ("SimSun", "宋体", "STSong", "Noto Serif CJK SC", "Source Han Serif SC"),
    "latin": ("Times New Roman", "Liberation Serif", "Libertinus Serif"),
}  # fmt: skip

FALLBACKS: Final = (
    "Noto Serif CJK SC", "Source Han Serif SC", "Noto Sans CJK SC", "Source Han Sans SC", "WenQuanYi Zen Hei",
    "WenQuanYi Micro Hei", "AR PL UMing CN", "AR PL UKai CN", "Droid Sans Fallback", "SimSun-ExtB",
    "BabelStone Han", "Plangothic P1",
)  # fmt: skip
"""Every CJK face that may stand in, the large ones for rare characters in names last."""


class NoChineseFontError(RuntimeError):
    """The machine has no Chinese typeface, so no paper can be set; the message names the package to
    install.
    """

    def __init__(self) -> None:
        super().__init__(
            "本机没有中文字体，无法生成文书：请安装 fonts-noto-cjk"
            "（Debian/Ubuntu：apt install fonts-noto-cjk）。 / "
            "No Chinese typeface on this machine, so no paper can be made: install fonts-noto-cjk"
            " (Debian/Ubuntu: apt install fonts-noto-cjk; Fedora: google-noto-serif-cjk-fonts)."
        )


@dataclass(frozen=True, slots=True)
class Typefaces:
    """The families to set each role in, best first; only families that are installed."""

    families: dict[str, list[str]]

    @classmethod
    def among(cls, installed: Collection[str]) -> Typefaces:
        """Choose from the installed families. Raises NoChineseFontError where none of them is Chinese."""
        chinese = [name for name in FALLBACKS if name in installed]
        chosen = {}
        for role, wanted in ROLES.items():
            found = [name for name in wanted if name in installed]
            chosen[role] = found[:1] + [name for name in chinese if name not in found[:1]]
        if not any(chosen[role] for role in ROLES if role != "latin"):
            raise NoChineseFontError
        for role, names in chosen.items():
            if not names:
                chosen[role] = chosen["body"] or chosen["number"] or chosen["heading"]
        return cls(chosen)


def find() -> tuple[typst.Fonts, Typefaces]:
    """Search the machine's fonts once. Raises NoChineseFontError."""
    fonts = typst.Fonts(include_system_fonts=True, include_embedded_fonts=True)
    return fonts, Typefaces.among(set(fonts.families()))
