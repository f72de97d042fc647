"""A registrar with a county of invented registers on the desk, for the tests of intake's pages."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bihuan.core.access.models import Appointment, Officer, Organ
from bihuan.core.access.setup import ensure_organs
from bihuan.core.intake import batches
from bihuan.core.intake.models import Batch


def officer(post: str, kind: str = "committee") -> Officer:
    """Return an officer in a post."""
    ensure_organs()
    organ = Organ.objects.filter(kind=kind, jurisdiction=settings.BIHUAN.jurisdiction).first()
    found = Officer.objects.filter(username=post).first()
    if found is None:
        found = Officer.objects.create_user(post, "drill-only-2026", name="席录")
        Appointment.objects.create(officer=found, organ=organ, post=post, since=timezone.now())
    return found


def signed_in(post: str = "registrar", kind: str = "committee") -> Client:
    """Return a client signed in as an officer in a post."""
    client = Client()
    client.force_login(officer(post, kind), backend="django.contrib.auth.backends.ModelBackend")
    return client


def send(client: Client, folder: Path, *paths: Path, key: str = "") -> Any:
    """Send files as the page does, with their paths below a chosen folder."""
    files = list(paths) or sorted(p for p in folder.rglob("*") if p.is_file())
    return client.post(
        reverse("intake_hand_in"),
        {
            "key": key or str(uuid4()),
            "files": [SimpleUploadedFile(p.name, p.read_bytes()) for p in files],
            "paths": [f"{folder.name}/{p.relative_to(folder)}" for p in files],
        },
    )


def handed_in(client: Client, folder: Path, *paths: Path) -> Batch:
    """Send files and let the worker read them; return the batch as it then stands."""
    answer = send(client, folder, *paths)
    assert answer.status_code == 302, answer.content.decode()[:2000]
    batch = Batch.objects.exclude(key="").latest("started_at")
    batches.read(batch.id)
    batch.refresh_from_db()
    return batch


def applied(client: Client, batch: Batch) -> Batch:
    """Press the button and let the worker take the batch in."""
    client.post(reverse("intake_apply", args=[batch.id]), {"key": str(uuid4())})
    batches.apply(batch.id)
    batch.refresh_from_db()
    return batch
