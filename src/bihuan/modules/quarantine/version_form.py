"""The form for a new version of a protocol: days and times as an officer writes them, checked by the rules' own reader."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import time, timedelta
from typing import Any

from django import forms
from django.utils import timezone

from bihuan.core.spec import Text
from bihuan.kit.forms import KitRenderer
from bihuan.kit.language import lazily, said
from bihuan.modules.quarantine.protocol import KIND_LABELS, LOCAL, LONGEST, Rules

_SEPARATORS = re.compile(r"[\s,，、;；]+")


def days_of(text: str) -> list[int]:
    """Read days as they are written: `1-14`, `1、2、4、7`. ValueError where it is neither."""
    found: set[int] = set()
    for part in _SEPARATORS.split(text.strip()):
        first, dash, last = part.replace("–", "-").replace("—", "-").replace("至", "-").partition("-")
        if part:
            found.update(range(int(first), int(last if dash else first) + 1))
    return sorted(found)


def times_of(text: str) -> dict[str, str]:
    """Read times of day: one `20:00`, or two `10:00 17:00` (morning and afternoon). ValueError else."""
    parts = [part for part in _SEPARATORS.split(text.strip().replace("：", ":")) if part]
    for part in parts:
        time.fromisoformat(part)
    if len(parts) == 1:
        return {"": parts[0]}
    if len(parts) == 2 and parts[0] < parts[1]:
        return {"am": parts[0], "pm": parts[1]}
    raise ValueError(text)


class VersionForm(forms.Form):
    """A new version: from when it applies, how long, which item on which days by what time."""

    default_renderer = KitRenderer

    def __init__(self, data: Mapping[str, Any] | None = None, *, rules: Rules) -> None:
        super().__init__(data)
        self.rules = rules
        today = timezone.now().astimezone(LOCAL).date()
        line = {"class": "form-control"}
        short = {"class": "form-control bh-short"}
        self.fields["effective_from"] = forms.DateField(
            label=lazily(Text("从哪天起适用于新入住的人", "Applies to people checked in from")),
            initial=today + timedelta(days=1),
            widget=forms.DateInput(format="%Y-%m-%d", attrs={**short, "type": "date"}),
            error_messages={
                "required": _ask("写日期", "Enter the date"),
                "invalid": _ask("要写日期", "A date is needed"),
            },
        )
        self.fields["first_day"] = forms.TypedChoiceField(
            label=lazily(Text("入住当天是第几天", "Number of the check-in day")),
            choices=[(0, lazily(Text("第 0 天", "day 0"))), (1, lazily(Text("第 1 天", "day 1")))],
            coerce=int, initial=rules.first_day, widget=forms.RadioSelect(attrs={"class": "form-check-input"}),
        )  # fmt: skip
        self.fields["length"] = forms.IntegerField(
            label=lazily(Text("满几天解除", "Released after how many days")), min_value=1, max_value=LONGEST,
            initial=rules.length, widget=forms.TextInput(attrs={**short, "inputmode": "numeric"}),
        )  # fmt: skip
        for kind in KIND_LABELS:
            self._ask_for(kind, line, short)
        self.fields["source_zh"] = forms.CharField(
            label=lazily(Text("依据（文件名称和文号）", "Source, in Chinese")), max_length=200,
            initial=rules.source.zh, widget=forms.TextInput(attrs=line),
        )  # fmt: skip
        self.fields["source_en"] = forms.CharField(
            label=lazily(Text("依据（英文）", "Source, in English")), max_length=200,
            initial=rules.source.en, widget=forms.TextInput(attrs=line),
        )  # fmt: skip

    def _ask_for(self, kind: str, line: dict[str, str], short: dict[str, str]) -> None:
        """Ask on which days and by what time a kind of item is due."""
        zh, en = KIND_LABELS[kind]
        rules = self.rules
        days = sorted({day for one in rules.series if one.kind == kind for day in one.days})
        times = [at.strftime("%H:%M") for one in rules.series if one.kind == kind for _, at in one.times]
        self.fields[f"{kind}_days"] = forms.CharField(
            label=lazily(Text(f"{zh}：哪些天", f"{en}: on which days")), required=False, max_length=200,
            help_text=lazily(Text("例如 1-14 或 1、2、4、7；不做则留空", "as 1-14 or 1, 2, 4, 7; empty: never")),
            initial=_written(days), widget=forms.TextInput(attrs=line),
        )  # fmt: skip
        self.fields[f"{kind}_times"] = forms.CharField(
            label=lazily(Text(f"{zh}：几点前", f"{en}: by what time")), required=False, max_length=40,
            help_text=lazily(Text("一个时间，或上午和下午两个，例如 10:00 17:00", "one time, or two: 10:00 17:00")),
            initial=" ".join(times), widget=forms.TextInput(attrs=short),
        )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Read days and times; every kind has both or neither, and at least one kind is there."""
        found = super().clean() or {}
        series = []
        for kind in KIND_LABELS:
            days = self._read(
                f"{kind}_days", days_of, Text("写成 1-14 或 1、2、4、7", "Write 1-14 or 1, 2, 4, 7")
            )
            if days:
                times = self._read(
                    f"{kind}_times", times_of, Text("写成 20:00 或 10:00 17:00", "Write 20:00 or 10:00 17:00")
                )
                series.append({"kind": kind, "days": days, "times": times})
                self._within(kind, days, found)
        if not series:
            self.add_error(None, said(Text("至少要有一类项目", "At least one kind of item is needed")))
        found["series"] = series
        return found

    def _read(self, name: str, reads: Any, hint: Text) -> Any:
        try:
            return reads(self.cleaned_data.get(name, ""))
        except ValueError:
            self.add_error(name, said(hint))
            return []

    def _within(self, kind: str, days: list[int], found: dict[str, Any]) -> None:
        first, length = found.get("first_day"), found.get("length")
        if first is None or length is None:
            return
        if days[0] < first or days[-1] > first + length:
            words = Text(
                f"只能是第 {first} 到第 {first + length} 天", f"Only days {first} to {first + length}"
            )
            self.add_error(f"{kind}_days", said(words))

    def data_of(self) -> dict[str, Any]:
        """Return what was filled in as the data of a protocol version."""
        found = self.cleaned_data
        return {
            "first_day": found["first_day"],
            "length": found["length"],
            "series": found["series"],
            "source": {"zh": found["source_zh"], "en": found["source_en"]},
        }


def _ask(zh: str, en: str) -> Any:
    return lazily(Text(zh, en))


def _written(days: list[int]) -> str:
    if len(days) > 2 and days == list(range(days[0], days[-1] + 1)):
        return f"{days[0]}-{days[-1]}"
    return "、".join(map(str, days))
