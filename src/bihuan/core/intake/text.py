"""Text as people type it into workbooks: full-width forms, stray blanks, words that mean "nothing"."""

import re
from typing import Final

Cell = object
"""A cell as read: str, float, int, bool, date, datetime, time, timedelta, None or `BrokenCell`."""

_FULL_WIDTH: Final = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_INVISIBLE: Final = dict.fromkeys([0x00, 0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0x2060, 0xFEFF, 0xAD])
_FOLD: Final = _FULL_WIDTH | _INVISIBLE | {0xA0: 0x20, 0x2002: 0x20, 0x2003: 0x20, 0x2009: 0x20}
_EMPTY: Final = "".join(chr(code) for code in (*_INVISIBLE, 0x3000, 0xA0)) + " \t\r\n\v\f\u2002\u2003\u2009"
_LONGEST_NOTHING = 24  # with stray blanks around it

_NOTHING: Final = "/ \\ // - -- --- — —— – 无 暂无 空 不详 未知 未填 n/a na none null nan #n/a"
NOTHING: Final = frozenset({"", *_NOTHING.split()})
"""What stands in a cell when there is nothing to write."""

_DIGITS: Final = "〇零○ 一 二两 三 四 五 六 七 八 九"
_CHINESE_DIGITS: Final = {sign: digit for digit, signs in enumerate(_DIGITS.split()) for sign in signs}
_CHINESE_NUMBER: Final = re.compile(r"[〇零○一二两三四五六七八九十]+")


def fold(value: Cell) -> str:
    """The cell as text in ordinary width, without invisible characters, trimmed; inner blanks stay."""
    if isinstance(value, str):
        plain = value.isascii() and "\x00" not in value
        return value.strip() if plain else value.translate(_FOLD).strip()
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)


def squeeze(value: Cell) -> str:
    """The cell as text without any blank."""
    return "".join(fold(value).split())


def is_blank(value: Cell) -> bool:
    """Whether the cell says nothing (empty, blanks, a slash, 无 …)."""
    if value is None or value == "":
        return True
    return isinstance(value, str) and len(value) <= _LONGEST_NOTHING and squeeze(value).lower() in NOTHING


def is_empty(value: Cell) -> bool:
    """Whether nothing at all stands in the cell."""
    return value is None or (isinstance(value, str) and not value.strip(_EMPTY))


def chinese_number(text: str) -> int | None:
    """十一 → 11, 三十 → 30, 二〇二一 → 2021; None when it is no such number."""
    if not _CHINESE_NUMBER.fullmatch(text):
        return None
    if "十" not in text:
        return int("".join(str(_CHINESE_DIGITS[sign]) for sign in text))
    tens, _, ones = text.partition("十")
    if "十" in ones or len(tens) > 1 or len(ones) > 1:
        return None
    return _CHINESE_DIGITS.get(tens, 1) * 10 + (_CHINESE_DIGITS[ones] if ones else 0)


def arabic(text: str) -> str:
    """The text with Chinese numbers written in digits (十一月三日 → 11月3日)."""

    def digits(match: re.Match[str]) -> str:
        number = chinese_number(match.group())
        return match.group() if number is None else str(number)

    return _CHINESE_NUMBER.sub(digits, text)


class BrokenCell:
    """A cell that holds no value though something was meant to stand there.

    `reason` is `formula` (a formula nobody has calculated; formulas are never executed here) or the error
    value the workbook shows (`#N/A`, `#REF!` …).
    """

    __slots__ = ("reason",)

    def __init__(self, reason: str) -> None:
        self.reason = reason

    def __repr__(self) -> str:
        return f"<{self.reason}>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, BrokenCell) and other.reason == self.reason

    def __hash__(self) -> int:
        return hash(("broken", self.reason))
