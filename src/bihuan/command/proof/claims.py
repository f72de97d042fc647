"""A draft proofed: each number agrees, differs, has no figure behind it, or has parts that do not add up."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from bihuan.command.proof import numbers as kinds
from bihuan.command.proof.matching import meant, written_out
from bihuan.command.proof.numbers import COUNT, Number, numbers
from bihuan.command.sitrep.moments import known_values
from bihuan.core.figures.evaluate import Moment
from bihuan.core.spec.figures import Figure
from bihuan.core.spec.text import Text

AGREES, DIFFERS, NO_FIGURE, PARTS = "agrees", "differs", "no_figure", "parts_do_not_add_up"
LONGEST: Final = 200_000
"""Characters of a draft; a longer one is no report, and is refused whole rather than read in part."""
_SENTENCE: Final = re.compile(r"[。!！?？;；\n]|(?<=[a-z])\.\s")
_OF_THESE: Final = re.compile(r"其中|of (?:these|them|which|whom)|comprising|including", re.IGNORECASE)
_NO_COUNT: Final = {
    kinds.DATE: Text("日期", "a date"),
    kinds.TIME: Text("时间", "a time"),
    kinds.NAME: Text("名称、文号或引语中的数字", "part of a name, a number or a quotation"),
    kinds.ORDER: Text("次序", "a place in an order"),
}


class TooLong(ValueError):
    """The draft has more than `LONGEST` characters; nothing of it was proofed."""

    text = Text(
        f"稿件超过 {LONGEST:,} 字,没有核对。请分段核对",
        f"The draft has more than {LONGEST:,} characters; nothing was checked. Proof it in parts",
    )


@dataclass(frozen=True, slots=True)
class Claim:
    """One number of the draft and what the ledger says of it. `note` says why, and by how much it differs."""

    number: Number
    figure: Figure | None
    ledger_value: int | None
    verdict: str
    note: Text

    def as_data(self, language: str = "zh") -> dict[str, Any]:
        """Return the claim as a machine reads it; `figure` is the key of the figure it means."""
        value = self.number.value
        return {
            "text": self.number.text,
            "value": int(value) if value == value.to_integral_value() else float(value),
            "unit": self.number.unit,
            "figure": self.figure.key if self.figure else None,
            "ledger_value": self.ledger_value,
            "verdict": self.verdict,
            "note": self.note.zh if language == "zh" else self.note.en,
        }


def proof(text: str, at: Moment) -> list[Claim]:
    """Return every number of a draft, in order, held against the figures at a moment. Raises TooLong."""
    if len(text) > LONGEST:
        raise TooLong
    found = numbers(text)
    values = known_values(at)
    broken, known = _sums(text, found), written_out(text)
    claims = []
    for position, number in enumerate(found):
        chosen = [known[number.start]] if number.start in known else _meant(text, number, found)
        claims.append(_claim(number, chosen, values, broken.get(position)))
    return claims


def _meant(text: str, number: Number, found: Sequence[Number]) -> list[Figure]:
    return meant(text, number, found) if number.kind == COUNT else []


def _claim(number: Number, chosen: Sequence[Figure], values: Any, broken: Text | None) -> Claim:
    if number.kind != COUNT and not chosen:
        return Claim(number, None, None, NO_FIGURE, _NO_COUNT[number.kind])
    figure = chosen[0] if len(chosen) == 1 else None
    value = values[figure.key] if figure else None
    if broken is not None:
        return Claim(number, figure, value, PARTS, broken)
    if figure is None or value is None:
        return Claim(number, None, None, NO_FIGURE, _unknown(chosen))
    if number.could_be(value):
        return Claim(number, figure, value, AGREES, figure.means)
    by = number.value - value
    sign = "多" if by > 0 else "少"
    return Claim(
        number, figure, value, DIFFERS,
        Text(
            f"台账为 {value:,},稿中{sign} {abs(by):,}", f"the ledger has {value:,}; the draft is {by:+,} from it"
        ),
    )  # fmt: skip


def _unknown(chosen: Sequence[Figure]) -> Text:
    if not chosen:
        return Text("没有指标支持这个数字", "no figure stands behind this number")
    return Text(
        f"可能指 {'、'.join(f.zh for f in chosen)},请写明",
        f"it may mean {', '.join(f.en for f in chosen)}: say which",
    )


def _sums(text: str, found: Sequence[Number]) -> dict[int, Text]:
    """Return the totals whose parts, told after 其中 in the same sentence, do not add up to them.

    One part alone need not be the whole, but never exceeds it; two or more are read as all there are.
    """
    broken = {}
    for begin, end in _sentences(text):
        inside = [i for i, n in enumerate(found) if begin <= n.start < end and n.kind == COUNT]
        marks = [mark.start() for mark in _OF_THESE.finditer(text, begin, end)]
        totals = [max((i for i in inside if found[i].start < mark), default=None) for mark in marks]
        for mark, total, following in zip(marks, totals, [*totals[1:], None], strict=False):
            parts = [i for i in inside if found[i].start > mark and (following is None or i < following)]
            if total is not None and parts and (told := _missing(found[total], [found[i] for i in parts])):
                broken[total] = told
    return broken


def _missing(total: Number, parts: Sequence[Number]) -> Text | None:
    added = sum((part.value for part in parts), Decimal(0))
    if total.could_be(int(added)) or (len(parts) == 1 and added <= total.value):
        return None
    by = total.value - added
    told = " + ".join(f"{part.value:,}" for part in parts)
    more, least = ("以上", "at least ") if total.about else ("", "")
    less = f"比总数少 {by:,}{more}" if by > 0 else f"比总数多 {-by:,}"
    fall = f"{least}{by:,} less than the total" if by > 0 else f"{-by:,} more than the total"
    return Text(f"分项 {told} = {added:,},{less}", f"the parts {told} = {added:,}, {fall}")


def _sentences(text: str) -> list[tuple[int, int]]:
    ends = [m.end() for m in _SENTENCE.finditer(text)] + [len(text)]
    return list(zip([0, *ends], ends, strict=False))
