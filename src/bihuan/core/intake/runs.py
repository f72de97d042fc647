"""One intake from files to matters: read, check, compare with what stands, take in file by file.

Every file is one transaction, so a killed process has taken a file in whole or not at all; running it again
finds what stands by its identity and goes on. Nothing is lost, nothing comes twice.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from bihuan.core.access.actors import Actor
from bihuan.core.access.recording import record
from bihuan.core.intake import parcels
from bihuan.core.intake.checking import Intake, take_in
from bihuan.core.intake.keeping import keep_problems, keep_rows, same_files
from bihuan.core.intake.models import Batch, Row, SourceFile
from bihuan.core.intake.parcels import Fate, Parcelled
from bihuan.core.intake.problems import Problem, Source
from bihuan.core.intake.register import Register
from bihuan.core.intake.reporting import Report
from bihuan.core.intake.standing import Sorted, changes, confirmed, sort_out, standing_rows
from bihuan.core.intake.taking import Portion, Run, Standing, Taker
from bihuan.core.intake.watching import Progress, Telling, Watch
from bihuan.core.matters.errors import NotDone
from bihuan.core.matters.registry import declared
from bihuan.core.spec.text import Text

LOCK = 0x62_68_69_6E  # one intake at a time takes rows in


class Busy(NotDone):
    """Another intake is taking rows in."""


def takers() -> list[Taker[Any]]:
    """Return the takers of all modules, in reading order."""
    return [taker for module in declared("intake") for taker in getattr(module, "TAKERS", ())]


def registers() -> list[Register[Any]]:
    """Return the registers that the county's modules take in, in reading order."""
    return [taker.register for taker in takers()]


def _silent(_what: str, _done: int, _all: int) -> None:
    pass


def run(
    paths: Iterable[Path | str],
    *,
    actor: Actor,
    dry_run: bool = False,
    progress: Progress = _silent,
    watch: Watch | None = None,
    batch: Batch | None = None,
) -> Report:
    """Take in files and folders; with `dry_run` only say what would happen.

    `batch`: the hand-in that is taken in, else a new one is kept for a command. Raises Busy where another intake
    runs. Rows that are rejected or flagged are in the report; good rows are never held back by bad ones.
    """
    todo = list(paths)
    watch = watch or Telling(progress)
    with alone(wanted=not dry_run):
        kinds, whole = takers(), parcels.kinds()
        found = parcels.sort_out(todo, whole)
        standing = {kind.register.key: standing_rows(kind, actor.jurisdiction) for kind in kinds}
        intake = take_in(
            todo,
            [kind.register for kind in kinds],
            known={key: [s.row for s in rows.values()] for key, rows in standing.items()},
            confirmed=confirmed(actor.jurisdiction),
            watch=watch,
            without=found.paths,
        )
        report = Report(None, intake)
        if not dry_run:
            batch = batch or _begun(todo, actor)
            report.batch = batch.id
        parts = [_Part(kind, intake, standing[kind.register.key], actor, report) for kind in kinds]
        watch.taking(found.files + sum(len(part.files) for part in parts))
        for part in parts:
            part.compare()
            if not dry_run and batch is not None:
                part.take(batch, watch)
        signed = batch.id if batch is not None and not dry_run else None
        report.lists = parcels.handle(found, whole, actor=actor, batch=signed, watch=watch)
        if batch is not None and signed:
            _note_parcels(batch, report.parcelled)
        if batch is not None and batch.key == "":
            _finish(batch, report)
    return report


def _begun(todo: Sequence[Path | str], actor: Actor) -> Batch:
    """Keep a batch for a command; those of commands that were killed are said to be interrupted."""
    Batch.objects.filter(jurisdiction=actor.jurisdiction, state="applying", key="").update(
        state="interrupted", finished_at=timezone.now()
    )
    return Batch.objects.create(
        jurisdiction=actor.jurisdiction,
        label="、".join(Path(p).name for p in todo)[:160],
        state="applying",
        started_at=timezone.now(),
        by=actor.officer_id,
    )


def _finish(batch: Batch, report: Report) -> None:
    batch.state, batch.finished_at = "done", timezone.now()
    batch.result = {
        "rows": report.counts.as_json(),
        "taken": report.taken,
    }
    batch.save()


@contextmanager
def alone(wanted: bool = True, lock: int = LOCK) -> Iterator[None]:
    """Hold the intake's lock (or one batch's) for this session; it goes with the process, however that ends.

    Raises Busy where another session holds it.
    """
    if not wanted:
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [lock])
        row = cursor.fetchone()
    if row is None or not row[0]:
        raise Busy(
            Text(
                "另一批台账正在导入,请等它完成后再试;您的文件没有改动",
                "Another intake is running; try again when it is done. Your files are untouched",
            )
        )
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [lock])


@dataclass(slots=True)
class _Part:
    """One register's part of an intake."""

    kind: Taker[Any]
    intake: Intake
    standing: dict[bytes, Standing[Any]]
    actor: Actor
    report: Report
    sorted_out: Sorted = field(default_factory=Sorted)
    same: dict[str, set[str]] = field(default_factory=dict)

    @property
    def files(self) -> list[str]:
        """Return the register's files, in the order in which they were read."""
        found = self.intake.recognised.get(self.kind.register.key, ())
        return list(dict.fromkeys(item.table.file for item in found))

    def compare(self) -> None:
        """Hold what was read against what stands, and add it to the report."""
        key, report = self.kind.register.key, self.report
        self.sorted_out = sort_out(self.kind, self.intake.checked[key], self.standing)
        self.same = same_files(key, self.actor.jurisdiction, self.sorted_out.identities, self.files)
        if self.kind.register.counted:
            report.new += self.sorted_out.new
            report.changed += self.sorted_out.changed
            report.unchanged += self.sorted_out.unchanged
            report.corrected = (*report.corrected, *self._corrected())
        report.changes.update(changes(self.sorted_out))

    def _corrected(self) -> list[Source]:
        """Return the new rows that stand where the register had a rejected one."""
        rejected = set(
            Row.objects.filter(
                jurisdiction=self.actor.jurisdiction, register=self.kind.register.key, state="rejected"
            ).values_list("file", "sheet", "row")
        )
        if not rejected:
            return []
        rows = [row.source for portion in self.sorted_out.portions.values() for row in portion.new]
        return [
            at
            for at in rows
            if any((old, at.sheet or "", at.row or 0) in rejected for old in self.same.get(at.file, ()))
        ]

    def take(self, batch: Batch, watch: Watch) -> None:
        """Take the register in, file by file, each in a transaction of its own."""
        checked = self.intake.checked[self.kind.register.key]
        work: Run[Any] = Run(checked, self.standing, self.actor, batch.id)
        self.kind.begin(work)
        bad = _by_file(checked.problems)
        files = self.files
        for done, file in enumerate(files):
            watch.taken(self.kind.register.key, done, len(files))
            with transaction.atomic():
                self._take_file(file, bad.get(file, []), work, batch)
        with transaction.atomic():
            self.kind.finish(work)
        watch.taken(self.kind.register.key, len(files), len(files))

    def _take_file(self, file: str, bad: Sequence[Problem], work: Run[Any], batch: Batch) -> None:
        portion = self.sorted_out.portions.get(file) or Portion(file)
        taken = self.kind.take(work, portion)
        keep_rows(self.kind, portion, taken, work, batch)
        delta = keep_problems(self.kind, file, bad, batch, self.same.get(file, {file}))
        if self.kind.register.counted:
            _note_taken(batch, file, len(portion.new), len(portion.changed))
        if self.kind.register.counted and (portion.new or delta):
            record(
                "intake.file_taken",
                actor=self.actor,
                payload={"file": file, "accepted": len(portion.new), "rejected": delta, "batch": str(batch.id)},
                at=_as_of(self.intake),
            )  # fmt: skip


def _note_parcels(batch: Batch, done: Sequence[Parcelled]) -> None:
    for one in done:
        if one.fate is Fate.NEW:
            _note_taken(batch, one.file, one.rows.accepted, 0)


def _note_taken(batch: Batch, file: str, new: int, changed: int) -> None:
    """Write down at the file what was taken from it; an intake that goes on after a kill leaves it as it is."""
    one = SourceFile.objects.filter(batch=batch, path=file, applied_at=None).defer("findings").first()
    if one is not None:
        one.applied_at = timezone.now()
        one.counts = {**one.counts, "taken_new": new, "taken_changed": changed}
        one.save(update_fields=["applied_at", "counts"])


def _as_of(intake: Intake) -> datetime:
    """Return the moment for which the registers speak: the day they name, not the day they were handed in."""
    return timezone.make_aware(datetime.combine(intake.period.cutoff, datetime.min.time()))


def _by_file(problems: Sequence[Problem]) -> dict[str, list[Problem]]:
    found: dict[str, list[Problem]] = defaultdict(list)
    for problem in problems:
        found[problem.source.file].append(problem)
    return found
