"""An invented court, its clerk, and a party."""

from __future__ import annotations

import uuid
from pathlib import Path
from uuid import UUID

import pytest
from django.utils import timezone
from pytest_django.fixtures import Settings

from bihuan.core.access.actors import Actor
from bihuan.core.access.models import Organ
from bihuan.core.people.models import Person

COUNTY = "620799"


@pytest.fixture
def court(db: None) -> Organ:
    return Organ.objects.create(
        code="court",
        kind="court",
        name_zh="青禾县人民法院",
        name_en="Qinghe County People's Court",
        jurisdiction=COUNTY,
    )


@pytest.fixture
def clerk(court: Organ) -> Actor:
    return Actor(uuid.uuid4(), "filing_clerk", court.code, COUNTY, None, "沈某")


@pytest.fixture
def party(db: None) -> UUID:
    return Person.objects.create(jurisdiction=COUNTY, created_at=timezone.now()).id


@pytest.fixture(autouse=True)
def folder(settings: Settings, tmp_path: Path) -> Path:
    """Keep this test's files and keys in a folder of its own."""
    settings.BIHUAN = settings.BIHUAN.model_copy(update={"home": tmp_path, "upload_limit_mb": 1})
    return tmp_path / "files"
