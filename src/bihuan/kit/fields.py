"""One form field for one payload field: by its type, its label, and the list it is chosen from."""

from __future__ import annotations

import dataclasses
import re
import types
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints
from uuid import UUID

from django import forms
from django.db.models import Model

from bihuan.core.spec.text import Text
from bihuan.kit.language import lazily

MANY_AT_ONE_LOOK = 5  # up to so many choices stand open as buttons; more fold into a list
_SEPARATORS = re.compile(r"[\n,，、;；]+")


@dataclass(frozen=True, slots=True)
class Option:
    """One entry of a list to choose from."""

    value: object
    text: Text | str


Listing = Iterable[Option | Model | tuple[object, Any]]
Lists = Mapping[str, Listing]


def field_for(
    payload_type: type, name: str, *, hint: Any = None, options: Listing | None = None, initial: Any = None
) -> forms.Field:
    """Return the form field for one field of a payload; TypeError where nobody can type such a value."""
    declared = next(f for f in dataclasses.fields(payload_type) if f.name == name)
    kind, optional = _without_none(hint if hint is not None else get_type_hints(payload_type)[name])
    label: Text = declared.metadata["label"]
    hint_text: Text | None = declared.metadata.get("help")
    has_default = declared.default is not dataclasses.MISSING
    given = declared.default if has_default and declared.default is not None else initial
    common: dict[str, Any] = {
        "label": lazily(label),
        "help_text": lazily(hint_text) if hint_text else "",
        "required": not (has_default or optional),
        "initial": _initial(given),
        "error_messages": {"required": lazily(_ask(label))},
    }
    field = _listed(kind, options, common) if options is not None else _typed(kind, declared, label, common)
    field.sealed = bool(declared.metadata.get("sealed"))  # type: ignore[attr-defined]
    return field


def _without_none(hint: Any) -> tuple[Any, bool]:
    if get_origin(hint) in {Union, types.UnionType}:
        kinds = [one for one in get_args(hint) if one is not type(None)]
        if len(kinds) == 1:
            return kinds[0], True
    return hint, False


def _initial(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    return list(value) if isinstance(value, tuple) else value


def _ask(label: Text) -> Text:
    return Text(f"请填写“{label.zh}”", f"Enter: {label.en}")


def _pick(label: Text) -> Text:
    return Text(f"请选择“{label.zh}”", f"Choose: {label.en}")


# ── from a list ───────────────────────────────────────────────────────────
def _listed(kind: Any, options: Listing, common: dict[str, Any]) -> forms.Field:
    if get_origin(kind) is tuple:
        coerce = _coercer(get_args(kind)[0])
        return _choice(_pairs(options), coerce, common, many=True)
    return _choice(_pairs(options), _coercer(kind), common)


def _pairs(options: Listing) -> list[tuple[str, Any]]:
    pairs: list[tuple[str, Any]] = []
    for one in options:
        if isinstance(one, Option):
            value, text = one.value, one.text
        elif isinstance(one, Model):
            value, text = one.pk, str(one)
        else:
            value, text = one
        pairs.append((str(value), lazily(text) if isinstance(text, Text) else str(text)))
    return pairs


def _coercer(kind: Any) -> Callable[[str], Any]:
    return kind if kind in {int, UUID, Decimal} or _is_enum(kind) else str


def _choice(
    pairs: list[tuple[str, Any]], coerce: Callable[[str], Any], common: dict[str, Any], *, many: bool = False
) -> forms.Field:
    gone = Text(
        "这一项已不能选，请在列表中另选", "That one can no longer be chosen; choose another from the list"
    )
    common["error_messages"] = {
        **common["error_messages"],
        "invalid_choice": lazily(gone),
        "invalid_list": lazily(gone),
    }
    if many:
        boxes = forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"})
        return forms.TypedMultipleChoiceField(
            choices=pairs, coerce=coerce, widget=boxes, empty_value=[], **common
        )
    if len(pairs) <= MANY_AT_ONE_LOOK and common["required"]:
        radios = forms.RadioSelect(attrs={"class": "form-check-input"})
        return forms.TypedChoiceField(choices=pairs, coerce=coerce, widget=radios, **common)
    blank = [("", lazily(Text("请选择", "Choose") if common["required"] else Text("不选", "None")))]
    select = forms.Select(attrs={"class": "form-select"})
    return forms.TypedChoiceField(
        choices=[*blank, *pairs], coerce=coerce, widget=select, empty_value=None, **common
    )


def _is_enum(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Enum)


# ── by type ───────────────────────────────────────────────────────────────
def _typed(kind: Any, declared: dataclasses.Field[Any], label: Text, common: dict[str, Any]) -> forms.Field:
    if _is_enum(kind):
        common["error_messages"]["required"] = lazily(_pick(label))
        return _choice([(str(m.value), _enum_text(m)) for m in kind], kind, common)
    if get_origin(kind) is Literal:
        common["error_messages"]["required"] = lazily(_pick(label))
        values = {str(value): value for value in get_args(kind)}
        return _choice([(text, text) for text in values], values.__getitem__, common)
    if get_origin(kind) is tuple:
        return SeveralField(coerce=_coercer(get_args(kind)[0]), widget=_area(2), **common)
    if kind is str and declared.metadata.get("long"):
        return forms.CharField(widget=_area(4), max_length=4000, **common)
    if kind not in _MAKERS:
        raise TypeError(f"{declared.name}: nobody can type in a {kind!r}")
    return _MAKERS[kind](label, common)


def _enum_text(member: Enum) -> Any:
    text = getattr(member, "text", None)
    return lazily(text) if isinstance(text, Text) else str(member.value)


def _area(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"class": "form-control", "rows": rows})


def _line(kind: str = "text", **attrs: Any) -> forms.TextInput:
    short = "" if kind == "text" and not attrs else " bh-short"
    widget = forms.TextInput(attrs={"class": f"form-control{short}", **attrs})
    widget.input_type = kind
    return widget


def _invalid(common: dict[str, Any], zh: str, en: str, label: Text) -> dict[str, Any]:
    words = Text(f"“{label.zh}”{zh}", f"{label.en}: {en}")
    return {**common, "error_messages": {**common["error_messages"], "invalid": lazily(words)}}


def _text(label: Text, common: dict[str, Any]) -> forms.Field:
    return forms.CharField(widget=_line(), max_length=400, **common)


def _truth(label: Text, common: dict[str, Any]) -> forms.Field:
    box = forms.CheckboxInput(attrs={"class": "form-check-input"})
    return forms.BooleanField(widget=box, **{**common, "required": False})


def _whole(label: Text, common: dict[str, Any]) -> forms.Field:
    said = _invalid(common, "要写整数，例如 3", "a whole number, for example 3", label)
    return forms.IntegerField(widget=_line(inputmode="numeric", autocomplete="off"), **said)


def _decimal(label: Text, common: dict[str, Any]) -> forms.Field:
    said = _invalid(common, "要写数字，例如 36.5", "a number, for example 36.5", label)
    return forms.DecimalField(widget=_line(inputmode="decimal", autocomplete="off"), **said)


def _date(label: Text, common: dict[str, Any]) -> forms.Field:
    said = _invalid(common, "要写日期，例如 2026-10-08", "a date, for example 2026-10-08", label)
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"class": "form-control bh-short", "type": "date"})
    return forms.DateField(widget=widget, **said)


def _datetime(label: Text, common: dict[str, Any]) -> forms.Field:
    said = _invalid(
        common, "要写日期和时间，例如 2026-10-08 17:30", "date and time, as 2026-10-08 17:30", label
    )
    attrs = {"class": "form-control bh-short", "type": "datetime-local"}
    return forms.DateTimeField(widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs=attrs), **said)


def _time(label: Text, common: dict[str, Any]) -> forms.Field:
    said = _invalid(common, "要写时间，例如 17:30", "a time, for example 17:30", label)
    widget = forms.TimeInput(format="%H:%M", attrs={"class": "form-control bh-short", "type": "time"})
    return forms.TimeField(widget=widget, **said)


def _uuid(label: Text, common: dict[str, Any]) -> forms.Field:
    said = _invalid(common, "不是有效的编号", "not a valid identifier", label)
    return forms.UUIDField(widget=_line(), **said)


_MAKERS: dict[Any, Callable[[Text, dict[str, Any]], forms.Field]] = {
    str: _text,
    bool: _truth,
    int: _whole,
    Decimal: _decimal,
    date: _date,
    datetime: _datetime,
    time: _time,
    UUID: _uuid,
}


class SeveralField(forms.CharField):
    """Several values in one box, apart by commas (of either width), 、 or new lines."""

    def __init__(self, *, coerce: Callable[[str], Any], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.coerce = coerce

    def prepare_value(self, value: Any) -> Any:
        """Show several values in one line."""
        return "、".join(str(one) for one in value) if isinstance(value, (list, tuple)) else value

    def to_python(self, value: Any) -> Any:
        """Return the values as a list; empty where nothing was typed."""
        words = [part.strip() for part in _SEPARATORS.split(str(value or "")) if part.strip()]
        try:
            return [self.coerce(word) for word in words]
        except (ValueError, ArithmeticError) as error:
            text = Text(
                "有一项写得不对，请用顿号分开逐项填写",
                "One of the values is not right; put a comma between them",
            )
            raise forms.ValidationError(lazily(text), code="invalid") from error
