"""Sets a paper: a Typst template and plain data in, PDF/A-2a out, 10–20 ms a page.

PDF/A-2a (ISO 19005-2) is 2b plus a tag tree and a Unicode meaning for every glyph, so that the text can be
searched, copied and read aloud. Data reach a template as JSON and are placed as text, never evaluated as
markup.
"""

from __future__ import annotations

import json
import re
import threading
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import typst

from bihuan.core.papers import fonts

ROOT: Final = Path(__file__).resolve().parents[2]
"""Templates are named by their path from the package, e.g. `core/papers/typst/receipt.typ`."""
STANDARD: Final = "a-2a"
MOST_MISSING: Final = 40
"""Characters without a glyph after which a paper is given up as unreadable."""

_NO_GLYPH: Final = re.compile(r'the text `"(.+?)"` could not be displayed', re.S)
_ESCAPE: Final = re.compile(r"\\u\{([0-9a-f]+)\}")
_KEPT_FORMAT: Final = {
    "\u200d",
    "\u200c",
}  # joiners that shape a script; all other invisible marks are dropped


class TypesettingError(RuntimeError):
    """A paper could not be set: a fault of the template or of its data, with Typst's own explanation."""


@dataclass(frozen=True, slots=True)
class Paperwork:
    """A finished paper; `missing` are the characters no installed typeface has, printed as 〔U+20000〕
    instead.
    """

    pdf: bytes
    missing: tuple[str, ...]


@lru_cache(maxsize=1)
def _typefaces() -> tuple[typst.Fonts, fonts.Typefaces]:
    return fonts.find()


_local = threading.local()


def _compiler() -> typst.Compiler:
    """Return this thread's compiler: one may not be shared, and the caches of a kept one make the next
    paper quick.
    """
    if not hasattr(_local, "compiler"):
        _local.compiler = typst.Compiler(root=str(ROOT), font_paths=_typefaces()[0])
    compiler: typst.Compiler = _local.compiler
    return compiler


def typeset(template: str, data: Mapping[str, Any], *, made_at: datetime) -> Paperwork:
    """Set `template` (path below the package) with `data`; the same data and `made_at` give the same bytes.

    Raises NoChineseFontError, TypesettingError; ValueError where `made_at` has no time zone.
    """
    if made_at.tzinfo is None:
        raise ValueError("a paper is made at an aware time")
    families = _typefaces()[1].families
    text = json.dumps(presentable(data), ensure_ascii=False)
    missing: list[str] = []
    while True:
        try:
            pdf = _compiler().compile(
                str(ROOT / template),
                format="pdf",
                sys_inputs={"data": text, "fonts": json.dumps(families, ensure_ascii=False)},
                pdf_standards=[STANDARD],
                timestamp=made_at.astimezone(timezone.utc).replace(microsecond=0),  # noqa: UP017 - Typst wants a fixed offset
            )
        except typst.TypstError as error:
            found = _NO_GLYPH.search(error.message)
            if found is None or len(missing) >= MOST_MISSING:
                raise TypesettingError(f"{template}: {error.message}") from error
            text = _spelt_out(text, found[1], missing)
            continue
        if not isinstance(pdf, bytes):
            raise TypesettingError(f"{template}: no PDF")
        return Paperwork(pdf, tuple(missing))


def _spelt_out(text: str, shown: str, missing: list[str]) -> str:
    """Replace the characters Typst has no glyph for by their code points, so that nobody reads an empty
    box.
    """
    for character in _ESCAPE.sub(lambda m: chr(int(m[1], 16)), shown):
        if character in text and not character.isascii():
            text = text.replace(character, code_point(character))
            missing.append(character)
            return text
    raise TypesettingError(f"no typeface has {shown!r}, which is the template's own")


def code_point(character: str) -> str:
    """Return how a character is written that cannot be printed: `〔U+20000〕`."""
    return f"〔U+{ord(character):04X}〕"


def presentable(value: Any) -> Any:
    """Return data fit for paper: no control, bidirectional or other invisible marks; private characters
    spelt out.

    An invisible mark in a name or a file's name could make a paper read otherwise than what was recorded.
    """
    if isinstance(value, str):
        return "".join(_presentable(character) for character in value)
    if isinstance(value, Mapping):
        return {key: presentable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [presentable(item) for item in value]
    return value


def _presentable(character: str) -> str:
    if character in "\n\t" or character in _KEPT_FORMAT:
        return character
    category = unicodedata.category(character)
    if category in {"Cc", "Cf", "Cs"}:
        return ""
    if category == "Co":
        return code_point(character)
    return character
