"""Small tags of the quarantine pages. `{% load quarantine %}`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django import template

from bihuan.core.spec import Text
from bihuan.modules.quarantine import notices
from bihuan.modules.quarantine.protocol import LOCAL
from bihuan.modules.quarantine.views import reach

register = template.Library()


@register.filter
def matter_address(matter_id: UUID) -> str:
    """Write the address of a matter's own page."""
    return reach.matter_address(matter_id)


@register.filter
def get(values: Mapping[str, Any], key: str) -> Any:
    """Look a key up: `{{ categories|get:stay.category|tr }}`; the key itself where it is unknown."""
    return values.get(key, key)


@register.filter
def basis(text: str) -> Text:
    """Return a legal basis in both languages."""
    return notices.basis_words(text)


@register.filter
def dateof(moment: datetime) -> date:
    """Return the county's date of a moment."""
    return moment.astimezone(LOCAL).date()
