"""Opening a matter from a page: which types a post opens, about whom, where."""

from __future__ import annotations

import dataclasses
from functools import cache
from typing import Any
from uuid import UUID

from django import forms
from stdnum.cn import ric

from bihuan.core.access.actors import Actor
from bihuan.core.matters.registry import declared, matter_types
from bihuan.core.people.identity import FIELD_LABELS, Identity
from bihuan.core.people.normal import normal_identifier
from bihuan.core.places.models import Place
from bihuan.core.spec.matters import MatterType
from bihuan.core.spec.payload import fields_of
from bihuan.core.spec.text import Text
from bihuan.kit.forms import KitRenderer
from bihuan.kit.language import lazily
from bihuan.kit.phones import PhoneField


@cache
def openers() -> dict[str, str]:
    """Return matter type → the page a module has of its own for opening one (`doors.py`: `OPENERS`).

    An empty name: nobody opens one by hand.
    """
    return {
        code: name for module in declared("doors") for code, name in getattr(module, "OPENERS", {}).items()
    }


def may_open(actor: Actor) -> list[MatterType[Any]]:
    """Return the types that a person in this post opens by hand."""
    return [kind for kind in matter_types().values() if _by_hand(kind, actor)]


def _by_hand(kind: MatterType[Any], actor: Actor) -> bool:
    """Tell whether the post opens the type, and there is something a person can fill in.

    An opening whose fields are all set by the system (a transfer that follows from a result) is none.
    """
    if actor.post not in {post.code for post in kind.opened_by}:
        return False
    return bool(fields_of(kind.opening)) or not dataclasses.fields(kind.opening)


def needs_place(kind: MatterType[Any]) -> bool:
    """Tell whether a matter of the type lies at a place: its number names it, or posts bound to places act on it."""
    return "{place}" in kind.number or any(p.bound_to_place for t in kind.transitions for p in t.posts)


class PlaceForm(forms.Form):
    """Where it is."""

    default_renderer = KitRenderer

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places = Place.objects.filter(jurisdiction=actor.jurisdiction).order_by("code")
        if actor.place_ids is not None:
            places = places.filter(id__in=actor.place_ids)
        self.places = {str(place.id): place for place in places[:1000]}
        self.fields["place"] = forms.ChoiceField(
            label=lazily(Text("地点", "Place")),
            choices=[
                ("", lazily(Text("请选择", "Choose"))),
                *((key, p.name) for key, p in self.places.items()),
            ],
            widget=forms.Select(attrs={"class": "form-select"}),
            error_messages={"required": lazily(Text("请选择地点", "Choose the place"))},
        )

    @property
    def place(self) -> Place:
        """Return the chosen place; only for a valid form."""
        return self.places[self.cleaned_data["place"]]


def _line(**attrs: str) -> forms.TextInput:
    return forms.TextInput(attrs={"class": "form-control", "autocomplete": "off", **attrs})


class PersonForm(forms.Form):
    """Who it is about: known already (chosen from a search), or entered."""

    default_renderer = KitRenderer
    person = forms.UUIDField(widget=forms.HiddenInput, required=False)
    name = forms.CharField(
        label=lazily(FIELD_LABELS["name"]),
        max_length=80,
        widget=_line(),
        error_messages={"required": lazily(Text("请填写姓名", "Enter the name"))},
    )
    identifier = forms.CharField(
        label=lazily(FIELD_LABELS["identifier"]), max_length=40, widget=_line(),
        error_messages={"required": lazily(Text("请填写证件号码", "Enter the identifier"))},
        help_text=lazily(Text("居民身份证号，或护照等证件号码；同一号码即同一人", "the same number is the same person")),
    )  # fmt: skip
    phone = PhoneField(label=lazily(FIELD_LABELS["phone"]))
    address = forms.CharField(
        label=lazily(FIELD_LABELS["address"]), max_length=200, required=False, widget=_line()
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = (self.data.get(self.add_prefix("person")) if self.is_bound else None) or self.initial.get(
            "person"
        )
        for field in ("name", "identifier"):
            self.fields[field].required = not known

    def clean_identifier(self) -> str:
        """Check a resident's number by its check digit."""
        given = str(self.cleaned_data.get("identifier") or "")
        if given and _kind(given) == "resident" and not _valid(given):
            wrong = Text(
                "身份证号校验位不对，请核对原件", "the check digit is wrong; compare with the original"
            )
            raise forms.ValidationError(lazily(wrong))
        return given

    @property
    def chosen(self) -> UUID | None:
        """Return the person chosen, if any."""
        found: UUID | None = self.cleaned_data.get("person")
        return found

    def identity(self) -> Identity:
        """Return what was entered."""
        given = self.cleaned_data
        return Identity(
            name=given["name"].strip() or None,
            identifier_type=_kind(given["identifier"]),
            identifier=given["identifier"].strip() or None,
            phone=given["phone"] or None,
            address=given["address"].strip() or None,
        )


def _kind(identifier: str) -> str:
    plain = normal_identifier(identifier)
    return "resident" if len(plain) == 18 and plain[:17].isdecimal() else "other"


def _valid(identifier: str) -> bool:
    """Tell whether the check digit fits; regions change their codes over the years and prove nothing."""
    plain = normal_identifier(identifier)
    return bool(ric.calc_check_digit(plain) == plain[-1])
