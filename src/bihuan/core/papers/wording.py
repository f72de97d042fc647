"""Dates, times and sizes as papers write them, in both languages, on the county's clock."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Final

from django.utils import timezone

from bihuan.core.spec.text import HAN, Text, full_width

_GAP: Final = re.compile(rf"(?<={HAN}) +(?=\S)|(?<=\S) +(?={HAN})")


def punctuated(text: str) -> str:
    """Return Chinese text with full-width marks and without typed gaps beside characters: typesetting makes those."""
    return _GAP.sub("", full_width(text))


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
