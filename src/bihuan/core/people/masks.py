"""What may be seen of a person without a stated purpose: enough to tell two apart on a list."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import connection
from django.utils.translation import get_language

from bihuan.core.people.identity import FIELDS, shown
from bihuan.core.people.pinyin import COMPOUND_SURNAMES
from bihuan.core.people.sealing import open_texts
from bihuan.core.spec.text import Text

ERASED = Text("已删除", "Erased")
UNKNOWN = Text("不详", "Not known")

_DOT = re.compile(r"[·•‧・･.．]")
_REGION = re.compile(
    r"(?:.{2,8}?(?:省|自治区))?(?:[^镇乡街路]{2,10}?(?:自治州|市|盟|地区))?(?:[^镇乡街路]{1,10}?(?:县|区|旗|市))?"
)
_TOWNSHIP = re.compile(r".{1,10}?(?:街道|乡镇|镇|乡|苏木)")


@dataclass(frozen=True, slots=True)
class Masked:
    """A person as lists show one. `erased`: the identity was destroyed; every field then says so."""

    name: str
    identifier: str = ""
    phone: str = ""
    address: str = ""
    erased: bool = False

    def __str__(self) -> str:
        return self.name


def masked_name(name: str) -> str:
    """Return 张* for 张三 and 张小三, 欧阳* for 欧阳娜娜, 阿* for 阿依古丽·买买提, J* for John Smith.

    One star whatever it stands for: how long a name is, or of how many parts, often says whose it is.
    """
    name = name.strip()
    if len(name) < 2:
        return "*" if name else ""
    compound = len(name) > 2 and not _DOT.search(name) and name[:2] in COMPOUND_SURNAMES
    return name[: 2 if compound else 1] + "*"


def masked_identifier(identifier: str) -> str:
    """Return 6222…1234 for a citizen's number, E1…78 for shorter ones, … where nothing can be shown."""
    if len(identifier) >= 15:
        return f"{identifier[:4]}…{identifier[-4:]}"
    return f"{identifier[:2]}…{identifier[-2:]}" if len(identifier) >= 8 else "…"


def masked_phone(phone: str) -> str:
    """Return 138****5520 for a mobile number; of others the last four places (two of short ones)."""
    if len(phone) == 11 and phone.startswith("1"):
        return f"{phone[:3]}****{phone[-4:]}"
    kept = 4 if len(phone) >= 8 else 2
    return f"****{phone[-kept:]}" if len(phone) > kept else "****"


def masked_address(address: str) -> str:
    """Return the address down to the township or street office; of others down to the county, or nothing."""
    text = re.sub(r"\s", "", address)
    region = _REGION.match(text)
    start = region.end() if region else 0
    township = _TOWNSHIP.match(text, start)
    end = township.end() if township else start
    return f"{text[:end]}…" if end else "…"


_MASKS = {
    "name": masked_name,
    "identifier": masked_identifier,
    "phone": masked_phone,
    "address": masked_address,
}

CANONICAL = """
SELECT p.id, c.id, c.erased_at IS NOT NULL,
       c.name_sealed, c.identifier_sealed, c.phone_sealed, c.address_sealed
  FROM people_person p JOIN people_person c ON c.id = coalesce(p.merged_into_id, p.id)
 WHERE p.id = ANY(%s)
"""


def masked(person_ids: Iterable[UUID]) -> dict[UUID, Masked]:
    """Return people masked, by the id asked for; merged ones as whom they were merged into. One query.

    An erased person reads 已删除 (in the language of the reader). Unknown ids are left out.
    """
    return {
        asked: _mask(texts, erased) for asked, (_, texts, erased) in open_identities(list(person_ids)).items()
    }


def open_identities(ids: Sequence[UUID]) -> dict[UUID, tuple[UUID, dict[str, str], bool]]:
    """Return id asked for → (canonical id, the fields in clear, erased), for services that compare them.

    For use in this package only: what leaves it is masked, or revealed for a stated purpose.
    """
    with connection.cursor() as cursor:
        cursor.execute(CANONICAL, [list(ids)])
        rows = cursor.fetchall()
    items = [
        (row[1], field, box)
        for row in rows
        for field, box in zip(FIELDS, row[3:], strict=True)
        if box is not None
    ]
    opened = iter(open_texts(items))
    found: dict[UUID, tuple[UUID, dict[str, str], bool]] = {}
    for row in rows:
        texts: dict[str, str] = {}
        erased = bool(row[2])
        for field, box in zip(FIELDS, row[3:], strict=True):
            if box is not None:
                text = next(opened)
                if text is None:
                    erased = True
                else:
                    texts[field] = shown(field, text)
        found[row[0]] = (row[1], texts, erased)
    return found


def _mask(texts: dict[str, str], erased: bool) -> Masked:
    language = get_language() or "zh-hans"
    if erased:
        gone = ERASED.in_language(language)
        return Masked(gone, gone, gone, gone, erased=True)
    values = {field: mask(texts[field]) if field in texts else "" for field, mask in _MASKS.items()}
    name = values["name"] or UNKNOWN.in_language(language)
    return Masked(name, values["identifier"], values["phone"], values["address"])
