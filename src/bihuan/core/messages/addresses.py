"""Whom a message goes to, and whether that can be an address at all."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import phonenumbers

from bihuan.core.spec.text import Text

MAIL: Final = "mail"
SMS: Final = "sms"
IN_APP: Final = "in_app"
CHANNELS: Final = (SMS, MAIL, IN_APP)
LABELS: Final = {
    SMS: Text("短信", "Text message"),
    MAIL: Text("邮件", "Mail"),
    IN_APP: Text("站内", "In the application"),
}

_MAIL: Final = re.compile(r"[^\s@<>()\[\],;:\"\\]{1,64}@[^\s@<>()\[\],;:\"\\]{1,255}")


class BadAddress(ValueError):
    """Nothing can be sent there; the message does not repeat the address."""


@dataclass(frozen=True, slots=True)
class ToPerson:
    """A person the county knows; `address` is sealed with the person's key for `purpose` (the module's
    name).
    """

    person_id: UUID
    purpose: str
    address: str


@dataclass(frozen=True, slots=True)
class ToOffice:
    """An office's own mailbox or duty phone, which is nobody's personal data."""

    address: str


@dataclass(frozen=True, slots=True)
class ToOfficer:
    """An officer, inside the application."""

    officer_id: UUID


Recipient = ToPerson | ToOffice | ToOfficer


def normal(channel: str, address: str) -> str:
    """Return an address as the channel's network writes it. Raises BadAddress.

    Phone numbers become E.164 (`+8613812345678`); numbers without a country are Chinese.
    """
    if channel == MAIL:
        plain = address.strip()
        if not _MAIL.fullmatch(plain) or len(plain) > 254 or not plain.isascii() or not plain.isprintable():
            raise BadAddress("not a mail address")
        return plain
    try:
        parsed = phonenumbers.parse(address, "CN")
    except phonenumbers.NumberParseException as error:
        raise BadAddress("not a phone number") from error
    if not phonenumbers.is_possible_number(parsed):
        raise BadAddress("not a phone number")
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))


def masked(channel: str, address: str) -> str:
    """Return an address as lists show it: 138****5520, z***@example.cn."""
    if channel == MAIL:
        name, _, host = address.partition("@")
        return f"{name[:1]}***@{host}"
    digits = address.removeprefix("+86")
    return f"{digits[:3]}****{digits[-4:]}" if len(digits) > 8 else "****"
