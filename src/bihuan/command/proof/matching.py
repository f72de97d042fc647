"""Which figure a number means: by its unit and by the words around it, held against how the figures are written.

Nothing is kept for this beside the declarations: a figure is known by its label and by the words that stand
around it in the sentences of the situation report.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from string import Formatter
from typing import Final

from bihuan.command.proof.numbers import Number, alike
from bihuan.core.matters.registry import figures, sentences
from bihuan.core.spec.figures import Figure

NEAR: Final = 18
"""How many characters before and after a number belong to it, within its clause."""
ENOUGH: Final = 0.6
"""What share of a figure's words must stand around the number."""
_STOP: Final = re.compile(r"[,，。;；:：!！?？、()（）\n\r…]")
_WORD: Final = re.compile(r"[a-z]+|[\u4e00-\u9fff]+")


@dataclass(frozen=True, slots=True)
class Phrase:
    """One way a figure is written: the pairs of characters (or English words) around it."""

    figure: Figure
    grams: frozenset[str]


def meant(text: str, number: Number, others: Sequence[Number]) -> list[Figure]:
    """Return the figures the number may mean, the best alone where one is best; empty where none stands behind it."""
    around = grams(surroundings(text, number, others))
    scored: dict[str, tuple[float, int, Figure]] = {}
    for phrase in phrases():
        if number.alike is not None and not _counts_alike(number, phrase.figure):
            continue
        shared = len(phrase.grams & around)
        score = (shared / len(phrase.grams), shared, phrase.figure)
        if score[0] >= ENOUGH and score[:2] > scored.get(phrase.figure.key, (0.0, 0))[:2]:
            scored[phrase.figure.key] = score
    if not scored:
        return []
    best = max(score[1] for score in scored.values())
    return [figure for _, shared, figure in scored.values() if shared == best]


def written_out(text: str) -> dict[int, Figure]:
    """Return the figures of the numbers that stand in one of the report's own sentences, by where they begin."""
    found: dict[int, Figure] = {}
    for pattern, keys in _templates():
        for match in pattern.finditer(text):
            found.update({match.start(place): figures()[key] for place, key in enumerate(keys, 1)})
    return found


@cache
def _templates() -> tuple[tuple[re.Pattern[str], tuple[str, ...]], ...]:
    """The report's sentences with a number at each figure's place, however blanks and punctuation are set."""
    made = []
    for sentence in sentences():
        for says in (sentence.says.zh, sentence.says.en):
            parts = [(before, key) for before, key, _, _ in Formatter().parse(says)]
            keys = tuple(key for _, key in parts if key)
            words = "".join(_loose(before) + (r"(-?[\d,]*\d)" if key else "") for before, key in parts)
            made.append((re.compile(words), keys))
    return tuple(made)


def _loose(words: str) -> str:
    either = {",": "[,，]", "，": "[,，]", ";": "[;；]", "；": "[;；]", ":": "[:：]", "：": "[:：]"}
    signs = (either.get(sign, re.escape(sign)) for sign in words if not sign.isspace())
    return r"\s*" + r"\s*".join(signs) + r"\s*"


def surroundings(text: str, number: Number, others: Sequence[Number]) -> str:
    """Return the words of the number's clause before and after it, up to the next number."""
    left = max((o.end for o in others if o.end <= number.start), default=0)
    right = min((o.start for o in others if o.start >= number.end), default=len(text))
    before = _STOP.split(text[max(left, number.start - NEAR) : number.start])[-1]
    after = _STOP.split(text[number.end : min(right, number.end + NEAR)])[0]
    return f"{before} {after}"


def grams(text: str) -> frozenset[str]:
    """Return the pairs of neighbouring Chinese characters, and the English words, of a text."""
    found: set[str] = set()
    for word in _WORD.findall(text.lower()):
        if word.isascii():
            found.add(word)
        else:
            found.update(word[i : i + 2] for i in range(len(word) - 1))
    return frozenset(found)


@cache
def phrases() -> tuple[Phrase, ...]:
    """Return how every figure is written: its labels, and its places in the report's sentences."""
    made = [Phrase(f, grams(label)) for f in figures().values() for label in (f.zh, f.en)]
    for sentence in sentences():
        for language in (sentence.says.zh, sentence.says.en):
            made += _of(language)
    return tuple(phrase for phrase in made if len(phrase.grams) >= 2)


def _of(says: str) -> Iterable[Phrase]:
    """A sentence's own figures, each with the words of its clause before it."""
    for before, key, _, _ in Formatter().parse(says):
        if key:
            yield Phrase(figures()[key], grams(_STOP.split(before)[-1][-NEAR:]))


def _counts_alike(number: Number, figure: Figure) -> bool:
    return number.alike in {alike(figure.unit.zh), alike(figure.unit.en)}
