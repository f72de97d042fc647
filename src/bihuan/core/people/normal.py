"""One spelling of names, identifiers and telephone numbers, so that equal ones are equal."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from bihuan.core.people.phones import split_extension

_NOT_IN_IDENTIFIER = re.compile(r"[\s'\"‘’“”`´\-–—]")
_NOT_IN_PHONE = re.compile(r"[^\d+]")
_NOT_IN_NAME = re.compile(r"[\s·•‧・･∙⋅●。.．﹒᛫⸱'’`\-]")
_PLAIN_IDENTIFIER = re.compile(r"[0-9]{17}[0-9X]")
_PLAIN_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_HOME_PREFIX = re.compile(r"^(?:\+86|0086|86(?=1\d{10}$))")


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


def normal_identifier(text: str) -> str:
    """Return an identifier in ordinary width, without blanks, hyphens and quotes, in capitals (x → X)."""
    if _PLAIN_IDENTIFIER.fullmatch(text):
        return text
    return _NOT_IN_IDENTIFIER.sub("", _folded(text)).upper()


def normal_phone(text: str) -> str:
    """Return a telephone number as digits, without the mainland's country code and any extension.

    `+` stays for other countries.
    """
    if _PLAIN_MOBILE.fullmatch(text):
        return text
    number, _ = split_extension(text)
    return _HOME_PREFIX.sub("", _NOT_IN_PHONE.sub("", number))


def spelled_phone(text: str) -> str:
    """Return a number as it is kept and shown: in its one spelling, with the extension it may have."""
    if _PLAIN_MOBILE.fullmatch(text):
        return text
    extension = split_extension(text)[1]
    return f"{normal_phone(text)}转{extension}" if extension else normal_phone(text)


@lru_cache(maxsize=4096)
def normal_name(text: str) -> str:
    """Return a name in ordinary width and small letters, without blanks and dots (阿依古丽·买买提)."""
    return _NOT_IN_NAME.sub("", _folded(text)).casefold()
