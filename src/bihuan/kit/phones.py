"""A box for a telephone number: any usual way of writing one, and an error beside it for what is none."""

from __future__ import annotations

from typing import Any

from django import forms

from bihuan.core.people.phones import kept_phone
from bihuan.core.spec.text import Text
from bihuan.kit.language import lazily

NO_PHONE = Text(
    "不是电话号码：写手机号，或带区号的座机，例如 13812345520、0936-8215520 转 801；没有就不填",
    "Not a telephone number: a mobile, or a landline with its area code, as 13812345520 or 0936-8215520 ext. 801;"
    " leave it empty if there is none",
)


class PhoneField(forms.CharField):
    """Reads a number of either width, with blanks, hyphens, +86 or an extension; empty where there is none."""

    def __init__(self, **kwargs: Any) -> None:
        box = forms.TextInput(
            attrs={"class": "form-control bh-short", "inputmode": "tel", "autocomplete": "off"}
        )
        super().__init__(**{"max_length": 40, "required": False, "widget": box, **kwargs})

    def clean(self, value: Any) -> str:
        """Return the number as it is kept, or say what to write instead."""
        text = super().clean(value)
        if not text:
            return ""
        kept = kept_phone(text)
        if kept is None:
            raise forms.ValidationError(lazily(NO_PHONE), code="invalid")
        return kept
