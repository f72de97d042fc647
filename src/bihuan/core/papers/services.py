"""Taking papers in and giving papers out; both leave a line in the ledger with the hash of the content."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass
from typing import IO, Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from bihuan.core.access.actors import Actor
from bihuan.core.access.recording import record
from bihuan.core.papers import content, storage
from bihuan.core.papers.errors import TOO_LARGE, PaperDamaged, PaperErased, UploadRefused
from bihuan.core.papers.models import Paper
from bihuan.core.people.sealing import ErasedError, open_bytes, seal_bytes
from bihuan.core.spec.text import Text

PDF: Final = "application/pdf"
SWEEP_AFTER: Final = 24 * 3600
"""Seconds for which a file without a row is left alone: its transaction may still be running."""
NAME_FIELD: Final = "name"


@dataclass(frozen=True, slots=True)
class About:
    """What a paper belongs to: a matter, and the person whose key for `purpose` (the module's name) seals
    it.
    """

    matter_id: UUID | None = None
    person_id: UUID | None = None
    purpose: str = ""

    def __post_init__(self) -> None:
        if self.person_id is not None and not self.purpose:
            raise ValueError("a paper about a person is kept for a purpose")


def read_upload(stream: IO[bytes]) -> bytes:
    """Read an uploaded file whole, up to the limit of the settings. Raises UploadRefused beyond it."""
    limit = settings.BIHUAN.upload_limit_mb << 20
    data = stream.read(limit + 1)
    if len(data) > limit:
        raise UploadRefused(TOO_LARGE)
    return data


@transaction.atomic
def receive(data: bytes, name: str, *, kind: str, title: Text, about: About, actor: Actor) -> Paper:
    """Take a paper in: checked, kept, recorded as `papers.received`. Raises UploadRefused; then nothing is
    kept.

    `name` is what the file was called; it may name a person and is sealed where the paper is.
    """
    media_type = content.media_type(data)
    return _keep(
        data, Paper(way=Paper.RECEIVED, kind=kind, media_type=media_type), about, actor,
        title=title, name=content.clean_name(name, media_type),
    )  # fmt: skip


@transaction.atomic
def issue(data: bytes, *, kind: str, title: Text, number: str, about: About, actor: Actor) -> Paper:
    """Keep a paper that was made here (PDF), recorded as `papers.issued`; `number` as `numbering.take` gave
    it.
    """
    paper = Paper(way=Paper.ISSUED, kind=kind, media_type=PDF, number=number)
    return _keep(data, paper, about, actor, title=title, name=f"{number or kind}.pdf")


def _keep(data: bytes, paper: Paper, about: About, actor: Actor, *, title: Text, name: str) -> Paper:
    paper.jurisdiction = actor.jurisdiction
    paper.matter_id = about.matter_id
    paper.person_id = about.person_id
    paper.title_zh, paper.title_en = title.zh, title.en
    paper.size = len(data)
    paper.sha256 = hashlib.sha256(data).hexdigest()
    paper.sealed = about.person_id is not None
    if about.person_id is None:
        paper.name = name
        paper.path = storage.keep(data)
    else:
        paper.purpose = about.purpose
        paper.name_sealed = seal_bytes(about.person_id, about.purpose, NAME_FIELD, name.encode())
        paper.path = storage.keep(seal_bytes(about.person_id, about.purpose, paper.sha256, data))
    paper.created_at = timezone.now()
    paper.created_by = actor.officer_id
    paper.save(force_insert=True)
    record(
        f"papers.{paper.way}",
        actor=actor,
        matter_id=about.matter_id,
        person_id=about.person_id,
        at=paper.created_at,
        payload={
            "paper": str(paper.id), "kind": paper.kind, "number": paper.number, "sha256": paper.sha256,
            "size": paper.size, "media_type": paper.media_type,
        },
    )  # fmt: skip
    return paper


def read(paper: Paper) -> bytes:
    """Return a paper's content as it was handed in or issued. Raises PaperErased, PaperDamaged.

    The caller has checked that the reader may see it, and logs the view of a sealed one.
    """
    stored = storage.fetch(paper.path)
    if not paper.sealed or paper.person_id is None:
        return stored
    try:
        data = open_bytes(paper.person_id, paper.purpose, paper.sha256, stored)
    except ErasedError as error:
        raise PaperErased(str(paper)) from error
    if hashlib.sha256(data).hexdigest() != paper.sha256:
        raise PaperDamaged(paper.path)
    return data


def file_name(paper: Paper) -> str:
    """Return what a file is called when it is saved; a neutral name once its person was erased."""
    if paper.name:
        return paper.name
    extension = content.EXTENSIONS.get(paper.media_type, "bin")
    if paper.name_sealed is None or paper.person_id is None:
        return f"{paper.kind}.{extension}"
    try:
        return open_bytes(paper.person_id, paper.purpose, NAME_FIELD, bytes(paper.name_sealed)).decode()
    except ErasedError:
        return f"{paper.kind}.{extension}"


def damaged() -> list[Paper]:
    """Return the papers whose stored file is missing or changed; needs no key."""
    bad = []
    for paper in Paper.objects.iterator(chunk_size=500):
        try:
            storage.fetch(paper.path)
        except PaperDamaged:
            bad.append(paper)
    return bad


def sweep() -> int:
    """Remove kept files that no row names (their transaction failed); returns how many."""
    before = time.time() - SWEEP_AFTER
    old = [path for path, kept_at in storage.stored() if kept_at < before]
    named = set(Paper.objects.filter(path__in=old).values_list("path", flat=True))
    return sum(storage.drop(path, before) for path in old if path not in named)
