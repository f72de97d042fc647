"""Live events: what changed, told to open screens without a reload, through a table and NOTIFY.

An event says that something changed and where to look; it never says what about whom. Screens ask the
ordinary pages for the content, so permissions and masking stay in one place. Delivery is at least once: a
screen that was away names the last event it saw and gets those after it, and perhaps one it saw already.

Topics: one word (`worklist`: every officer in post), `organ:<code>`, `place:<uuid>`, `matter:<uuid>`,
`officer:<uuid>`; who may listen to which, `access_to` decides.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import ClassVar, Final
from uuid import UUID

from django.db import connection, models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from bihuan.core.access.duty import as_actor
from bihuan.core.access.models import Appointment
from bihuan.core.access.permissions import overseen
from bihuan.core.matters.models import Matter

CHANNEL: Final = "bihuan_live"
KEPT: Final = timedelta(days=1)
LONGEST: Final = 4000  # bytes; NOTIFY carries less than 8000
OVERLAP: Final = 200  # numbers looked back on a replay: a lower number may have been committed later
_TOPIC: Final = re.compile(
    r"[a-z_]{1,40}|organ:[\w.-]{1,32}|"
    r"(?:place|matter|officer):[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
)
LISTS: Final = "worklist"
"""What every list of matters that is not bound to places listens to."""
Payload = Mapping[str, str | int | bool | None]


class LiveEvent(models.Model):
    """One event. Kept for a day, for screens that were away; the ledger keeps what happened."""

    id = models.BigAutoField(primary_key=True)
    topic = models.TextField()
    payload = models.JSONField()
    at = models.DateTimeField(db_default=Now())

    class Meta:
        app_label = "outbox"
        indexes: ClassVar = [models.Index(fields=["topic", "id"], name="live_event_topic")]

    def __str__(self) -> str:
        return f"#{self.pk} {self.topic}"


def publish(topic: str, payload: Payload) -> None:
    """Tell open screens, when the running transaction commits; a transaction that fails tells nothing.

    `payload` holds pointers (a matter's id, a state), never personal data.
    ValueError: no such kind of topic, or too much.
    """
    publish_many([(topic, payload)])


def publish_many(events: Sequence[tuple[str, Payload]]) -> None:
    """Publish several events in one statement."""
    written = [json.dumps(dict(payload), ensure_ascii=False) for _, payload in events]
    for (topic, _), text in zip(events, written, strict=True):
        if not _TOPIC.fullmatch(topic):
            raise ValueError(f"no such topic: {topic}")
        if len(text.encode()) > LONGEST:
            raise ValueError(f"an event points to what changed, it does not carry it: {len(text)} characters")
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH told AS (INSERT INTO outbox_liveevent (topic, payload)"
            " SELECT * FROM unnest(%s::text[], %s::jsonb[]) RETURNING *) SELECT count("
            "pg_notify(%s, json_build_object('id', id, 'topic', topic, 'payload', payload)::text)::text) FROM told",
            [[topic for topic, _ in events], written, CHANNEL],
        )


def topics_of(place_ids: Sequence[UUID] | None) -> str:
    """Return what a list of an officer's matters listens to: the places of a post bound to some, else all lists."""
    return LISTS if place_ids is None else " ".join(f"place:{place}" for place in place_ids)


def access_to(officer_id: UUID, topics: list[str]) -> list[str]:
    """Return those of the topics that the officer may listen to now; unknown kinds are nobody's."""
    now = timezone.now()
    held = list(
        Appointment.objects.filter(officer_id=officer_id, since__lte=now)
        .exclude(until__lte=now)
        .select_related("officer", "organ")
    )
    organs = {one.organ_id for one in held}
    places = {str(one.place_id) for one in held if one.place_id is not None}
    anywhere = any(one.place_id is None for one in held)
    matters = _matters(topics, held)
    return [
        topic for topic in topics if topic in matters or _allowed(topic, officer_id, organs, places, anywhere)
    ]


def _matters(topics: list[str], held: list[Appointment]) -> set[str]:
    """Return the topics of matters that the officer may know of in one of these posts. One query, where any."""
    asked = {
        topic.partition(":")[2] for topic in topics if topic.startswith("matter:") and _TOPIC.fullmatch(topic)
    }
    if not asked or not held:
        return set()
    known = Q(pk__in=[])
    for one in held:
        known |= overseen(as_actor(one))
    return {
        f"matter:{one}" for one in Matter.objects.filter(known, id__in=asked).values_list("id", flat=True)
    }


def _allowed(topic: str, officer_id: UUID, organs: set[str], places: set[str], anywhere: bool) -> bool:
    if not organs or not _TOPIC.fullmatch(topic):
        return False
    kind, _, name = topic.partition(":")
    if kind == "organ":
        return name in organs
    if kind == "place":
        return anywhere or name in places
    if kind == "matter":
        return False  # looked up, all at once
    return not name or name == str(officer_id)


def since(last: int, topics: list[str]) -> list[tuple[int, str, object]]:
    """Return (number, topic, payload) of the newest event of each topic after `last`, the oldest first.

    One a topic: a screen that was away has to look once, however much happened.
    """
    after = LiveEvent.objects.filter(topic__in=topics, id__gt=last - OVERLAP)
    recent = after.filter(models.Q(id__gt=last) | models.Q(at__gte=timezone.now() - timedelta(minutes=1)))
    newest = recent.order_by("topic", "-id").distinct("topic")
    return sorted(newest.values_list("id", "topic", "payload"), key=lambda event: event[0])


def newest() -> int:
    """Return the number of the last event, 0 where there is none yet."""
    return LiveEvent.objects.aggregate(last=models.Max("id"))["last"] or 0


def forget(before: datetime | None = None) -> int:
    """Delete events that no screen will ask for any more (older than a day); returns how many."""
    deleted, _ = LiveEvent.objects.filter(at__lt=before or timezone.now() - KEPT).delete()
    return deleted
