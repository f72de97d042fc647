"""What a person is asked: the code, what is needed, in their own words."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django import forms

from bihuan.core.spec import Text
from bihuan.kit.forms import KitRenderer
from bihuan.kit.language import lazily
from bihuan.modules.quarantine.payloads import Need

LONGEST = 2000


class CodeForm(forms.Form):
    """The ten characters on the slip."""

    default_renderer = KitRenderer
    code = forms.CharField(
        label=lazily(Text("查询码", "Code")), max_length=40,
        help_text=lazily(Text("在告知书下方的纸条上，10 个字母和数字，例如 7K3QF-9M2XT", "On the slip below your notice: 10 letters and digits, like 7K3QF-9M2XT")),
        error_messages={"required": lazily(Text("请输入纸条上的查询码", "Enter the code on your slip"))},
        widget=forms.TextInput(
            attrs={"class": "form-control bh-num", "autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false", "data-slip-code": ""}
        ),
    )  # fmt: skip


class NeedForm(forms.Form):
    """What is needed."""

    default_renderer = KitRenderer
    need = forms.ChoiceField(
        label=lazily(Text("您需要什么", "What do you need")), choices=[(str(one), lazily(one.text)) for one in Need],
        widget=forms.RadioSelect(attrs={"class": "form-check-input"}),
        error_messages={"required": lazily(Text("请选择一项", "Choose one"))},
    )  # fmt: skip


class WordsForm(forms.Form):
    """In their own words, with the key that keeps a second sending from asking twice."""

    default_renderer = KitRenderer
    words = forms.CharField(
        label=lazily(Text("请写清楚", "In your own words")), max_length=LONGEST,
        error_messages={"required": lazily(Text("请写几句话，工作人员才知道怎么办", "Write a few words, so that the staff know what to do"))},
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 6}),
    )  # fmt: skip
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)

    def refuse(self, words: Text) -> None:
        """Say why it was not taken, above the words, which stay; sent again it is a new submission."""
        self.add_error(None, lazily(words))
        typed: Any = self.data
        self.data = {**typed.dict(), "key": str(uuid4())}
