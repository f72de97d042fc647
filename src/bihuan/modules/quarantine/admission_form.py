"""The check-in form: who, on which order, in which room. Nothing that was typed is lost when something is wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.utils import timezone
from stdnum.iso7064 import mod_11_2

from bihuan.core.people.identity import Identity
from bihuan.core.people.normal import normal_identifier
from bihuan.core.spec import Text
from bihuan.kit.fields import Lists
from bihuan.kit.forms import KitRenderer, form_for
from bihuan.kit.language import lazily, said
from bihuan.kit.phones import PhoneField
from bihuan.modules.quarantine.admission import CheckIn
from bihuan.modules.quarantine.models import Stay
from bihuan.modules.quarantine.payloads import Admission, Order
from bihuan.modules.quarantine.rules import exposure_refused

NEW, WAITING, KNOWN = "new", "stay", "person"
RESIDENT = "resident"
LONGEST_TRIP = 20
IDENTIFIERS = (
    (RESIDENT, Text("居民身份证", "Resident ID")),
    ("passport", Text("护照", "Passport")),
    ("other", Text("其他证件", "Other")),
)


def is_resident(number: str) -> bool:
    """Tell whether this can be a resident's number: 18 places, a day of birth, the check digit (GB 11643-1999).

    The area is not looked up: areas are split and renamed, and their people keep their numbers.
    """
    if len(number) != 18 or not number[:17].isdigit() or not mod_11_2.is_valid(number):
        return False
    try:
        date.fromisoformat(f"{number[6:10]}-{number[10:12]}-{number[12:14]}")
    except ValueError:
        return False
    return True


class PersonForm(forms.Form):
    """A person the county does not know yet; the same identifier is the same person."""

    default_renderer = KitRenderer
    use_required_attribute = False

    name = forms.CharField(
        label=lazily(Text("姓名", "Name")), max_length=60, widget=forms.TextInput(attrs={"class": "form-control"}),
        error_messages={"required": lazily(Text("请填写姓名", "Enter the name"))},
    )  # fmt: skip
    identifier_type = forms.ChoiceField(
        label=lazily(Text("证件", "Document")), choices=[(code, lazily(text)) for code, text in IDENTIFIERS],
        widget=forms.Select(attrs={"class": "form-select bh-short"}), initial=RESIDENT,
    )  # fmt: skip
    identifier = forms.CharField(
        label=lazily(Text("证件号码", "Number")), max_length=40, required=False,
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "off"}),
    )  # fmt: skip
    phone = PhoneField(label=lazily(Text("联系电话", "Telephone")))
    address = forms.CharField(
        label=lazily(Text("住址", "Address")), max_length=200, required=False,
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "off"}),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Check a resident's number by its check digit (GB 11643-1999)."""
        found = super().clean() or {}
        number = normal_identifier(found.get("identifier", ""))
        if number and found.get("identifier_type") == RESIDENT and not is_resident(number):
            words = Text(
                "身份证号码不对：应为 18 位，校验位不符",
                "Not a valid resident ID: 18 digits with a check digit",
            )
            self.add_error("identifier", said(words))
        return found

    def identity(self) -> Identity:
        """Return the identity that was filled in."""
        found = self.cleaned_data
        return Identity(
            name=found["name"].strip(),
            identifier_type=found["identifier_type"],
            identifier=normal_identifier(found["identifier"]) or None,
            phone=found["phone"] or None,
            address=found["address"].strip() or None,
        )


class CheckInForm:
    """The parts of the check-in page together; `problems` are what the parts alone cannot see."""

    def __init__(
        self, data: Mapping[str, Any] | None, *, lists: Lists, rooms: Sequence[int], orders: bool
    ) -> None:
        self.data, self.orders = data or {}, orders
        self.key = str(self.data.get("bihuan_key") or uuid4())[:64]
        self.who = str(self.data.get("who", "") or (NEW if orders else ""))
        self.room = str(self.data.get("room", ""))
        self.shares_with = str(self.data.get("shares_with", ""))
        self.sharing = str(self.data.get("sharing", "")).strip()
        self.trip = str(self.data.get("trip", "")).strip()[:LONGEST_TRIP]
        self.problems: list[tuple[str, Text]] = []
        self.rooms = set(rooms)
        kind = self.who.partition(":")[0]
        self.person = PersonForm(
            self.data if data and kind == NEW else None, prefix="p", initial=self._typed("p")
        )
        order = form_for(Order)
        asked = {**self.data, "o-bihuan_key": str(uuid4())} if data and kind != WAITING else None
        self.order = order(asked, lists=lists, prefix="o", initial=self._typed("o"))

    def _typed(self, prefix: str) -> dict[str, Any]:
        return {name[2:]: value for name, value in self.data.items() if name.startswith(f"{prefix}-")}

    def asked(self) -> CheckIn | None:
        """Return what the page asks for, or None where something is to be corrected (`problems`, the parts)."""
        kind, _, chosen = self.who.partition(":")
        admission = self._admission()
        fine = admission is not None
        if kind == WAITING:
            stay = _uuid(chosen)
            if stay is None:
                self.problems.append(("who", Text("请选择要入住的人", "Choose who checks in")))
            return CheckIn(stay=stay, admission=admission) if fine and stay and admission else None
        if not self.orders or kind not in {NEW, KNOWN}:
            self.problems.append(("who", Text("请选择要入住的人", "Choose who checks in")))
            return None
        fine = self._sound_order() and fine
        person = _uuid(chosen) if kind == KNOWN else None
        if kind == NEW:
            fine = self.person.is_valid() and fine
        if not fine or admission is None or (kind == KNOWN and person is None):
            return None
        identity = self.person.identity() if kind == NEW else None
        return CheckIn(person=person, identity=identity, order=self.order.payload(), admission=admission)

    def _sound_order(self) -> bool:
        """Check the order's exposure beside its box; the engine holds to the same rule."""
        if self.order.is_valid():
            today = timezone.localdate()
            wrong = exposure_refused(self.order.cleaned_data.get("last_exposure"), today, today)
            if wrong is not None:
                self.order.add_error("last_exposure", said(wrong))
        return self.order.is_valid()

    def _admission(self) -> Admission | None:
        other = _uuid(self.shares_with)
        if other is not None:  # whoever shares goes where the other one is
            there = (
                Stay.objects.filter(pk=other, ended_at__isnull=True).values_list("room_id", flat=True).first()
            )
            self.room = str(there or "")
        room = int(self.room) if self.room.isdigit() else 0
        if room not in self.rooms:
            self.problems.append(("room", Text("请选择房间", "Choose a room")))
            return None
        if other is not None and not self.sharing:
            self.problems.append(
                ("sharing", Text("同住须写明理由（家人，或批准文号）", "Say why the room is shared"))
            )
            return None
        return Admission(room=room, shares_with=other, sharing=self.sharing if other else "", trip=self.trip)

    def refuse(self, *lines: Text) -> None:
        """Show above everything why it was not done."""
        self.problems[:0] = [("", line) for line in lines]

    def begin_anew(self) -> None:
        """Keep what was typed under a new key: the page was sent before, about somebody else."""
        self.key = str(uuid4())
        words = Text(
            "这一页已经办成过一次，这次填的是另一内容，没有保存。要为另一人办理，核对后再按“办理入住”",
            "This page was sent before with other content; nothing was saved now. To check in somebody else,"
            " look it over and press Check in again",
        )
        self.refuse(words)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
