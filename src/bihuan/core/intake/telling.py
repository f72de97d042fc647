"""How far the work on a batch is, written down where the page reads it; and where the worker learns of a pause."""

from __future__ import annotations

import time
from typing import Any

from django.utils import timezone

from bihuan.core.intake.models import Batch
from bihuan.core.intake.pace import SHARES, Pace
from bihuan.core.intake.watching import Watch

TOLD_EVERY = 0.5  # seconds


class Gone(Exception):
    """The batch was withdrawn while it was worked on."""


class Paused(Exception):
    """Somebody paused the batch; what was taken in stays, the rest waits."""


class Told(Watch):
    """Writes down how far the work is, at most twice a second, and stops where the batch was paused or withdrawn.

    It is told between rows and between files, never inside a file's transaction, so stopping there leaves nothing half.
    """

    def __init__(self, batch: Batch) -> None:
        self._batch, self._files = batch, set[str]()
        self._rows = self._accepted = self._rejected = 0
        self._to_take = self._taken_before = 0
        self._register, self._of = "", 0
        self._next = 0.0
        self._pace = Pace(time.monotonic(), SHARES[batch.state])

    def reading(self, file: str) -> None:
        """Count the files read."""
        self._files.add(file)
        part = len(self._files) / max(self._batch.progress.get("files", 0), 1)
        self._tell("read", part, {"done": len(self._files)})

    def found(self, rows: int) -> None:
        """Keep how many rows there are to check."""
        self._rows = rows

    def judged(self, file: str, accepted: bool) -> None:
        """Count the rows checked."""
        self._accepted += accepted
        self._rejected += not accepted
        self._tell("check", (self._accepted + self._rejected) / max(self._rows, 1), {"file": file})

    def taking(self, files: int) -> None:
        """Keep how many files there are to take in, over all registers."""
        self._to_take = files

    def taken(self, register: str, done: int, of: int) -> None:
        """Say how many files are taken in."""
        if register != self._register:
            self._taken_before += self._of
            self._register, self._of = register, of
        total, done = max(self._to_take, of), self._taken_before + done
        told = {"register": register, "done": done, "of": total}
        self._tell("take", done / max(total, 1), told, at_once=True)

    def _tell(self, phase: str, part: float, what: dict[str, Any], *, at_once: bool = False) -> None:
        now = time.monotonic()
        if not at_once and now < self._next:
            return
        self._next = now + TOLD_EVERY
        left = self._pace.left(now, phase, part)
        progress = {
            "files": self._batch.progress.get("files", 0), "phase": phase, **what,
            "rows": self._rows, "accepted": self._accepted, "rejected": self._rejected,
            "left": None if left is None else round(left, 1), "told_at": timezone.now().timestamp(),
        }  # fmt: skip
        going_on = Batch.objects.filter(pk=self._batch.pk, state=self._batch.state)
        if going_on.filter(paused_at=None).update(progress=progress):
            return
        raise Paused if going_on.exists() else Gone
