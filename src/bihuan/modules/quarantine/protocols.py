"""The county's protocols as they are kept: versions as data, the one that applies on a date, their items as rows."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, time
from functools import lru_cache
from typing import Any

from django.db import transaction

from bihuan.core.matters.errors import Refused
from bihuan.core.spec import Refusal, Text
from bihuan.modules.quarantine.models import Protocol, ProtocolItem
from bihuan.modules.quarantine.protocol import SHIPPED, Rules, Series


@dataclass(frozen=True, slots=True)
class Binding:
    """A protocol version as it binds a stay: its row and its rules."""

    id: int
    rules: Rules


def to_json(rules: Rules) -> dict[str, Any]:
    """Return a protocol version as the data that is kept."""
    return {
        "code": rules.code,
        "version": rules.version,
        "label": dataclasses.asdict(rules.label),
        "first_day": rules.first_day,
        "length": rules.length,
        "series": [
            {
                "kind": s.kind,
                "days": list(s.days),
                "times": {slot: t.strftime("%H:%M") for slot, t in s.times},
            }
            for s in rules.series
        ],
        "source": dataclasses.asdict(rules.source),
    }


def from_json(data: dict[str, Any]) -> Rules:
    """Read what `to_json` wrote; KeyError or ValueError name what is missing or unreadable."""
    return Rules(
        code=data["code"],
        version=int(data["version"]),
        label=Text(**data["label"]),
        first_day=int(data["first_day"]),
        length=int(data["length"]),
        series=tuple(
            Series(
                s["kind"],
                tuple(int(day) for day in s["days"]),
                tuple((slot, time.fromisoformat(at)) for slot, at in s["times"].items()),
            )
            for s in data["series"]
        ),
        source=Text(**data["source"]),
    )


def publish(rules: Rules, effective_from: date) -> Protocol:
    """Add a version that applies to stays admitted from a date on; versions that exist are never changed."""
    with transaction.atomic():
        row, created = Protocol.objects.get_or_create(
            code=rules.code,
            version=rules.version,
            defaults={
                "effective_from": effective_from,
                "label_zh": rules.label.zh,
                "label_en": rules.label.en,
                "rules": to_json(rules),
            },
        )
        if created:
            ProtocolItem.objects.bulk_create(
                ProtocolItem(
                    protocol=row,
                    code=item.code,
                    kind=item.kind,
                    offset=(item.day - rules.first_day) * 1440 + item.due.hour * 60 + item.due.minute,
                )
                for item in rules.items()
            )
    return row


def publish_shipped() -> None:
    """Make the shipped protocols known to a new county."""
    for rules in SHIPPED:
        publish(rules, date(2020, 1, 1))


class NoProtocol(Refused, LookupError):
    """No protocol of this code is in force on the day it is asked for."""

    def __init__(self, code: str) -> None:
        words = Text(
            f"没有名为“{code}”的方案，或当日尚未施行", f"No protocol “{code}” is in force on that day"
        )
        super().__init__(Refusal(words, instead=Text("请从方案列表中选择", "Choose one of the list")))


@lru_cache(maxsize=256)
def binding(protocol_id: int) -> Binding:
    """Return a protocol version by its row (kept, because a version never changes)."""
    return Binding(protocol_id, from_json(Protocol.objects.get(pk=protocol_id).rules))


def bindings_of(wanted: Iterable[tuple[str, date]]) -> dict[tuple[str, date], Binding]:
    """Return the versions that apply for each (code, date), in one query; NoProtocol where none does."""
    asked = set(wanted)
    versions: dict[str, list[tuple[date, int, int]]] = {}
    rows = Protocol.objects.filter(code__in={code for code, _ in asked})
    for code, effective, version, pk in rows.values_list("code", "effective_from", "version", "pk"):
        versions.setdefault(code, []).append((effective, version, pk))
    found = {}
    for code, on in asked:
        applying = [v for v in versions.get(code, ()) if v[0] <= on]
        if not applying:
            raise NoProtocol(code)
        found[code, on] = binding(max(applying)[2])
    return found


@lru_cache(maxsize=256)
def _named(code: str) -> Text:
    return binding_of(code).rules.label


def name_of(code: str) -> Text | None:
    """Return a protocol's name; None where there is none of this code. All its versions have the same."""
    shipped = next((rules.label for rules in SHIPPED if rules.code == code), None)
    if shipped is not None or not code:
        return shipped
    try:
        return _named(code)
    except NoProtocol:
        return None


def binding_of(code: str, on: date | None = None) -> Binding:
    """Return the version of a protocol that applies on a date (default: the newest)."""
    found = Protocol.objects.filter(code=code)
    if on is not None:
        found = found.filter(effective_from__lte=on)
    row = found.order_by("-effective_from", "-version").values_list("pk", flat=True).first()
    if row is None:
        raise NoProtocol(code)
    return binding(row)
