"""Which of the two languages a reader sees, chosen when a page is drawn, never when a module is imported."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.functional import lazy
from django.utils.translation import get_language

from bihuan.core.spec.text import Text


def language() -> str:
    """Return the reader's language: `zh-hans` or `en`."""
    return "en" if (get_language() or "").startswith("en") else "zh-hans"


def said(text: object) -> str:
    """Return a text in the reader's language.

    Takes a `Text`, the `{"zh": …, "en": …}` of JSON columns, anything whose `.text` or `.label` is a `Text`
    (choices, states, transitions), and otherwise the value's own words; None reads as nothing.
    """
    if text is None:
        return ""
    if isinstance(text, Mapping):
        text = Text(str(text["zh"]), str(text["en"]))
    for name in ("text", "label"):
        inner = getattr(text, name, None)
        if isinstance(inner, Text):
            text = inner
    return text.in_language(language()) if isinstance(text, Text) else str(text)


_lazily = lazy(said, str)


def lazily(text: Text) -> Any:
    """Return a text that chooses its language when it is written out; for labels of forms made once."""
    return _lazily(text)
