"""Taking one step from a page: the derived form, when it happened, which entry it corrects."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import uuid4

from django import forms

from bihuan.command.pages.lookup import Found
from bihuan.core.access.actors import Actor
from bihuan.core.ledger.models import Entry
from bihuan.core.matters.models import Request
from bihuan.core.matters.registry import declared
from bihuan.core.matters.timely import untimely
from bihuan.core.spec.matters import Snapshot, Transition
from bihuan.core.spec.payload import fields_of
from bihuan.core.spec.text import Text
from bihuan.kit.forms import KEY, VERSION, KitRenderer, PayloadForm, form_for
from bihuan.kit.language import lazily

Lister = Callable[[Snapshot, Actor], Any]


class WhenForm(forms.Form):
    """When it happened, where that is not just now."""

    default_renderer = KitRenderer
    occurred_at = forms.DateTimeField(
        label=lazily(Text("发生时间", "When it happened")),
        help_text=lazily(
            Text(
                "不填即为现在；补记时填写实际时间", "empty means now; give the real time when recording late"
            )
        ),
        required=False,
        widget=forms.DateTimeInput(
            format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local", "class": "form-control bh-short"}
        ),
        error_messages={
            "invalid": lazily(
                Text("要写日期和时间，例如 2026-10-08 17:30", "date and time, as 2026-10-08 17:30")
            )
        },
    )

    def __init__(self, *args: Any, not_before: datetime | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.not_before = not_before

    def clean_occurred_at(self) -> datetime | None:
        """Refuse a time to come, and one before the matter began."""
        value: datetime | None = self.cleaned_data["occurred_at"]
        refusal = untimely(value, self.not_before)
        if refusal is not None:
            raise forms.ValidationError(lazily(refusal.reason))
        return value


@cache
def listers() -> dict[str, Lister]:
    """Return the lists that payload fields are chosen from, by name: `LISTS` in the modules' `forms.py`."""
    return {name: make for module in declared("forms") for name, make in getattr(module, "LISTS", {}).items()}


def lists_for(payload: type, snapshot: Snapshot, actor: Actor) -> dict[str, Any]:
    """Return the lists that this payload's fields need."""
    wanted = {one.metadata["choices"] for one in fields_of(payload) if one.metadata.get("choices")}
    known = listers()
    return {name: known[name](snapshot, actor) for name in wanted if name in known}


@dataclass(slots=True)
class StepPage:
    """One step on one matter, as its page asks for it."""

    found: Found
    transition: Transition[Any]
    snapshot: Snapshot
    form: PayloadForm
    when: WhenForm
    corrects: Entry | None = None

    @property
    def asks(self) -> bool:
        """Tell whether there is anything to fill in."""
        return bool(self.form.visible_fields())


def prepare(
    found: Found, transition: Transition[Any], actor: Actor, data: Any = None, corrects: Entry | None = None
) -> StepPage:
    """Return the page for a step, filled with what was typed, or with the entry that is to be corrected."""
    snapshot = found.snapshot()
    lists = {} if asked_before(actor, data) else lists_for(transition.payload, snapshot, actor)
    initial: dict[str, Any] = {}
    if corrects is not None:
        initial = dict(corrects.payload)
        lists = {
            name: [*_own(transition.payload, name, corrects, found), *made] for name, made in lists.items()
        }
    payload: type = transition.payload
    form = form_for(payload)(data, lists=lists, version=found.matter.version, initial=initial)
    when = WhenForm(data, prefix="when", not_before=found.matter.opened_at)
    return StepPage(found, transition, snapshot, form, when, corrects)


def _own(payload: type, name: str, corrects: Entry, found: Found) -> list[tuple[Any, Any]]:
    """Return the corrected entry's own value as the first choice: no longer open, yet it is what is meant."""
    from bihuan.command.pages.timeline import shown_values

    for one in fields_of(payload):
        if one.metadata.get("choices") == name and one.name in corrects.payload:
            value = corrects.payload[one.name]
            return [(value, shown_values(found.kind, payload, {one.name: value})[one.name])]
    return []


def asked_before(actor: Actor, data: Any) -> bool:
    """Tell whether this very submission was answered already.

    Then what may be chosen now is beside the point (the item is no longer open, because it was just done): the
    engine compares it with the first one and gives the same answer, or refuses another content. One query.
    """
    key = data.get(KEY, "") if data is not None else ""
    return bool(key) and Request.objects.filter(actor=actor.requester, key=key).exists()


def again(data: Any, version: int) -> Any:
    """Return what was typed as a new submission: a fresh key and the version that is shown now."""
    copied = data.copy()
    copied[KEY], copied[VERSION] = str(uuid4()), str(version)
    return copied
