"""The ledger seals itself every minute."""

from __future__ import annotations

from pathlib import Path

from django.db import transaction
from procrastinate.contrib.django import app

from bihuan.core.ledger import append, tasks
from bihuan.core.ledger.seals import head
from bihuan.core.ledger.tests.conftest import drafts


def test_the_task_seals_what_was_committed(county: Path) -> None:
    with transaction.atomic():
        append.append(drafts(2))
    tasks.seal_ledger(timestamp=0)
    newest = head()
    assert newest is not None and newest.count == 2


def test_the_task_is_due_every_minute() -> None:
    periodic = {name: task.cron for (name, _), task in app.periodic_registry.periodic_tasks.items()}
    assert periodic["ledger.seal"] == "* * * * *"
