"""Telephone numbers as lists write them, in one spelling for comparing."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from bihuan.core.people.normal import normal_phone

_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_FLOAT = re.compile(r"\.0+$")
_SCIENTIFIC = re.compile(r"\d(?:\.\d+)?E\+?\d{1,2}", re.I)
_SEVERAL = re.compile(r"[/、,，;；\n]")
SHORTEST = 7
FILLING = 2  # 13333333333 and 00000000000 fill a column and are nobody's


@lru_cache(maxsize=65_536)
def normal(raw: str) -> str:
    """Return a number's digits without +86, dashes and a spreadsheet's `.0`; of several the first.

    "" where too little is left to be a telephone, or what only fills the column.
    """
    if _MOBILE.fullmatch(raw) and len(set(raw)) > FILLING:
        return raw
    first = _SEVERAL.split(unicodedata.normalize("NFKC", raw).strip())[0].strip().strip("'\"‘’")
    text = _FLOAT.sub("", first)
    number = "" if _SCIENTIFIC.fullmatch(text) else normal_phone(text)
    return number if len(number) >= SHORTEST and len(set(number)) > FILLING else ""
