"""Dates, times and sizes as papers write them, in both languages, on the county's clock."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Final

from django.utils import timezone

from bihuan.core.spec.text import Text

_HAN: Final = r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff\u3001-\u301f\uff00-\uffef“”‘’]"
_MARK: Final = re.compile(rf"(?<={_HAN}) *[,;:?!()] *|[,;:?!()] *(?={_HAN})")
_GAP: Final = re.compile(rf"(?<={_HAN}) +(?=\S)|(?<=\S) +(?={_HAN})")
_FULL: Final = str.maketrans(",;:?!()", "，；：？！（）")


def punctuated(text: str) -> str:
    """Return Chinese text with full-width marks (GB/T 15834-2011) and without typed gaps beside characters.

    Marks between letters and digits (08:00, 97,449) stay as they are; typesetting makes the gaps beside
    digits.
    """
    marked = _MARK.sub(lambda m: m[0].strip().translate(_FULL), text)
    return _GAP.sub("", marked)


def day(moment: datetime | date, language: str) -> str:
    """Return a date: 2026年10月8日, 8 October 2026. A moment gives its date on the county's clock."""
    at = timezone.localtime(moment) if isinstance(moment, datetime) else moment
    return f"{at:%-d %B %Y}" if language.startswith("en") else f"{at.year}年{at.month}月{at.day}日"


def minute(moment: datetime, language: str) -> str:
    """Return a time to the minute: 2026年10月8日08:00; 8 October 2026, 08:00."""
    at = timezone.localtime(moment)
    return f"{day(moment, language)}{', ' if language.startswith('en') else ''}{at:%H:%M}"


def both(moment: datetime | date) -> Text:
    """Return a date in both languages."""
    return Text(day(moment, "zh-hans"), day(moment, "en"))


def both_to_the_minute(moment: datetime) -> Text:
    """Return a time in both languages."""
    return Text(minute(moment, "zh-hans"), minute(moment, "en"))


def size(count: int) -> str:
    """Return a file's size: 812 B, 64 KB, 1.4 MB."""
    if count < 1024:
        return f"{count} B"
    return f"{count / 1024:.0f} KB" if count < 1024 * 1024 else f"{count / 1024 / 1024:.1f} MB"


def in_groups(hexadecimal: str, length: int = 8) -> str:
    """Return a long hex number in groups, so that it can be compared by eye and broken in a line."""
    return " ".join(hexadecimal[i : i + length] for i in range(0, len(hexadecimal), length))
