"""What the description of the API says of payloads: one schema for each transition and each opening."""

from __future__ import annotations

import json
from typing import Any

from ninja.openapi.schema import OpenAPISchema

from bihuan.core.matters.payloads import schema
from bihuan.core.matters.registry import matter_types
from bihuan.core.spec.payload import fields_of

REFERENCE = "#/components/schemas/"


def with_payloads(described: OpenAPISchema) -> OpenAPISchema:
    """Return the description with `<type>.open` and `<type>.<transition>` among its schemas."""
    schemas: dict[str, Any] = described["components"]["schemas"]
    for code, kind in matter_types().items():
        schemas.update(_named(f"{code}.open", kind.opening, kind.label.zh, kind.label.en))
        for transition in kind.transitions:
            label = transition.label
            schemas.update(_named(f"{code}.{transition.code}", transition.payload, label.zh, label.en))
    return described


def _named(name: str, payload: type, zh: str, en: str) -> dict[str, Any]:
    """Return the schema of one payload under its name, and those it refers to under names of their own."""
    made = schema(payload)
    parts = made.pop("$defs", {})
    moved = json.loads(json.dumps(made).replace('"#/$defs/', f'"{REFERENCE}{name}.'))
    moved["title"], moved["description"] = f"{zh} / {en}", made.get("description", "")
    for one in fields_of(payload):
        label = one.metadata["label"]
        if one.name in moved.get("properties", {}):
            moved["properties"][one.name]["title"] = f"{label.zh} / {label.en}"
    inner = json.loads(json.dumps(parts).replace('"#/$defs/', f'"{REFERENCE}{name}.'))
    return {name: moved, **{f"{name}.{part}": body for part, body in inner.items()}}
