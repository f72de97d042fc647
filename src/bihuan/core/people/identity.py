"""Who a person is: the five fields that are sealed under the purpose `identity`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bihuan.core.people.normal import normal_identifier, spelled_phone
from bihuan.core.spec.text import Text

FIELDS = ("name", "identifier", "phone", "address")

FIELD_LABELS = {
    "name": Text("姓名", "Name"),
    "identifier": Text("证件号码", "Identifier"),
    "phone": Text("联系电话", "Telephone"),
    "address": Text("住址", "Address"),
}

_BETWEEN = ":"  # stands between the identifier's type and the identifier in the sealed text


UNVERIFIED = "unverified"
"""Type of an identifier that cannot be right (a wrong check digit): kept as it was written, nobody is found by it."""


@dataclass(frozen=True, slots=True)
class Identity:
    """A person's identity as an office writes it; what is unknown is None.

    `identifier_type`: `resident` (GB 11643), what the register says, or UNVERIFIED. Printing one shows nothing of it.
    """

    name: str | None = None
    identifier_type: str = "resident"
    identifier: str | None = None
    phone: str | None = None
    address: str | None = None

    @property
    def trusted(self) -> str | None:
        """The identifier, where it is somebody's; None for one that is only kept as it was written."""
        return None if self.identifier_type == UNVERIFIED else self.identifier

    def __repr__(self) -> str:
        return "Identity(…)"

    __str__ = __repr__

    def sealable(self) -> Iterator[tuple[str, str]]:
        """Yield the known fields with the text that is sealed of each: numbers in their one spelling."""
        if self.name:
            yield "name", self.name.strip()
        if self.identifier:
            yield "identifier", f"{self.identifier_type}{_BETWEEN}{normal_identifier(self.identifier)}"
        if self.phone:
            yield "phone", spelled_phone(self.phone)
        if self.address:
            yield "address", self.address.strip()

    def completed_by(self, other: Identity) -> Identity:
        """Return this identity with its gaps filled from another of the same person."""
        if self.name and self.phone and self.address:
            return self
        return Identity(
            name=self.name or other.name,
            identifier_type=self.identifier_type,
            identifier=self.identifier,
            phone=self.phone or other.phone,
            address=self.address or other.address,
        )


def shown(field: str, sealed_text: str) -> str:
    """Return a field as it is read, from the text that was sealed."""
    return sealed_text.partition(_BETWEEN)[2] if field == "identifier" else sealed_text


def identifier_type(sealed_text: str) -> str:
    """Return the type of an identifier from the text that was sealed."""
    return sealed_text.partition(_BETWEEN)[0]
