"""Where somebody lives, in its parts: township → village or community → road → number → room.

Lists write the same home with and without province, city and county, with 号 or #, with 室 or without. Nothing is
looked up: the parts are what their endings say (街道, 镇, 乡; 村, 社区), so that any county's addresses can be read.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from bihuan.core.people.linking.names import in_common_characters


class Address(NamedTuple):
    """The parts of an address, each in its one spelling; "" for what it does not say. Printing shows nothing of it.

    `township` ends in 街道, 镇, 乡 …; `village` in 村 or 社区; `road` is the road, the estate or the village's group;
    `number` and `room` are digits and letters, a room's block and stair before it (3-2-301).
    """

    township: str
    village: str
    road: str
    number: str
    room: str

    def __bool__(self) -> bool:
        """Tell whether the address says anything."""
        return any(self)

    def __repr__(self) -> str:
        return "Address(…)"

    def __str__(self) -> str:
        return "Address(…)"


_BLANK = re.compile(r"[\s,，;；、|/]+")
_REGION = re.compile(
    r"(?:[^路街村号\d]{2,8}?(?:省|自治区))?"
    r"(?:[^路街村号镇乡\d]{2,8}?(?:自治州|地区|盟|市))?"
    r"(?:[^路街村号镇乡\d]{1,10}?(?:自治县|县|旗|市|(?<![小社园发])区))?"
)
_TOWNSHIP = re.compile(
    r"([^路村号\d]{1,10}?(?:街道|乡镇|镇|乡|苏木|开发区|园区|农场|林场|牧场))(?:办事处|人民政府|政府)?(?![路街巷村])"
)
_VILLAGE = re.compile(
    r"([^路巷号\d]{1,12}?(?:嘎查|社区|村))(?:民委员会|委会|居民委员会|居委会|村委会)?(?!路)"
)
_COMMUNITY = re.compile(r"([^路街巷号\d]{1,12}?)(?:居民委员会|居委会|村民委员会|村委会)")
_NUMERAL = re.compile(r"[一二三四五六七八九十百]+(?=(?:号(?![路街线])|社|组|队|单元|栋|幢|座|层|室))")
_NUMBERED = re.compile(
    r"(?P<road>.*?)(?P<number>\d+[A-Z]?(?:-\d+)?)(?:号院|号楼|号|#|弄|栋|幢|座|室|$|(?=-))(?P<rest>.*)"
)
_PLACES = re.compile(r"\d+[A-Z]?|[A-Z]\d*")
_DIGITS = {numeral: value for value, numeral in enumerate("一二三四五六七八九", 1)}


@lru_cache(maxsize=65_536)
def parse(text: str) -> Address:
    """Return the parts of an address as it was written; all "" where nothing can be read."""
    plain = _BLANK.sub("", unicodedata.normalize("NFKC", text)).upper()
    plain = in_common_characters(plain.replace("－", "-").replace("—", "-").replace("–", "-"))
    region = _REGION.match(plain)
    at = region.end() if region else 0
    township, at = _part(_TOWNSHIP, plain, at)
    village, at = _part(_VILLAGE, plain, at)
    if not village:
        village, at = _part(_COMMUNITY, plain, at)
    rest = _NUMERAL.sub(_in_digits, plain[at:])
    found = _NUMBERED.match(rest)
    if found is None:
        return Address(township, village, rest, "", "")
    room = "-".join(_PLACES.findall(found["rest"]))
    return Address(township, village, found["road"], found["number"], room)


def _part(pattern: re.Pattern[str], text: str, at: int) -> tuple[str, int]:
    found = pattern.match(text, at)
    return (found[1], found.end()) if found else ("", at)


def _in_digits(found: re.Match[str]) -> str:
    """Return 三 as 3, 十二 as 12, 二十 as 20, 一百零五 is never written so."""
    text = found[0]
    hundreds, _, rest = text.rpartition("百")
    tens, ten, ones = rest.rpartition("十")
    value = _DIGITS.get(hundreds[-1:], 0) * 100
    value += (_DIGITS.get(tens[-1:], 1) * 10 if ten else 0) + _DIGITS.get(ones[-1:], 0)
    return str(value)
