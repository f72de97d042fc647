"""Forms made from typed payloads: what a transition declares is what a page asks, and what it gets back.

Form = form_for(RoomMove)
form = Form(request.POST or None, lists={"rooms_free": [Option(301, "301")]}, version=matter.version)
if form.is_valid():
    engine.perform(matter.id, "move_room", form.payload(), actor=…, key=form.key, version=form.version)
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from functools import cache
from typing import Any, ClassVar, get_type_hints
from uuid import uuid4

from django import forms
from django.forms.renderers import DjangoTemplates
from django.utils.datastructures import MultiValueDict

from bihuan.core.matters.errors import NotDone
from bihuan.core.spec.text import Text
from bihuan.kit.fields import Listing, Lists, Option, field_for
from bihuan.kit.language import lazily

__all__ = ["KitRenderer", "Listing", "Lists", "Option", "PayloadForm", "form_for"]

KEY, VERSION = "bihuan_key", "bihuan_version"
_EXPIRED = Text(
    "这一页放得太久，没有提交。填写的内容都在，请核对后再按一次",
    "The page had grown old; nothing was submitted. What you typed is here: look it over and press once more",
)


class KitRenderer(DjangoTemplates):
    """Draws forms with the kit's templates: summary of errors first, hint and error tied to their box."""

    form_template_name = "kit/form.html"
    field_template_name = "kit/partials/field_group.html"


class PayloadForm(forms.Form):
    """A form for one payload type; made by `form_for`.

    It carries a key, the same however often this page is sent, so that a repeated submission changes nothing,
    and the version of the matter that was looked at, so that nobody overwrites what he or she has not seen.
    """

    default_renderer = KitRenderer
    payload_type: ClassVar[type]
    wanted: ClassVar[Mapping[str, str]] = {}
    defaults: ClassVar[Mapping[str, Any]] = {}

    def __init__(
        self,
        data: MultiValueDict[str, str] | Mapping[str, Any] | None = None,
        *,
        lists: Lists | None = None,
        version: int | None = None,
        initial: Mapping[str, Any] | None = None,
        prefix: str | None = None,
    ) -> None:
        given = {KEY: str(uuid4()), VERSION: version, **(initial or {})}
        super().__init__(data, initial=given, prefix=prefix)
        for name, listing in self.wanted.items():
            if lists is not None and listing in lists:
                chosen = self.fields[name]
                self.fields[name] = field_for(
                    self.payload_type, name, options=lists[listing], initial=chosen.initial
                )

    def clean(self) -> dict[str, Any]:
        """Where the hidden fields are missing or spoilt, say so above what was typed, and carry new ones."""
        found = super().clean() or {}
        spoilt = [name for name in (KEY, VERSION) if name in self.errors]
        if spoilt:
            for name in spoilt:
                del self.errors[name]
            self.add_error(None, lazily(_EXPIRED))
            self.renew()
        return found

    def renew(self) -> None:
        """Make what was typed a new submission: under a new key, of the version that is shown now."""
        seen = self.initial.get(VERSION)
        typed: Any = self.data
        typed = typed.copy()  # QueryDict and dict alike
        typed[self.add_prefix(KEY)] = str(uuid4())
        typed[self.add_prefix(VERSION)] = "" if seen is None else str(seen)
        self.data = typed

    @property
    def key(self) -> str:
        """Return the submission's idempotency key; only for a valid form."""
        return str(self.cleaned_data[KEY])

    @property
    def version(self) -> int | None:
        """Return the matter's version that was looked at; only for a valid form."""
        seen: int | None = self.cleaned_data[VERSION]
        return seen

    def payload(self) -> Any:
        """Return what was filled in as a payload of the declared type; an empty field takes its default."""
        values: dict[str, Any] = {}
        for name in self.asked():
            value = self.cleaned_data[name]
            empty = value is None or value in ("", [])
            if empty and name in self.defaults:
                value = self.defaults[name]
            values[name] = tuple(value) if isinstance(value, list) else value
        return self.payload_type(**values)

    def asked(self) -> list[str]:
        """Return the names of the payload's fields that the form asks for."""
        return [name for name in self.fields if name not in {KEY, VERSION}]

    def refuse(self, error: NotDone) -> None:
        """Show why the engine did not do it, above what was typed, which stays and can be sent once more."""
        self.renew()
        for line in error.lines:
            self.add_error(None, lazily(line))


@cache
def form_for(payload_type: type) -> type[PayloadForm]:
    """Return the form class for a payload dataclass.

    Every field declared with `asked` (label in its metadata) is a field of the form; the others keep their
    defaults and are never asked. TypeError where a type cannot be typed in by a person.
    """
    hints = get_type_hints(payload_type)
    made: dict[str, Any] = {
        "payload_type": payload_type,
        "wanted": {},
        "defaults": {},
        "__doc__": f"Asks for {payload_type.__name__}.",
    }
    for declared in dataclasses.fields(payload_type):
        if "label" not in declared.metadata:
            continue
        made[declared.name] = field_for(payload_type, declared.name, hint=hints[declared.name])
        if declared.metadata.get("choices"):
            made["wanted"][declared.name] = declared.metadata["choices"]
        if declared.default is not dataclasses.MISSING:
            made["defaults"][declared.name] = declared.default
    expired = {"required": lazily(_EXPIRED), "invalid": lazily(_EXPIRED)}
    made[KEY] = forms.UUIDField(widget=forms.HiddenInput, error_messages=expired)
    made[VERSION] = forms.IntegerField(
        widget=forms.HiddenInput, required=False, min_value=1, error_messages=expired
    )
    return type(f"{payload_type.__name__}Form", (PayloadForm,), made)
