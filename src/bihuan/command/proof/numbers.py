"""Every number of a text: where it stands, what it counts, and whether it counts anything at all."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from bihuan.core.intake.text import chinese_number

COUNT, DATE, TIME, NAME, ORDER = "count", "date", "time", "name", "order"
"""What a number is: it counts something; a date; a time or duration; part of a name; a place in an order."""

UNITS: Final = (
    ("人", ("人次", "人", "名", "位", "persons", "people", "person")),
    ("个", ("个", "处", "所", "座", "家", "sites", "points")),
    ("件", ("件次", "件", "起", "宗", "cases")),
    ("次", ("次", "趟", "transfers", "times")),
    ("项", ("项", "items")),
    ("条", ("条", "rows")),
    ("行", ("行",)),
    ("份", ("份", "册", "张", "copies")),
    ("元", ("元",)),
    ("", ("%", "‰", "千克", "公里", "吨", "间", "台", "辆", "支", "批", "户", "天")),
)
"""Units that count alike, by the one that stands for them; the last line are units no figure has."""
_ALIKE: Final = {word: alike for alike, words in UNITS for word in words}
_UNIT: Final = "|".join(sorted(map(re.escape, _ALIKE), key=len, reverse=True))

_NUMBER: Final = re.compile(
    r"(?<![A-Za-z\d.])(?:(?P<digits>\d{1,3}(?:,\d{3})+|\d+)(?P<part>\.\d+)?|(?P<words>[〇零一二两三四五六七八九十]+))"
    r"\s*(?P<scale>[万亿千百]?)\s*(?P<about>余|多)?\s*(?P<unit>" + _UNIT + r")?",
)
_DATE: Final = re.compile(
    r"\d{4}\s*年(?:\s*\d{1,2}\s*月)?(?:\s*\d{1,2}\s*日)?|\d{1,2}\s*月\s*\d{1,2}\s*日|\d{1,2}\s*月份?|\d{1,2}\s*日"
    r"|\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?:[T\s]+\d{1,2}:\d{2}(?::\d{2})?)?|\d{1,2}:\d{2}(?::\d{2})?"
    r"|(?:January|February|March|April|May|June|July|August|September|October|November|December)\s+\d{1,2}"
)
_TIME: Final = re.compile(r"\d+\s*(?:个?小时|分钟|分|时|天内|天|日内|周|个月|年|hours?|days?)")
_ORDER: Final = re.compile(r"第\s*(?:\d+|[一二三四五六七八九十]+)(?:\s*[至到—–-]\s*\d+)?")
_NAMED: Final = re.compile('[“"「《〔][^”"」》〕\\n]{0,60}[”"」》〕]')
_SCALES: Final = {"": 1, "百": 100, "千": 1_000, "万": 10_000, "亿": 100_000_000}
_WIDE: Final = {code: code - 0xFEE0 for code in [*range(0xFF10, 0xFF1A), 0xFF0E]}


def alike(unit: str) -> str | None:
    """Return the unit that stands for this one; None for none that is known."""
    return _ALIKE.get(unit)


@dataclass(frozen=True, slots=True)
class Number:
    """One number. `text` as it stands from `start` to `end`; `about`: it says "more than" (余, 多)."""

    text: str
    start: int
    end: int
    value: Decimal
    unit: str
    kind: str = COUNT
    about: bool = False

    @property
    def alike(self) -> str | None:
        """Return the unit that stands for this one; None where there is no unit."""
        return alike(self.unit)

    def could_be(self, value: int) -> bool:
        """Tell whether the number may be said of a value: equal, or, where it says "more than", just above it."""
        if not self.about:
            return self.value == value
        whole = str(int(self.value))
        step = 10 ** (len(whole) - len(whole.rstrip("0")))  # 350 多: up to 359; 11 万余: up to 119,999
        return bool(self.value <= value < self.value + step)


def numbers(text: str) -> list[Number]:
    """Return every number of a text, in order; none is left out, also those that count nothing."""
    plain = text.translate(_WIDE)
    taken = [(m.span(), kind) for pattern, kind in _OTHERS for m in pattern.finditer(plain)]
    found = []
    for match in _NUMBER.finditer(plain):
        value = _value(match)
        if value is None:
            continue
        kind = next((kind for (a, b), kind in taken if a <= match.start() < b), COUNT)
        unit = match["unit"] or ""
        if match["words"] and (not unit or value == 1 or kind != COUNT):
            continue  # 统一, 一个, 无一人: words, not counts
        start, end = match.start(), match.end() if kind == COUNT else _end(match)
        found.append(
            Number(
                text[start:end].strip(),
                start,
                end,
                value,
                unit if kind == COUNT else "",
                kind,
                bool(match["about"]),
            )
        )
    return found


_OTHERS: Final = ((_NAMED, NAME), (_DATE, DATE), (_ORDER, ORDER), (_TIME, TIME))


def _value(match: re.Match[str]) -> Decimal | None:
    if match["words"]:
        whole = chinese_number(match["words"])
        value = None if whole is None else Decimal(whole)
    else:
        value = Decimal(match["digits"].replace(",", "") + (match["part"] or ""))
    return None if value is None else value * _SCALES[match["scale"] or ""]


def _end(match: re.Match[str]) -> int:
    return (
        match.end("part") if match["part"] else match.end("digits") if match["digits"] else match.end("words")
    )
