"""An invented county's people, a duty office, and the messages of an invented module."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from uuid import UUID

import pytest
from django.utils import timezone

from bihuan.core.access.models import Officer
from bihuan.core.messages.addresses import MAIL, ToPerson
from bihuan.core.messages.outbox import Message
from bihuan.core.messages.sending import Outgoing, send
from bihuan.core.messages.templates import Template, declare
from bihuan.core.people.models import Person
from bihuan.core.spec.text import Text

COUNTY = "620799"
RELEASED = Template(
    "drill.released",
    subject=Text("解除隔离通知（{number}）", "Released from quarantine ({number})"),
    body=Text("{name}：您已解除隔离医学观察。编号{number}。", "{name}: you are released. Number {number}."),
    personal=frozenset({"name"}),
)
OVERDUE = Template(
    "drill.overdue",
    subject=Text("事项{number}已超期", "Matter {number} is overdue"),
    body=Text("事项{number}应于{due}前办结。", "Matter {number} was due by {due}."),
)
declare(RELEASED, OVERDUE)

Sender = Callable[..., Message]


@pytest.fixture
def person(db: None) -> UUID:
    return Person.objects.create(jurisdiction=COUNTY, created_at=timezone.now()).id


@pytest.fixture
def officer(db: None) -> Officer:
    return Officer.objects.create(username=f"o{uuid.uuid4().hex[:8]}", name="沈某")


@pytest.fixture
def released(person: UUID) -> Sender:
    """Send the release notice to the person, by mail unless told otherwise."""

    def write(*, channel: str = MAIL, address: str = "zhang@example.cn", **changed: object) -> Message:
        values: dict[str, object] = {
            "template": "drill.released", "channel": channel, "to": ToPerson(person, "drill", address),
            "key": f"released/{uuid.uuid4()}", "params": {"number": "GL-7"}, "personal": {"name": "张若曦"},
        }  # fmt: skip
        return send(Outgoing(**{**values, **changed}), jurisdiction=COUNTY)  # type: ignore[arg-type]

    return write
