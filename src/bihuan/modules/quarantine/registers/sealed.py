"""A register's stay as it is kept: sealed for its person, so that later registers can be held against it."""

from __future__ import annotations

from datetime import date
from typing import Any

from bihuan.core.intake.problems import Source
from bihuan.core.intake.values import Document, DocumentKind
from bihuan.modules.quarantine.payloads import Category
from bihuan.modules.quarantine.registers.rows import Outcome, Remark, Room, StayRow


def as_data(row: StayRow) -> dict[str, Any]:
    """Return everything the row says, as JSON values."""
    remark = row.remark
    trip = {"trip": row.trip} if row.trip else {}  # a line without one reads as before there were trips
    return {
        "site": row.site,
        "name": row.name,
        "document": [str(row.document.kind.value), row.document.number] if row.document else None,
        "phone": row.phone,
        "room": [row.room.building, row.room.floor, row.room.number] if row.room else None,
        "room_text": row.room_text,
        "category": str(row.category),
        "last_exposure": _day(row.last_exposure),
        "check_in": _day(row.check_in),
        "check_out": _day(row.check_out),
        "tests": [[day, str(result.value)] for day, result in row.tests],
        "temperature": None if row.temperature is None else str(row.temperature),
        "remark": {
            "text": remark.text, "approved": remark.approved, "to_home": remark.to_home,
            "hospital": remark.hospital, "transfer_to": remark.transfer_to,
            "transfer_from": remark.transfer_from, "readmitted": remark.readmitted,
            "sharing_with": list(remark.sharing_with),
        },
        "source": list(row.source),
        "line": row.line,
        **trip,
    }  # fmt: skip


def from_data(data: dict[str, Any]) -> StayRow:
    """Read what `as_data` wrote."""
    remark = data["remark"]
    document = data["document"]
    return StayRow(
        site=data["site"],
        name=data["name"],
        document=Document(DocumentKind(document[0]), document[1]) if document else None,
        phone=data["phone"],
        room=Room(*data["room"]) if data["room"] else None,
        room_text=data["room_text"],
        category=Category(data["category"]),
        last_exposure=_date(data["last_exposure"]),
        check_in=date.fromisoformat(data["check_in"]),
        check_out=_date(data["check_out"]),
        tests=tuple((day, Outcome(result)) for day, result in data["tests"]),
        temperature=None if data["temperature"] is None else float(data["temperature"]),
        remark=Remark(**{**remark, "sharing_with": tuple(remark["sharing_with"])}),
        source=Source(*data["source"]),
        line=data["line"],
        trip=data.get("trip", ""),
    )


def _day(when: date | None) -> str | None:
    return when.isoformat() if when else None


def _date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
