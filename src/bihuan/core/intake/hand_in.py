"""Handing in: files checked at the edge, recognised when they come twice, kept sealed, and told to the ledger.

A file that cannot be taken never costs the others: it is left out with its reason.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Final
from uuid import UUID

import uuid_utils.compat as uuid
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from bihuan.core.access.actors import Actor
from bihuan.core.access.recording import record
from bihuan.core.intake import originals
from bihuan.core.intake.folders import readable
from bihuan.core.intake.models import Batch, SourceFile
from bihuan.core.intake.workbook import TEXTS, WORKBOOKS
from bihuan.core.matters.errors import NotDone
from bihuan.core.spec.text import Text

MOST_FILES: Final = 500
ARCHIVES: Final = frozenset({".zip", ".rar", ".7z", ".gz", ".tar", ".xz"})
_BAD: Final = re.compile(r"[\x00-\x1f\x7f<>:\"|?*]")
_ONE_AT_A_TIME: Final = 0x62_68_69_6E_01


@dataclass(frozen=True, slots=True)
class Upload:
    """One file as the browser sends it; `path` below the chosen folder, `size` in bytes."""

    path: str
    size: int
    read: Callable[[], bytes]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A file that was not taken, and why."""

    path: str
    why: Text


@dataclass(slots=True)
class HandedIn:
    """What came of a hand-in: its batch, and the files left out."""

    batch: Batch
    left_out: list[LeftOut] = field(default_factory=list)


class NothingHandedIn(NotDone):
    """No file could be taken; nothing was kept and nothing changed. `left_out` says why, file by file."""

    def __init__(self, left_out: Sequence[LeftOut] = (), earlier: Batch | None = None) -> None:
        text = Text("没有可以读取的文件,没有保存任何内容", "There is no file to read; nothing was kept")
        if earlier is not None:
            text = Text(
                f"这些文件已在批次 {earlier.number} 收到,内容完全相同,没有任何变化",
                f"These very files came with batch {earlier.number}; nothing changes",
            )
        super().__init__(text)
        self.left_out = list(left_out)
        self.earlier = earlier


def hand_in(uploads: Sequence[Upload], *, actor: Actor, key: str, start: Callable[[UUID], None]) -> HandedIn:
    """Take files in as a batch that is read in the background; the same `key` again gives the same batch.

    `start` is told the batch's id inside the transaction. Raises NothingHandedIn.
    """
    twin = Batch.objects.filter(jurisdiction=actor.jurisdiction, by=actor.officer_id, key=key).first()
    if twin is not None:
        return HandedIn(twin)
    batch_id, left_out = uuid.uuid7(), list[LeftOut]()
    files, earlier = _kept(batch_id, uploads, actor.jurisdiction, left_out)
    if not files:
        raise NothingHandedIn(left_out, earlier)
    now = timezone.now()
    with transaction.atomic():
        batch = Batch.objects.create(
            id=batch_id, jurisdiction=actor.jurisdiction, label=_label(files), started_at=now, key=key,
            by=actor.officer_id, acting=_acting(actor), number=_number(actor.jurisdiction),
            notes=[{"path": one.path, "zh": one.why.zh, "en": one.why.en} for one in left_out],
            progress={"files": len(files)},
        )  # fmt: skip
        for file in files:
            file.batch = batch
        SourceFile.objects.bulk_create(files)
        record(
            "intake.handed_in",
            actor=actor,
            at=now,
            payload={
                "batch": str(batch.id), "number": batch.number,
                "files": [[f.path, f.sha256.hex(), f.size] for f in files],
            },
        )  # fmt: skip
        start(batch.id)
    return HandedIn(batch, left_out)


def _kept(
    batch: UUID, uploads: Sequence[Upload], jurisdiction: str, left_out: list[LeftOut]
) -> tuple[list[SourceFile], Batch | None]:
    """Check and seal every file; returns rows to be written, and an earlier batch that had the same file."""
    files: dict[str, SourceFile] = {}
    by_content: dict[bytes, str] = {}
    earlier: Batch | None = None
    paths = clean_paths([upload.path for upload in uploads])
    for upload, path in zip(uploads, paths, strict=True):
        why = _refused(path, upload.size) or (
            Text("一次最多 500 个文件,请分批上传", "At most 500 files at once; send the others next")
            if len(files) >= MOST_FILES
            else None
        )
        if why is not None:
            left_out.append(LeftOut(path, why))
            continue
        data = upload.read()
        digest = hashlib.sha256(data).digest()
        if digest in by_content:
            left_out.append(LeftOut(path, _same_as(by_content[digest])))
            continue
        if (before := _nothing_new(digest, jurisdiction)) is not None:
            earlier = before
            left_out.append(LeftOut(path, _came_before(before)))
            continue
        by_content[digest] = name = _free(path, files)
        stored = originals.keep(batch, digest.hex(), data)
        files[name] = SourceFile(path=name, sha256=digest, size=len(data), stored=stored)
    return list(files.values()), earlier


def _refused(path: str, size: int) -> Text | None:
    suffix, limit = PurePosixPath(path).suffix.lower(), settings.BIHUAN.upload_limit_mb
    if suffix in ARCHIVES:
        return Text(
            "压缩包不直接读取:请先解压,再选择文件夹或其中的表格",
            "Archives are not opened: unpack it and choose the folder or its tables",
        )
    if suffix not in WORKBOOKS | TEXTS:
        return Text(
            "不是表格文件,没有收:请上传 .xlsx .xls .csv .tsv",
            "Not a table, so not taken: send .xlsx, .xls, .csv or .tsv",
        )
    if size > limit << 20:
        return Text(
            f"超过 {limit} MB,没有收:请拆成几份,或清理空白区域后再传",
            f"Larger than {limit} MB, so not taken: split it, or clear its unused area",
        )
    if size == 0:
        return Text(
            "文件是空的,没有收:请核对后再传", "The file is empty, so not taken: check it and send again"
        )
    return None


def _nothing_new(digest: bytes, jurisdiction: str) -> Batch | None:
    """Return the batch that has this very file already and has nothing left to say about it.

    A file with rows sent back is read again, for headings or sites may be known now; so is one that a later
    file of its name has replaced.
    """
    same = SourceFile.objects.filter(sha256=digest, batch__jurisdiction=jurisdiction).select_related("batch")
    found = same.defer("findings").order_by("-id").first()
    if found is None or found.batch.state in ("cancelled", "failed", "interrupted"):
        return None
    if found.batch.state in Batch.OPEN:
        return found.batch
    newer = SourceFile.objects.filter(path=found.path, id__gt=found.id, applied_at__isnull=False)
    complete = found.counts.get("accepted", 0) and not found.counts.get("rejected") and not newer.exists()
    return found.batch if complete else None


def _same_as(path: str) -> Text:
    return Text(f"与“{path}”内容完全相同,只收一份", f"The same file as “{path}”; taken once")


def _came_before(batch: Batch) -> Text:
    day = timezone.localtime(batch.started_at)
    return Text(
        f"{day:%Y-%m-%d %H:%M} 已在批次 {batch.number} 收到,内容完全相同,没有变化",
        f"Came with batch {batch.number} at {day:%Y-%m-%d %H:%M}, the very same; nothing changes",
    )


def clean_paths(paths: Sequence[str]) -> list[str]:
    """Return paths that are safe below a folder, without the one folder that holds them all."""
    split = [[p.lstrip(".") for p in re.split(r"[/\\]", path)] for path in paths]
    parts = [[readable(_BAD.sub("_", p)) for p in names if p] or ["file"] for names in split]
    named = [[*(folder[:60] for folder in names[:-1]), _short(names[-1])] for names in parts]
    if named and all(len(names) > 1 for names in named) and len({names[0] for names in named}) == 1:
        named = [names[1:] for names in named]
    return ["/".join(names[-5:]) for names in named]


def _short(name: str) -> str:
    """Return a file's name with at most 60 characters before its ending."""
    at = PurePosixPath(name)
    return at.stem[:60] + at.suffix[:12]


def _free(path: str, taken: dict[str, SourceFile]) -> str:
    if path not in taken:
        return path
    at = PurePosixPath(path)
    return next(
        p
        for n in range(2, MOST_FILES + 2)
        if (p := str(at.with_name(f"{at.stem} ({n}){at.suffix}"))) not in taken
    )


def _label(files: Sequence[SourceFile]) -> str:
    names = [PurePosixPath(file.path).name for file in files[:3]]
    return "、".join(names)[:150] + ("…" if len(files) > len(names) else "")


def _number(jurisdiction: str) -> str:
    """Return the next number of today's batches; whoever takes one waits for the other."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_ONE_AT_A_TIME])
    today = timezone.localdate().isoformat()
    last = (
        Batch.objects.filter(jurisdiction=jurisdiction, number__startswith=today).order_by("-number").first()
    )
    running = int(last.number.rsplit("-", 1)[1]) + 1 if last else 1
    return f"{today}-{running:03d}"


def _acting(actor: Actor) -> dict[str, str | None]:
    return {"officer": str(actor.officer_id or "") or None, "post": actor.post, "organ": actor.organ}
