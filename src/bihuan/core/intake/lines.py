"""Which lines of a sheet are rows of its register, and which are its furniture.

Furniture is everything an office writes around the rows: totals, signatures, section titles, notes, headings
repeated on every printed page, and lines that were only numbered in advance.
"""

import re
from collections.abc import Sequence
from typing import Final

from bihuan.core.intake.register import IGNORED, SERIAL, Draft
from bihuan.core.intake.text import Cell, is_blank, is_empty, squeeze

_TOTAL: Final = re.compile(r"(合计|总计|小计|共计|累计|本页|本表|总数|汇总|total)", re.I)
_SIGNATURE: Final = re.compile(
    r"(填报|填表|制表|审核|审批|核对|复核|经办|负责|主管|签字|签名|盖章|单位|联系人|联系电话|日期|时间|备注|说明|注)"
    r"[人员者方]?(单位|领导|签字|签名|盖章|日期|时间|电话)?\s*[:：(（]"
    r"|^注[\s\d::、.]|盖章|以下空白|^(19|20)\d{2}年\d{1,2}月\d{1,2}日$"
)
_SIGNED: Final = re.compile(
    r"(填报|填表|制表|审核|审批|核对|复核|经办|负责|主管|签字|签名|盖章|单位)[^:：]{0,8}[:：]"
    r"|.{0,6}[(（]?(盖章|签字|签名)[)）]?"
)
_SUM: Final = re.compile(r"(本页|本表|本单|以上)?(合计|总计|小计|共计|累计|汇总|总数|totals?)[:：]?", re.I)
_AMOUNT: Final = re.compile(r"(共|计|共计)?[\d,.]+[\u4e00-\u9fff]{0,2}")
_LONGEST_TITLE: Final = 20


def is_furniture(draft: Draft, identifying: Sequence[str], labels: set[str]) -> bool:
    """Whether a line is no row.

    `identifying` are the fields of which a row fills at least two; `labels` the sheet's own headings.
    """
    filled = [cell for cell in draft.cells if not is_empty(cell)]
    ignored = [draft.cell(key) for key in IGNORED]
    if all(is_blank(cell) or any(cell is other for other in ignored) for cell in filled):
        return True
    texts = [squeeze(cell) for cell in filled if isinstance(cell, str)]
    is_heading = len(filled) > 2 and sum(text in labels for text in texts) * 2 > len(filled)
    if is_heading or _is_sum(filled) or _is_signed(draft):
        return True
    if sum(not is_blank(draft.cell(key)) for key in identifying) > 1:
        return False
    if texts and (_TOTAL.match(texts[0]) or any(_SIGNATURE.search(text) for text in texts)):
        return True
    return len(filled) == 1 and _is_title(draft, texts)


def _is_sum(filled: Sequence[Cell]) -> bool:
    """Whether a line is a word for a total and amounts, whatever columns they happen to stand in."""
    first, *others = (squeeze(cell) for cell in filled)
    return bool(_SUM.fullmatch(first)) and all(_AMOUNT.fullmatch(text) for text in others)


def _is_signed(draft: Draft) -> bool:
    """Whether a line without a serial number has a cell that only signature lines have (审核人:, 盖章)."""
    if squeeze(draft.cell(SERIAL)).isdigit():
        return False
    remark = draft.column("remark")
    own_words = remark.index if remark else -1
    return any(
        isinstance(cell, str) and index != own_words and bool(_SIGNED.match(squeeze(cell)))
        for index, cell in enumerate(draft.cells)
    )


def _is_title(draft: Draft, texts: Sequence[str]) -> bool:
    """Whether the one filled cell of a line is a section's title or a long note, no lone value of a row."""
    return not texts or not is_empty(draft.cells[0]) or len(texts[0]) > _LONGEST_TITLE
