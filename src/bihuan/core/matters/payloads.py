"""Typed payloads to and from what the ledger keeps: a part in clear that may be counted, a part that is sealed."""

from __future__ import annotations

import dataclasses
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter

Json = Any


def plain(value: Any) -> Json:
    """Turn a payload value into what jsonb keeps exactly: text, whole number, truth value, list, mapping.

    Decimals, dates and times become text (ISO 8601), because PostgreSQL would re-spell numbers.
    """
    if isinstance(value, Enum):
        return plain(value.value)
    if value is None or isinstance(value, (str, bool, int)):
        return value
    spelled: Json
    if isinstance(value, (UUID, Decimal)):
        spelled = str(value)
    elif isinstance(value, (datetime, date, time)):
        spelled = value.isoformat()
    elif isinstance(value, (tuple, list, frozenset)):
        spelled = [plain(item) for item in value]
    elif isinstance(value, dict):
        spelled = {str(key): plain(item) for key, item in value.items()}
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        spelled = {f.name: plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    else:
        raise TypeError(f"a payload cannot hold {type(value).__name__}: {value!r}")
    return spelled


@cache
def _fields(payload_type: type) -> tuple[tuple[str, bool, Any], ...]:
    return tuple(
        (field.name, bool(field.metadata.get("sealed")), field.default)
        for field in dataclasses.fields(payload_type)
    )


def split(payload: Any) -> tuple[dict[str, Json], dict[str, Json]]:
    """Return the payload's fields in clear and those to be sealed; what was left at its default is in neither.

    A default may therefore never change its meaning: give the field another name instead.
    """
    clear: dict[str, Json] = {}
    personal: dict[str, Json] = {}
    for name, is_sealed, default in _fields(payload.__class__):
        value = getattr(payload, name)
        if value is None or value == default:
            continue
        (personal if is_sealed else clear)[name] = plain(value)
    return clear, personal


@cache
def _adapter(payload_type: type) -> TypeAdapter[Any]:
    return TypeAdapter(payload_type)


def parse(payload_type: type, data: object) -> Any:
    """Make a payload of its declared type from JSON-like data; pydantic.ValidationError names what is wrong."""
    return _adapter(payload_type).validate_python(data)


def schema(payload_type: type) -> dict[str, Any]:
    """Return the JSON schema of a payload type, for the API's description."""
    return _adapter(payload_type).json_schema()
