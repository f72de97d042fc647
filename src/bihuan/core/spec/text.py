"""A sentence in both languages: Chinese first, English second, neither ever missing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

HAN: Final = r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff\u3001-\u301f\uff00-\uffef“”‘’]"
_MARK: Final = re.compile(rf"(?<={HAN}) *[,;:?!()] *|[,;:?!()] *(?={HAN})")
_FULL: Final = str.maketrans(",;:?!()", "，；：？！（）")


def full_width(text: str) -> str:
    """Return Chinese text with full-width marks (GB/T 15834-2011), however they were typed.

    Marks between letters and digits (08:00, 97,449) stay as they are.
    """
    return _MARK.sub(lambda mark: mark[0].strip().translate(_FULL), text)


@dataclass(frozen=True, slots=True)
class Text:
    """One text in both languages; `zh` and `en` may hold `{placeholders}` filled by `format`.

    Marks beside Chinese characters may be typed either way: `zh` holds them full-width.
    """

    zh: str
    en: str

    def __post_init__(self) -> None:
        if not self.zh.strip() or not self.en.strip():
            raise ValueError(f"a text needs both languages: {self!r}")
        object.__setattr__(self, "zh", full_width(self.zh))  # frozen, and read as print sets it

    def __str__(self) -> str:
        return self.zh

    def in_language(self, language: str) -> str:
        """Return the text for a language code (`zh-hans`, `en`); anything but English reads Chinese."""
        return self.en if language.startswith("en") else self.zh

    def format(self, **values: object) -> Text:
        """Return the text with its placeholders filled, in both languages."""
        return Text(self.zh.format(**values), self.en.format(**values))
