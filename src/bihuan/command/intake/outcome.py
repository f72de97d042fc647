"""How a batch stands, in one chip: what it waits for, who paused it, or why nothing in it could be read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from bihuan.command.intake.words import STATES, kind_name
from bihuan.core.access.models import Officer
from bihuan.core.intake.models import Batch, SourceFile
from bihuan.core.intake.pausing import WORKING
from bihuan.core.spec.text import Text

NOTHING_READ: Final = Text("退回：没有可收的行", "Sent back: nothing to take in")
NOT_KNOWN: Final = Text("没有认出是哪种台账", "no register was recognised")
TO_CONFIRM: Final = Text("待确认列", "Columns to confirm")


@dataclass(frozen=True, slots=True)
class Outcome:
    """A chip's status and words, and where there is more to say, why."""

    status: str
    words: Text
    why: Text | None = None


def with_outcome(batches: QuerySet[Batch]) -> QuerySet[Batch]:
    """Add what `outcome` needs: whether any row was read, and whether a table waits for its columns."""
    files = SourceFile.objects.filter(batch=OuterRef("pk"))
    return batches.annotate(
        any_read=Exists(files.filter(counts__read__gt=0)),
        any_to_confirm=Exists(files.filter(counts__confirm__gt=0)),
    )


def outcome(batch: Batch, paused_by: str = "") -> Outcome:
    """Return how a batch (from `with_outcome`) stands; `paused_by` is the name of who paused it."""
    if batch.paused_at is not None and batch.state in WORKING:
        return Outcome(
            "paused",
            Text("已暂停", "Paused"),
            Text(f"{paused_by} 暂停", f"by {paused_by}") if paused_by else None,
        )
    if batch.state == "checked" and getattr(batch, "any_to_confirm", False):
        return Outcome("due", TO_CONFIRM)
    if is_empty(batch):
        return Outcome("overdue", NOTHING_READ, why_empty(batch))
    return Outcome(*STATES[batch.state])


def is_empty(batch: Batch) -> bool:
    """Tell whether a batch was checked and holds not one row that could be taken in or sent back."""
    return batch.state == "checked" and not getattr(batch, "any_read", True)


def why_empty(batch: Batch) -> Text:
    """Return why nothing could be read: what was wrong with the files, each reason once."""
    kinds = ((batch.result or {}).get("kinds") or {}).get("reject", {})
    names = [kind_name(key) for key in sorted(kinds)] or [NOT_KNOWN]
    return Text("、".join(name.zh for name in names), "; ".join(name.en for name in names))


def names_of(officers: Iterable[UUID | None]) -> dict[UUID | None, str]:
    """Return officers' names. One query."""
    wanted = {officer for officer in officers if officer is not None}
    return dict(Officer.objects.filter(pk__in=wanted).values_list("pk", "name"))
