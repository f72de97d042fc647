"""Names, identifiers, telephone and other numbers, as they come out of workbooks.

Every parser takes a cell and returns the value, or None where the cell says nothing; it raises
`UnreadableError` with the kind of problem when something stands there that cannot be this value. Nothing is
guessed: an identifier that a spreadsheet turned into a number stays an error.
"""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from stdnum.iso7064 import mod_11_2

from bihuan.core.intake.kinds import BAD_ID, BAD_PHONE, DESTROYED_ID, UNREADABLE_NUMBER
from bihuan.core.intake.problems import UnreadableError, masked
from bihuan.core.intake.text import Cell, chinese_number, fold, is_blank, squeeze

_DOTS: Final = re.compile(r"\s*[·•‧・･∙⋅●。.．﹒᛫⸱]\s*")
_HAN_GAP: Final = re.compile(r"(?<=[^\x00-\x7f])\s+|\s+(?=[^\x00-\x7f])")
_QUOTES: Final = str.maketrans("", "", "'‘’`´\"“”")
_SCIENTIFIC: Final = re.compile(r"\d(?:\.\d+)?E\+?\d{1,2}", re.I)
_NUMBER: Final = re.compile(r"-?\d+(?:\.\d+)?")
_LAST_EXACT: Final = 10**15  # a float keeps 15 digits; anything longer has lost some

MOBILE: Final = re.compile(r"1\d{10}")
LANDLINE: Final = re.compile(r"(?:0\d{2,3})?[2-9]\d{6,7}")
ABROAD: Final = re.compile(r"(?:\+|00)\d{8,15}")


class DocumentKind(StrEnum):
    """What sort of document an identifier belongs to."""

    RESIDENT = "resident"
    """Citizen identity number, GB 11643: 18 places with a check digit (also residence permits of HK, Macau,
    Taiwan and foreigners, which have the same form)."""
    OTHER = "other"
    """A passport or travel permit; only its form is checked."""


@dataclass(frozen=True, slots=True)
class Document:
    """An identifier: its kind and its number, normalised (upper case, no blanks, 18 places)."""

    kind: DocumentKind
    number: str

    def __str__(self) -> str:
        return masked_id(self.number)

    def __repr__(self) -> str:
        return f"Document({self.kind}, {masked_id(self.number)})"


_PERMITS: Final = re.compile(
    r"[A-Z]{1,2}\d{6,8}|E[A-Z]\d{7}|[HM]\d{8}(?:\d{2})?|[A-Z]{3}\d{12}|\d{8}(?:\d{2})?[A-Z]?"
)
"""Passports, travel permits of Hong Kong, Macau (H/M) and Taiwan, old permanent-residence cards."""


def parse_name(value: Cell) -> str | None:
    """A name without stray blanks; the dot inside Uyghur, Tibetan … names always `·`; Latin words keep one
    blank.
    """
    if is_blank(value):
        return None
    name = _DOTS.sub("·", fold(value)).strip("·'\"")
    return re.sub(r"\s+", " ", _HAN_GAP.sub("", name)).strip() or None


def parse_id(value: Cell) -> Document | None:
    """A document's identifier, as text: blanks, quotes and hyphens inside are removed, `x` becomes `X`.

    Raises UnreadableError(`destroyed_id`) for a number too long for the spreadsheet or in scientific
    notation, `bad_id_checksum` for a citizen number of wrong length or check digit. The area code is not
    looked up: the lists of areas lack many that are in force. Old 15-place numbers are completed to 18.
    """
    if is_blank(value):
        return None
    if isinstance(value, int | float):
        if value >= _LAST_EXACT or value != int(value):
            raise UnreadableError(DESTROYED_ID)
        value = str(int(value))
    number = id_text(value)
    if _SCIENTIFIC.fullmatch(number):
        raise UnreadableError(DESTROYED_ID)
    if len(number) == 15 and number.isdigit() and _is_day(f"19{number[6:12]}"):
        body = f"{number[:6]}19{number[6:]}"
        return Document(DocumentKind.RESIDENT, body + mod_11_2.calc_check_digit(body))
    if re.fullmatch(r"\d{17}[\dX]", number) and mod_11_2.is_valid(number):
        return Document(DocumentKind.RESIDENT, number)
    if _PERMITS.fullmatch(number):
        return Document(DocumentKind.OTHER, number)
    raise UnreadableError(BAD_ID, value=masked_id(number))


def id_text(value: Cell) -> str:
    """The identifier as it was written, normalised but not checked; for comparing rows with a mistyped
    one.
    """
    number = squeeze(value).translate(_QUOTES).upper().replace("-", "").replace("×", "X").replace("Х", "X")
    return number.removesuffix(".0")


def parse_phone(value: Cell) -> str | None:
    """A telephone number in digits: from floats, with `.0`, +86, blanks or hyphens; of several the first."""
    if is_blank(value):
        return None
    text = re.split(r"[/、,，;；\n]", fold(value).removesuffix(".0"))[0]
    number = re.sub(r"[\s\-()'\"‘’—–]", "", text).removesuffix(".0")
    national = re.sub(r"^(?:\+86|0086|86(?=1\d{10}$))", "", number)
    if MOBILE.fullmatch(national) or LANDLINE.fullmatch(national):
        return national
    if ABROAD.fullmatch(national):
        return national
    raise UnreadableError(BAD_PHONE, value=masked(number))


def parse_number(value: Cell) -> float | None:
    """A number, also written as text or in Chinese signs, with a unit behind it (`147间`, `三`)."""
    if is_blank(value):
        return None
    if isinstance(value, bool):
        raise UnreadableError(UNREADABLE_NUMBER, value=masked(value))
    if isinstance(value, int | float):
        return float(value)
    text = squeeze(value).replace(",", "")
    spelled = chinese_number(text.rstrip("间栋层个幢楼座°"))
    if spelled is not None:
        return float(spelled)
    match = _NUMBER.match(text)
    if not match or re.search(r"\d", text[match.end() :]):
        raise UnreadableError(UNREADABLE_NUMBER, value=masked(value))
    return float(match.group())


def parse_count(value: Cell) -> int | None:
    """A whole number, under the same rules as `parse_number`."""
    number = parse_number(value)
    if number is not None and not number.is_integer():
        raise UnreadableError(UNREADABLE_NUMBER, value=masked(value))
    return None if number is None else int(number)


def parse_text(value: Cell) -> str | None:
    """Free text in ordinary width, or None."""
    return None if is_blank(value) else fold(value)


def masked_id(number: str) -> str:
    """The first four and last two places (6222…34); never the whole identifier."""
    return f"{number[:4]}…{number[-2:]}" if len(number) > 8 else "…"


def masked_name(name: str) -> str:
    """The first character, the rest hidden (张*)."""
    return f"{name[:1]}*"


def _is_day(digits: str) -> bool:
    try:
        date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return False
    return True
