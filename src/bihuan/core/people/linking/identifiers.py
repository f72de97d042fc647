"""Identifiers as lists write them, and which of them can be trusted to be somebody's.

A citizen's number (GB 11643-1999) has 18 places, the last a check digit by ISO 7064 MOD 11-2: one wrong place and
two swapped neighbours never pass it. The area code is not looked up: lists of areas lack many that are in force.
"""

from __future__ import annotations

import re
from datetime import date
from typing import NamedTuple

from bihuan.core.people.normal import normal_identifier

_CLEAN = re.compile(r"[0-9]{17}[0-9X]")
_OLD = re.compile(r"[0-9]{15}")
_OTHER = re.compile(
    r"[A-Z]{1,2}\d{7,8}|E[A-Z]\d{7}|[HM]\d{8}(?:\d{2})?|[A-Z]{3}\d{12}"
)  # passports, travel permits of Hong Kong and Macau, permanent-residence cards
_FLOAT = re.compile(r"\.0+$")
_DESTROYED = re.compile(r"\d(?:\.\d+)?E\+?\d{1,2}")
FILLING = 2
"""Different places that a number has which only fills the column: 000000000000000000, 111111…"""
ROUNDED = "000"
"""What a spreadsheet leaves of a long number: 6.20102E+17, or the last three places gone to zero."""
_CHECK = "0123456789X"


class Read(NamedTuple):
    """An identifier as read: `text` in its one spelling, "" where none is left; `valid`: it is somebody's."""

    text: str
    valid: bool


_NOTHING = Read("", False)


def read(raw: str) -> Read:
    """Return an identifier in its one spelling, and whether it can be trusted.

    Blanks, quotes, full width, a small x and a spreadsheet's `.0` are no errors. A citizen's number is trusted when
    its check digit and its day of birth are right, a document of another form by its form alone. A number of 15
    places (before 1999) is completed to 18, but not trusted: a number cut short looks the same.
    """
    text = raw if _CLEAN.fullmatch(raw) else _FLOAT.sub("", normal_identifier(raw)).replace("×", "X")
    if _CLEAN.fullmatch(text):
        right = check_digit(text) == text[17] and _is_day(text[6:10], text[10:12], text[12:14])
        return Read(text, right) if len(set(text)) > FILLING else _NOTHING
    if len(set(text)) <= FILLING or _DESTROYED.fullmatch(text):
        return _NOTHING
    if _OTHER.fullmatch(text):
        return Read(text, True)
    if _OLD.fullmatch(text) and _is_day("19" + text[6:8], text[8:10], text[10:12]):
        body = f"{text[:6]}19{text[6:]}"
        return Read(body + check_digit(body), False)
    return Read(text, False)


def check_digit(text: str) -> str:
    """Return the check digit that the first 17 places of a citizen's number ask for."""
    return _CHECK[(1 - 2 * int(text[:17], 13)) % 11]  # read to the base 13, which is 2 modulo 11


def is_citizen(text: str) -> bool:
    """Tell whether an identifier in its one spelling is a citizen's number with the right check digit."""
    return bool(_CLEAN.fullmatch(text)) and check_digit(text) == text[17]


def _is_day(year: str, month: str, day: str) -> bool:
    try:
        return date(int(year), int(month), int(day)).year >= 1880
    except ValueError:
        return False
