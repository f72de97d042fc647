"""The life of a batch: read (a dry run), confirmed, applied, cancelled. What takes long is done by `tasks.py`.

Every change of state asks for the state it starts from, so that two clicks, or a worker and a click, never both win.
"""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from bihuan.core.access.actors import Actor
from bihuan.core.access.models import Officer, Organ
from bihuan.core.access.recording import record
from bihuan.core.intake import findings, originals
from bihuan.core.intake.models import Batch, SourceFile, Synonym
from bihuan.core.intake.parcels import Fate, labels
from bihuan.core.intake.problems import Policy
from bihuan.core.intake.reporting import Report
from bihuan.core.intake.runs import alone, registers, run
from bihuan.core.intake.telling import Gone, Paused, Told
from bihuan.core.matters.errors import NotDone
from bihuan.core.papers import receipts
from bihuan.core.papers.services import About
from bihuan.core.spec.text import Text


class NotNow(NotDone):
    """The batch is not in a state in which this can be done; somebody, or the worker, was first."""


def actor_of(batch: Batch) -> Actor:
    """Return who acts for a batch: the officer who handed it in, or who applied it, in the post held then."""
    acting = batch.acting
    name = Officer.objects.filter(pk=acting.get("officer")).values_list("name", flat=True).first()
    officer = UUID(acting["officer"]) if acting.get("officer") else None
    return Actor(officer, acting["post"], acting["organ"], batch.jurisdiction, None, name or "")


def read(batch_id: UUID) -> None:
    """Read and check a batch's files, and keep what was found; does nothing unless it waits to be read.

    Raises Busy where another worker is at it.
    """
    with alone(lock=_lock(batch_id)):
        batch = Batch.objects.filter(pk=batch_id, state="reading", paused_at=None).first()
        if batch is None:
            return
        with suppress(Gone, Paused), originals.unsealed(batch) as folder:
            report = run([folder], actor=actor_of(batch), dry_run=True, watch=Told(batch))
            _keep(batch, report, {"state": "checked", "checked_at": timezone.now()})


def _lock(batch_id: UUID) -> int:
    """Return the number under which one worker at a time holds a batch (64 bits, signed)."""
    return int.from_bytes(batch_id.bytes[8:], signed=True)


def _keep(batch: Batch, report: Report, change: dict[str, Any]) -> None:
    """Keep what was found, file by file, and move the batch on from the state it was in."""
    files = {file.path: file for file in batch.files.defer("findings")}
    found = findings.collect(report, registers(), files)
    with transaction.atomic():
        for path, file in files.items():
            one = found[path]
            file.counts = {**_kept_counts(file), **{k: n for k, n in one["counts"].items() if ":" not in k}}
            file.counts["total"] = sum(t["total"] or 0 for t in one["tables"]) or None
            file.counts["confirm"] = sum(not t["read"] for t in one["tables"])
            file.counts["unknown"] = sum(len(t["unknown"]) for t in one["tables"])
            file.register = next((t["register"] for t in one["tables"]), one.get("parcel", {}).get("key", ""))
            file.findings = findings.seal(batch.id, bytes(file.sha256), one)
        SourceFile.objects.bulk_update(files.values(), ["counts", "register", "findings"], batch_size=100)
        result = {**(batch.result or {}), **_result(report)}
        moved = Batch.objects.filter(pk=batch.pk, state=batch.state).update(
            result=result, message="", **change
        )
        if not moved:
            raise Gone


def _kept_counts(file: SourceFile) -> dict[str, int]:
    """Return what taking the file in wrote down; a later reading does not know it."""
    return {k: n for k, n in file.counts.items() if k in ("taken_new", "taken_changed")}


def _result(report: Report) -> dict[str, Any]:
    kinds: dict[str, Counter[str]] = {"reject": Counter(), "flag": Counter(), "skip": Counter()}
    whole = [problem for one in report.parcelled for problem in one.problems]
    for problem in (*report.intake.problems, *whole):
        if problem.policy is not Policy.NOTE:
            kinds[str(problem.policy)][problem.kind.key] += 1
    return {
        "rows": report.counts.as_json(),
        "lists": sum(one.fate is Fate.NEW for one in report.parcelled),
        "taken": report.taken,
        "corrected": len(report.corrected),
        "kinds": kinds,
        "cutoff": report.intake.period.cutoff.isoformat(),
    }


def ask_to_apply(batch: Batch, *, actor: Actor) -> bool:
    """Let a checked batch be applied by this actor; False where it is applied already. Raises NotNow."""
    acting = {"officer": str(actor.officer_id or "") or None, "post": actor.post, "organ": actor.organ}
    if batch.state == "checked" and not batch.files.filter(counts__read__gt=0).exists():
        raise NotNow(
            Text(
                "这一批没有读到任何一行,没有可收录的;请按说明改正文件后再传",
                "Not one row of this batch could be read; correct the files as explained and send them again",
            )
        )
    if Batch.objects.filter(pk=batch.pk, state="checked").update(
        state="applying", acting=acting, progress={"files": batch.files.count()}
    ):
        return True
    batch.refresh_from_db(fields=["state"])
    if batch.state in ("applying", "done"):
        return False
    raise NotNow(Text("这一批还没有核对完,或已经撤回", "This batch is not checked yet, or was withdrawn"))


def apply(batch_id: UUID) -> None:
    """Take a batch in. Killed and begun again, it goes on with the files not taken in yet. Raises Busy."""
    with alone(lock=_lock(batch_id)):
        batch = Batch.objects.filter(pk=batch_id, state="applying", paused_at=None).first()
        if batch is None:
            return
        with suppress(Paused):
            _apply(batch, actor_of(batch))


def _apply(batch: Batch, actor: Actor) -> None:
    with originals.unsealed(batch) as folder:
        report = run([folder], actor=actor, watch=Told(batch), batch=batch)
    with transaction.atomic():
        taken = [0, 0]
        for counts in batch.files.values_list("counts", flat=True):
            taken = [taken[0] + counts.get("taken_new", 0), taken[1] + counts.get("taken_changed", 0)]
        _finish(batch, report, actor, taken)


def _finish(batch: Batch, report: Report, actor: Actor, taken: list[int]) -> None:
    """Say in the ledger what became of the batch, and make its receipt; once, with the change of state."""
    now = timezone.now()
    counts = report.counts
    told = {**counts.as_json(), "new": taken[0], "changed": taken[1]}
    if not Batch.objects.filter(pk=batch.pk, state="applying").update(state="done", finished_at=now):
        return
    before = batch.result or {}
    batch.result = {
        **_result(report),
        "corrected": before.get("corrected", 0),
        "taken": [*taken, max(counts.accepted - sum(taken), 0)],
    }
    batch.paper = receipts.issue(
        _receipt(batch, actor, told), organ_code=actor.organ or "", about=About(), actor=actor
    )
    batch.state, batch.finished_at = "done", now
    batch.save(update_fields=["result", "paper"])
    record(
        "intake.batch_applied",
        actor=actor,
        payload={"batch": str(batch.id), "number": batch.number, "rows": told, "receipt": batch.paper.sha256},
        at=now,
    )


def _receipt(batch: Batch, actor: Actor, told: dict[str, int]) -> receipts.Receipt:
    names = {register.key: register.en for register in registers()} | {k: t.en for k, t in labels().items()}
    items = [
        receipts.Item(
            Text(file.path, names.get(file.register, "not a register")), bytes(file.sha256).hex(), file.size
        )
        for file in batch.files.defer("findings").order_by("path")
    ]
    back = told["rejected"]
    step = (
        Text(
            f"收录 {told['accepted']} 行,退回 {back} 行:请在标注后的工作簿中改正,再传一次",
            f"{told['accepted']} rows taken in, {back} sent back: correct them in the marked workbook and send it again",
        )
        if back
        else Text(f"收录 {told['accepted']} 行,没有退回", f"{told['accepted']} rows taken in, none sent back")
    )
    return receipts.Receipt(
        number="", matter_number=batch.number, organ=_organ_name(actor), handed_in_by=actor.name,
        received_at=batch.started_at, received_by=actor.name, items=items, next_step=receipts.NextStep(step),
    )  # fmt: skip


def _organ_name(actor: Actor) -> Text:
    organ = Organ.objects.filter(code=actor.organ).first()
    return Text(organ.name_zh, organ.name_en) if organ else Text("—", "—")


def cancel(batch: Batch, *, actor: Actor) -> None:
    """Withdraw a batch before it is applied; its originals are destroyed. Raises NotNow."""
    with transaction.atomic():
        waiting = Batch.objects.filter(pk=batch.pk, state__in=("reading", "checked", "failed"))
        if not waiting.update(state="cancelled", finished_at=timezone.now(), paused_at=None):
            raise NotNow(
                Text(
                    "这一批已经开始收录,不能撤回;错的行可以改正后再传",
                    "This batch is being taken in already; wrong rows can be corrected and sent again",
                )
            )
        record("intake.withdrawn", actor=actor, payload={"batch": str(batch.id), "number": batch.number})
        transaction.on_commit(lambda: originals.destroy(batch))


def confirm(batch: Batch, register: str, field: str, heading: str, *, actor: Actor) -> None:
    """Keep what a heading means for the county, and let the batch be read again. Raises NotNow, ValueError."""
    known = {one.key: one for one in registers()}.get(register)
    if known is None or known.field_named(field.partition(":")[0]) is None or not heading.strip():
        raise ValueError(f"no field {field!r} of a register {register!r}")
    with transaction.atomic():
        Synonym.objects.update_or_create(
            jurisdiction=batch.jurisdiction,
            register=register,
            heading=heading[:80],
            defaults={"field": field},
        )
        record(
            "intake.heading_confirmed",
            actor=actor,
            payload={"register": register, "field": field, "heading": heading[:80], "batch": str(batch.id)},
        )
        read_again(batch)


def read_again(batch: Batch) -> None:
    """Let a checked or failed batch be read anew. Raises NotNow."""
    ready = Batch.objects.filter(pk=batch.pk, state__in=("checked", "failed"))
    if not ready.update(state="reading", progress={"files": batch.files.count()}, message=""):
        raise NotNow(Text("这一批现在不能重新读取", "This batch cannot be read again now"))


def fail(batch_id: UUID, state: str, why: Text) -> None:
    """Say that the work on a batch failed; it goes back to where it can be tried again."""
    message = f"{why.zh}\n{why.en}"
    Batch.objects.filter(pk=batch_id, state=state).update(state="failed", message=message)
