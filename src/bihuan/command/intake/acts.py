"""What an officer does with a batch: hand in, confirm a heading, take in, withdraw, read again."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from bihuan.command.intake import page
from bihuan.command.intake.views import batch_of, list_context
from bihuan.core.intake import batches, pausing, tasks
from bihuan.core.intake.hand_in import NothingHandedIn, Upload, hand_in
from bihuan.core.spec.text import Text
from bihuan.kit.language import said
from bihuan.kit.pages import OfficerRequest, officer_page


def _to(batch_id: UUID) -> HttpResponse:
    return HttpResponseRedirect(reverse("intake_batch", args=[batch_id]))


def _key(request: OfficerRequest) -> str:
    return request.POST.get("key", "")[:64] or str(uuid4())


@require_POST
@officer_page(*page.POSTS)
def hand_in_files(request: OfficerRequest) -> HttpResponseBase:
    """Take the files in and go to their batch; where none could be taken, say why in place."""
    files = request.FILES.getlist("files")
    paths = request.POST.getlist("paths")
    names = paths if len(paths) == len(files) else [file.name or "file" for file in files]
    uploads = [_upload(file, name) for file, name in zip(files, names, strict=True) if file.name]
    if not uploads:
        why = Text("还没有选择文件", "No file was chosen")
        return render(request, "command/intake/list.html", list_context(request, why=why), status=422)
    try:
        done = hand_in(uploads, actor=request.actor, key=_key(request), start=tasks.start_reading)
    except NothingHandedIn as refused:
        if refused.earlier is not None:
            messages.info(request, said(refused.text))
            return _to(refused.earlier.id)
        context = list_context(request, refused.left_out, refused.text)
        return render(request, "command/intake/list.html", context, status=422)
    return _to(done.batch.id)


def _upload(file: UploadedFile[Any], name: str) -> Upload:
    return Upload(name, file.size or 0, file.read)


@require_POST
@officer_page(*page.POSTS)
def confirm_heading(request: OfficerRequest, batch_id: UUID) -> HttpResponseBase:
    """Keep what a heading means, and read the batch again with it."""
    batch = batch_of(request, batch_id)
    asked = [request.POST.get(name, "").strip() for name in ("register", "field", "heading")]
    try:
        with transaction.atomic():
            batches.confirm(batch, *asked, actor=request.actor)
            tasks.start_reading(batch.id)
    except ValueError:
        messages.error(request, said(Text("请先选择这一列的含义", "Choose what the column means first")))
        return _to(batch.id)
    words = Text(
        f"已确认“{asked[2]}”的含义，以后沿用；正在重新核对",
        f"“{asked[2]}” is known from now on; checking again",
    )
    messages.success(request, said(words))
    return _to(batch.id)


@require_POST
@officer_page(*page.POSTS)
def apply_batch(request: OfficerRequest, batch_id: UUID) -> HttpResponseBase:
    """Take the batch in; sent twice, it is taken in once."""
    batch = batch_of(request, batch_id)
    with transaction.atomic():
        if batches.ask_to_apply(batch, actor=request.actor):
            tasks.start_applying(batch.id)
    return _to(batch.id)


@require_POST
@officer_page(*page.POSTS)
def cancel_batch(request: OfficerRequest, batch_id: UUID) -> HttpResponseBase:
    """Withdraw the batch before it is taken in."""
    batches.cancel(batch_of(request, batch_id), actor=request.actor)
    messages.success(request, said(Text("已撤回，没有收录任何一行", "Withdrawn; not one row was taken in")))
    return HttpResponseRedirect(reverse("intake"))


@require_POST
@officer_page(*page.POSTS)
def read_again(request: OfficerRequest, batch_id: UUID) -> HttpResponseBase:
    """Read a batch that failed, or whose surroundings have changed, once more."""
    batch = batch_of(request, batch_id)
    with transaction.atomic():
        batches.read_again(batch)
        tasks.start_reading(batch.id)
    return _to(batch.id)


@require_POST
@officer_page(*page.POSTS)
def pause_batch(request: OfficerRequest, batch_id: UUID) -> HttpResponseBase:
    """Let the work stop where it is."""
    batch = batch_of(request, batch_id)
    pausing.pause(batch, actor=request.actor)
    return _to(batch.id)


@require_POST
@officer_page(*page.POSTS)
def continue_batch(request: OfficerRequest, batch_id: UUID) -> HttpResponseBase:
    """Let the work go on where it stopped."""
    batch = batch_of(request, batch_id)
    with transaction.atomic():
        if pausing.go_on(batch, actor=request.actor):
            (tasks.start_reading if batch.state == "reading" else tasks.start_applying)(batch.id)
    return _to(batch.id)
