"""Licence plates are out of bounds (mission.md: no plate tracking): one that is typed as a trip's number is noticed.

A trip's number tells who travelled together on one day; a plate would tell where one car was on many.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime
from typing import Final

from bihuan.core.spec import Refusal, Snapshot, Text
from bihuan.modules.quarantine.payloads import Admission, Departure

_BETWEEN: Final = re.compile(r"[\s·•・.．\-—_]+")
_PLATE: Final = re.compile(  # GA 36-2018: region, office, five or six (new energy) characters, a kind of use
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使领]"
    r"[A-Z](?:[A-Z0-9]{5,6}|[A-Z0-9]{4}[挂学警港澳领使])(?![A-Z0-9])"
    r"|WJ[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼]?[A-Z0-9]{5,6}(?![A-Z0-9])"
)


def looks_like_plate(text: str) -> bool:
    """Tell whether a text holds what looks like a Chinese licence plate, however it is spaced or typed."""
    plain = unicodedata.normalize("NFKC", text).upper()
    return _PLATE.search(_BETWEEN.sub("", plain)) is not None


def no_plate(stay: Snapshot, asked: Admission | Departure, now: datetime) -> Refusal | None:
    """Refuse a licence plate where the trip's number is asked for."""
    if not looks_like_plate(asked.trip):
        return None
    return Refusal(
        Text(
            "“转运车次”像是车牌号：系统不登记车牌",
            "The trip looks like a licence plate: plates are not recorded",
        ),
        instead=Text(
            "改填派车单上的车次编号，例如 1103-2；没有编号就留空",
            "Write the trip's number on the transport team's sheet, for example 1103-2, or leave it empty",
        ),
    )
