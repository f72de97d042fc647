"""What a batch gives out: marked workbooks for the office that must correct them, and the receipt.

A marked workbook holds whole names, so only a post that may reveal gets it, and the ledger says who did.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from urllib.parse import quote
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseBase

from bihuan.command.intake import page
from bihuan.command.intake.views import batch_of
from bihuan.core.access.recording import record
from bihuan.core.intake import findings, originals
from bihuan.core.intake.marked import error_workbook
from bihuan.core.intake.models import Batch, SourceFile
from bihuan.core.intake.parcels import labels
from bihuan.core.intake.problems import UnreadableError
from bihuan.core.intake.recognising import survey
from bihuan.core.intake.runs import registers
from bihuan.core.intake.standing import confirmed
from bihuan.core.papers import services
from bihuan.kit.language import language
from bihuan.kit.pages import OfficerRequest, officer_page

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _attachment(content: bytes, name: str, kind: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=kind)
    answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    answer["Cache-Control"] = "no-store"
    return answer


def _marked(batch: Batch, file: SourceFile) -> bytes:
    """Return the file with its bad cells marked. Raises 404 where its original is gone."""
    found = findings.opened(file)
    if found is None or not file.stored:
        raise Http404
    with originals.unsealed(batch, only=file) as folder:
        tables = survey([folder], registers(), confirmed(batch.jurisdiction)).found.values()
        recognised = [item for found_tables in tables for item in found_tables]
        lang = "en" if language() == "en" else "zh-hans"
        return error_workbook(
            Path(folder) / file.path, findings.problems_of(file.path, found), recognised, lang
        )


def _told(request: OfficerRequest, batch: Batch, files: Sequence[SourceFile]) -> None:
    """Say in the ledger who took which originals out."""
    record(
        "intake.marked_given_out",
        actor=request.actor,
        payload={"batch": str(batch.id), "files": [bytes(file.sha256).hex() for file in files]},
    )


@officer_page(*page.MAY_DOWNLOAD)
def marked(request: OfficerRequest, batch_id: UUID, file_id: int) -> HttpResponseBase:
    """Give out one marked workbook, called like the original so that it is known again."""
    batch = batch_of(request, batch_id)
    file = batch.files.filter(pk=file_id).first()
    if file is None:
        raise Http404
    try:
        content = _marked(batch, file)
    except UnreadableError as error:
        raise Http404 from error
    _told(request, batch, [file])
    return _attachment(content, f"{PurePosixPath(file.path).stem}.xlsx", XLSX)


@officer_page(*page.MAY_DOWNLOAD)
def marked_all(request: OfficerRequest, batch_id: UUID) -> HttpResponseBase:
    """Give out all files that have something to correct or to decide, in one archive."""
    batch = batch_of(request, batch_id)
    files = [
        file
        for file in batch.files.exclude(register__in=labels()).order_by("path")
        if file.counts.get("kinds") and file.counts.get("read")
    ]
    packed, given = io.BytesIO(), []
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for file in files:
            try:
                content = _marked(batch, file)
            except UnreadableError:
                continue
            archive.writestr(str(PurePosixPath(file.path).with_suffix(".xlsx")), content)
            given.append(file)
    if not given:
        raise Http404
    _told(request, batch, given)
    return _attachment(packed.getvalue(), f"{batch.number or batch.id}.zip", "application/zip")


@officer_page(*page.POSTS)
def receipt(request: OfficerRequest, batch_id: UUID) -> HttpResponseBase:
    """Give out the batch's receipt."""
    batch = batch_of(request, batch_id)
    if batch.paper is None:
        raise Http404
    return _attachment(services.read(batch.paper), f"{batch.paper.number}.pdf", services.PDF)
