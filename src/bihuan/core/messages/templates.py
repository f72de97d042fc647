"""What messages say: declared once, in both languages, with the fields that may be personal named apart.

A module declares its templates in `messages.py`; they are found when the application starts.
"""

from __future__ import annotations

import string
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from bihuan.core.spec.text import Text

SMS_LONGEST: Final = 500
"""Characters of a text message's body that gateways join from parts (GB/T operators: 70 a part)."""


@dataclass(frozen=True, slots=True)
class Template:
    """A message's words. `{placeholders}` are filled when it is sent; those in `personal` are kept sealed.

    `subject` is for mail and in-app lists; it holds no personal field, since lists and mail headers show it.
    """

    code: str
    subject: Text
    body: Text
    personal: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if names(self.body.zh) != names(self.body.en) or names(self.subject.zh) != names(self.subject.en):
            raise ValueError(f"{self.code}: the languages ask for different fields")
        if names(self.subject.zh) & self.personal:
            raise ValueError(f"{self.code}: a subject holds nothing personal")
        if self.personal - self.fields:
            raise ValueError(f"{self.code}: personal fields that are not in the text")

    @property
    def fields(self) -> frozenset[str]:
        """Return the names of all placeholders."""
        return names(self.body.zh) | names(self.subject.zh)

    @property
    def clear(self) -> frozenset[str]:
        """Return the names of the placeholders that are not personal."""
        return self.fields - self.personal


def names(pattern: str) -> frozenset[str]:
    """Return the names of a pattern's placeholders."""
    return frozenset(name for _, name, _, _ in string.Formatter().parse(pattern) if name is not None)


@dataclass(frozen=True, slots=True)
class Words:
    """A message as it is read."""

    subject: str
    body: str


class UnknownTemplate(LookupError):
    """No module declares a message of this code."""


class WrongFields(ValueError):
    """A message was given other fields than its template asks for."""


_declared: dict[str, Template] = {}


def declare(*templates: Template) -> None:
    """Declare templates; the same one twice is harmless, two of one code are an error."""
    for template in templates:
        if _declared.setdefault(template.code, template) != template:
            raise ValueError(f"two messages called {template.code}")


def template(code: str) -> Template:
    """Return a template. Raises UnknownTemplate."""
    try:
        return _declared[code]
    except KeyError:
        raise UnknownTemplate(code) from None


def declared() -> list[Template]:
    """Return all templates, by code."""
    return [_declared[code] for code in sorted(_declared)]


def check(template: Template, clear: Mapping[str, str], personal: Mapping[str, str]) -> None:
    """Check that exactly the template's fields are given, each in its place. Raises WrongFields."""
    if clear.keys() != template.clear or personal.keys() != template.personal:
        raise WrongFields(
            f"{template.code} asks for {sorted(template.clear)} and, sealed, {sorted(template.personal)};"
            f" got {sorted(clear)} and {sorted(personal)}"
        )


def render(template: Template, language: str, fields: Mapping[str, str]) -> Words:
    """Fill a template in one language."""
    subject = template.subject.in_language(language).format(**fields)
    return Words(" ".join(subject.split()), template.body.in_language(language).format(**fields))
