"""One intake from files to matters: read, check, compare with what stands, take in file by file.

Every file is one transaction, so a killed process has taken a file in whole or not at all; running it again
finds what stands by its identity and goes on. Nothing is lost, nothing comes twice.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from psycopg.types.json import Jsonb

from bihuan.core.access.actors import Actor
from bihuan.core.access.recording import record
from bihuan.core.intake.checking import Checked, Intake, take_in
from bihuan.core.intake.models import Batch, Row, Synonym
from bihuan.core.intake.problems import EN, ZH, Policy, Problem
from bihuan.core.intake.taking import Portion, Run, Standing, Taker
from bihuan.core.matters.errors import NotDone
from bihuan.core.matters.registry import declared
from bihuan.core.people.blind import keyed_hash
from bihuan.core.spec.text import Text

LOCK = 0x62_68_69_6E  # one intake at a time takes rows in
Progress = Callable[[str, int, int], None]


@dataclass(slots=True)
class Report:
    """What an intake brought: the checked result, and how many rows were new, changed, unchanged."""

    batch: UUID | None
    intake: Intake
    new: int = 0
    changed: int = 0
    unchanged: int = 0

    @property
    def rejected(self) -> int:
        """Return how many rows come back to be corrected."""
        return self.intake.counts.rejected

    def as_json(self, language: str = ZH) -> dict[str, object]:
        """Return the result in the form that `bihuan import --json` prints."""
        return {
            **self.intake.result(language),
            "taken": {"new": self.new, "changed": self.changed, "unchanged": self.unchanged},
            "batch": str(self.batch) if self.batch else None,
        }


class Busy(NotDone):
    """Another intake is taking rows in."""


def takers() -> list[Taker[Any]]:
    """Return the takers of all modules, in reading order."""
    return [taker for module in declared("intake") for taker in getattr(module, "TAKERS", ())]


def _silent(_what: str, _done: int, _all: int) -> None:
    pass


def run(
    paths: Iterable[Path | str], *, actor: Actor, dry_run: bool = False, progress: Progress = _silent
) -> Report:
    """Take in files and folders; with `dry_run` only say what would happen.

    Raises Busy where another intake runs. Rows that are rejected or flagged are in the report; good rows are
    never held back by bad ones.
    """
    todo = list(paths)
    with _alone(wanted=not dry_run):
        kinds = takers()
        standing = {kind.register.key: _standing(kind, actor.jurisdiction) for kind in kinds}
        progress("read", 0, 1)
        intake = take_in(
            todo,
            [kind.register for kind in kinds],
            known={key: [s.row for s in rows.values()] for key, rows in standing.items()},
            confirmed=_confirmed(actor.jurisdiction),
        )
        report = Report(None, intake)
        if dry_run:
            for kind in kinds:
                _count(kind, intake.checked[kind.register.key], standing[kind.register.key], report)
            return report
        batch = Batch.objects.create(
            jurisdiction=actor.jurisdiction,
            label="、".join(Path(p).name for p in todo)[:160],
            state="applying",
            started_at=timezone.now(),
            by=actor.officer_id,
        )
        report.batch = batch.id
        for kind in kinds:
            _take_register(kind, intake, standing[kind.register.key], actor, batch, report, progress)
        batch.state, batch.finished_at = "done", timezone.now()
        batch.result = {
            "rows": intake.result()["rows"],
            "taken": [report.new, report.changed, report.unchanged],
        }
        batch.save()
    return report


@contextmanager
def _alone(wanted: bool) -> Iterator[None]:
    """Hold the intake's lock for this session; it goes with the process, however that ends."""
    if not wanted:
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
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
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


def _hash(text: str) -> bytes:
    return keyed_hash("intake", text)


def _confirmed(jurisdiction: str) -> dict[str, dict[str, list[str]]]:
    found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for register, field, heading in Synonym.objects.filter(jurisdiction=jurisdiction).values_list(
        "register", "field", "heading"
    ):
        found[register][field].append(heading)
    return {register: dict(fields) for register, fields in found.items()}


def _standing(kind: Taker[Any], jurisdiction: str) -> dict[bytes, Standing[Any]]:
    """Return the rows accepted earlier, by identity."""
    kept = list(
        Row.objects.filter(
            jurisdiction=jurisdiction, register=kind.register.key, state="accepted"
        ).values_list("identity", "content", "matter_id", "person_id", "sealed")
    )
    rows = kind.unseal([(matter, person, bytes(sealed or b"")) for _, _, matter, person, sealed in kept])
    return {
        bytes(identity or b""): Standing(row, bytes(content or b""), matter, person)
        for (identity, content, matter, person, _), row in zip(kept, rows, strict=True)
        if row is not None
    }


def _portions(
    kind: Taker[Any], checked: Checked[Any], standing: dict[bytes, Standing[Any]]
) -> tuple[dict[str, Portion[Any]], int]:
    """Return what is new or changed, file by file, and how many rows say what they said before."""
    portions: dict[str, Portion[Any]] = {}
    unchanged = 0
    seen: set[bytes] = set()
    for row in checked.rows:
        identity = _hash(kind.identity(row))
        if identity in seen:
            continue
        seen.add(identity)
        portion = portions.setdefault(row.source.file, Portion(row.source.file))
        before = standing.get(identity)
        if before is None:
            portion.new.append(row)
        elif before.content != _hash(kind.content(row)):
            portion.changed.append((row, before))
        else:
            unchanged += 1
    return portions, unchanged


def _count(
    kind: Taker[Any], checked: Checked[Any], standing: dict[bytes, Standing[Any]], report: Report
) -> None:
    portions, unchanged = _portions(kind, checked, standing)
    if kind.register.counted:
        report.new += sum(len(p.new) for p in portions.values())
        report.changed += sum(len(p.changed) for p in portions.values())
        report.unchanged += unchanged


def _take_register(
    kind: Taker[Any], intake: Intake, standing: dict[bytes, Standing[Any]], actor: Actor, batch: Batch,
    report: Report, progress: Progress,
) -> None:  # fmt: skip
    checked = intake.checked[kind.register.key]
    portions, _ = _portions(kind, checked, standing)
    _count(kind, checked, standing, report)
    work: Run[Any] = Run(checked, standing, actor, batch.id)
    kind.begin(work)
    files = list(dict.fromkeys(item.table.file for item in intake.recognised.get(kind.register.key, ())))
    bad = _by_file(checked.problems)
    for done, file in enumerate(files):
        progress(kind.register.key, done, len(files))
        portion = portions.get(file) or Portion(file)
        with transaction.atomic():
            taken = kind.take(work, portion)
            _keep_rows(kind, portion, taken, work, batch)
            delta = _keep_problems(kind, file, bad.get(file, []), batch)
            if kind.register.counted and (portion.new or delta):
                record(
                    "intake.file_taken",
                    actor=actor,
                    payload={"file": file, "accepted": len(portion.new), "rejected": delta, "batch": str(batch.id)},
                    at=_as_of(intake),
                )  # fmt: skip
        batch.progress = {"register": kind.register.key, "done": done + 1, "all": len(files)}
        batch.save(update_fields=["progress"])
    with transaction.atomic():
        kind.finish(work)
    progress(kind.register.key, len(files), len(files))


def _as_of(intake: Intake) -> datetime:
    """Return the moment for which the registers speak: the day they name, not the day they were handed in."""
    return timezone.make_aware(datetime.combine(intake.period.cutoff, datetime.min.time()))


def _by_file(problems: Sequence[Problem]) -> dict[str, list[Problem]]:
    found: dict[str, list[Problem]] = defaultdict(list)
    for problem in problems:
        found[problem.source.file].append(problem)
    return found


COPY_ROWS = (
    "COPY intake_row (jurisdiction, register, file, sheet, row, state, identity, content, sealed, person_id,"
    " matter_id, problems, batch_id) FROM STDIN"
)


def _keep_rows(
    kind: Taker[Any], portion: Portion[Any], taken: Sequence[Any], work: Run[Any], batch: Batch
) -> None:
    """Keep the accepted rows beside what they became; remember them for the files that follow."""
    rows = []
    for row, became in zip(portion.new, taken, strict=True):
        identity, content = _hash(kind.identity(row)), _hash(kind.content(row))
        work.standing[identity] = Standing(row, content, became.matter_id, became.person_id)
        rows.append(
            (
                work.actor.jurisdiction, kind.register.key, row.source.file, row.source.sheet or "",
                row.source.row or 0, "accepted", identity, content, became.sealed, became.person_id,
                became.matter_id, Jsonb([]), batch.id,
            )
        )  # fmt: skip
    with connection.cursor() as cursor, cursor.copy(COPY_ROWS) as copy:
        for line in rows:
            copy.write_row(line)
    for row, before in portion.changed:
        Row.objects.filter(
            jurisdiction=work.actor.jurisdiction, register=kind.register.key, state="accepted",
            identity=_hash(kind.identity(row)),
        ).update(
            content=_hash(kind.content(row)), file=row.source.file, sheet=row.source.sheet or "",
            row=row.source.row or 0, sealed=work.notes["resealed"][before.matter_id], batch=batch,
        )  # fmt: skip


def _keep_problems(kind: Taker[Any], file: str, problems: Sequence[Problem], batch: Batch) -> int:
    """Replace what was wrong with this file by what is wrong now; returns by how many the rejected grew."""
    standing = Row.objects.filter(
        jurisdiction=batch.jurisdiction, register=kind.register.key, file=file
    ).exclude(state="accepted")
    before = standing.filter(state="rejected").count()
    standing.delete()
    by_row: dict[tuple[str, int], list[Problem]] = defaultdict(list)
    for problem in problems:
        by_row[problem.source.sheet or "", problem.source.row or 0].append(problem)
    rows = [
        Row(
            jurisdiction=batch.jurisdiction, register=kind.register.key, file=file, sheet=sheet, row=number,
            state=_state(found), problems=[_problem(p) for p in found], batch=batch,
        )
        for (sheet, number), found in by_row.items()
    ]  # fmt: skip
    Row.objects.bulk_create(rows, batch_size=1000)
    return sum(row.state == "rejected" for row in rows) - before


def _state(problems: Sequence[Problem]) -> str:
    policies = {problem.policy for problem in problems}
    if Policy.REJECT in policies:
        return "rejected"
    return "skipped" if Policy.SKIP in policies else "flagged"


def _problem(problem: Problem) -> dict[str, Any]:
    return {
        "kind": problem.kind.key,
        "column": str(problem.column) if problem.column else None,
        "zh": problem.message(ZH),
        "en": problem.message(EN),
        "others": [list(other) for other in problem.others],
    }


def stored_files() -> Path:
    """Return the folder where the sealed originals lie."""
    folder: Path = settings.BIHUAN.files / "intake"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder
