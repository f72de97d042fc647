"""Feeding back: what is known of each listed person in the issuing body's form, as one step with its letter and its file.

The file names people, so it is kept sealed with the directive's own key, and every time it is taken out is in the ledger;
the letter names nobody.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from bihuan.core.access.actors import Actor
from bihuan.core.access.recording import record
from bihuan.core.intake.values import parse_name
from bihuan.core.matters import engine
from bihuan.core.matters.models import Matter
from bihuan.core.people.normal import normal_identifier
from bihuan.core.people.sealing import open_bytes, open_many, seal_bytes
from bihuan.modules.directives import feedback_file, keeping, papers
from bihuan.modules.directives.feedback_file import Told
from bihuan.modules.directives.matter import SIGNED
from bihuan.modules.directives.models import Directive, Sent
from bihuan.modules.directives.payloads import FedBack, Finding, Method

OF_DIRECTIVE: Final = "directives"
ERASED: Final = "已依法删除"
LINES: Final = """
SELECT r.id, r.person_id, r.sealed, f.method, f.finding, f.at, f.unit, f.late, f.sealed
  FROM directives_listedrow r
  LEFT JOIN directives_feedbackrow f ON f.listed_id = r.id AND NOT f.taken_back
 WHERE r.directive_id = %s AND (NOT r.gone OR f.id IS NOT NULL) ORDER BY r.sheet, r.row, f.at, f.id
"""


@dataclass(slots=True)
class Prepared:
    """A directive's feedback as it stands now: rows of the form, how many are late, how many persons are missing."""

    told: list[Told] = field(default_factory=list)
    listed: int = 0
    answered: int = 0
    late: int = 0

    @property
    def missing(self) -> int:
        """Return on how many listed persons there is no feedback."""
        return self.listed - self.answered


def prepare(directive: Directive, most: int | None = None) -> Prepared:
    """Return what would be fed back now; with `most` only so many rows of the form are opened."""
    with connection.cursor() as cursor:
        cursor.execute(LINES, [directive.pk])
        rows = cursor.fetchall()
    made = Prepared(
        listed=len({row[0] for row in rows}), answered=len({row[0] for row in rows if row[3] is not None})
    )
    lines = [row for row in rows if row[3] is not None]
    made.late = sum(row[7] for row in lines)
    made.told = _told(lines if most is None else lines[:most])
    return made


def _told(lines: list[tuple[Any, ...]]) -> list[Told]:
    said = open_many([(row[1], keeping.PURPOSE, bytes(row[2])) for row in lines])
    own = [(row[1], keeping.PURPOSE, bytes(row[8])) for row in lines if row[8] is not None]
    words = iter(open_many(own))
    told = []
    for (_, _, _, method, finding, at, unit, _, sealed), box in zip(lines, said, strict=True):
        other = next(words) if sealed is not None else None
        found = other["finding"] if other else "" if finding == Finding.NONE else Finding(finding).text.zh
        cells = _as_meant(box["said"]) if box is not None else [ERASED, "", "", ""]
        told.append(Told(cells, Method(method).text.zh, found, at, unit))
    return told


def _as_meant(cells: list[str]) -> list[str]:
    """Return a row's cells without what a spreadsheet put there: a quote before the number, blanks in the name."""
    name, identifier, *rest = cells
    return [parse_name(name) or name, normal_identifier(identifier), *rest]


def feed_back(directive_id: UUID, *, actor: Actor, key: str, statement: str = "") -> Sent:
    """Feed a directive back as it stands: as a whole where nobody is missing, else the part that is there.

    Raises what the engine raises; then nothing was written. The same key again gives the same feedback.
    """
    with transaction.atomic():
        directive = Directive.objects.select_for_update(of=("self",)).get(pk=directive_id)
        twin = (
            Sent.objects.filter(directive=directive, key=key, by=actor.officer_id)
            .select_related("directive")
            .first()
        )
        if twin is not None:
            return twin
        made = prepare(directive)
        content = feedback_file.build(directive.form, made.told) if made.told else b""
        fed_back = FedBack(
            listed=made.listed, answered=made.answered, rows=len(made.told), late=made.late, missing=made.missing,
            statement=statement.strip(), sha256=hashlib.sha256(content).hexdigest() if content else "",
        )  # fmt: skip
        if Matter.objects.values_list("state", flat=True).get(pk=directive_id) == SIGNED.code:
            engine.perform(directive_id, "keep_whole", actor=actor, key=f"{key}/whole"[:64])
        step = "feed_back" if made.missing == 0 else "feed_back_part"
        outcome = engine.perform(directive_id, step, fed_back, actor=actor, key=key)
        return _keep(directive, fed_back, content, key, outcome.entry_id, actor)


def _keep(
    directive: Directive, fed_back: FedBack, content: bytes, key: str, entry_id: int, actor: Actor
) -> Sent:
    at: datetime = timezone.now()
    directive.matter = Matter.objects.select_related("organ").get(pk=directive.pk)
    paper = papers.feedback_letter(directive, fed_back, at, actor=actor)
    sealed = seal_bytes(directive.pk, OF_DIRECTIVE, _name(fed_back.sha256), content) if content else None
    sent = Sent.objects.create(
        directive=directive, at=at, by=actor.officer_id, key=key, whole=fed_back.missing == 0, answered=fed_back.answered,
        rows=fed_back.rows, missing=fed_back.missing, sha256=fed_back.sha256, content=sealed, paper=paper, entry_id=entry_id,
    )  # fmt: skip
    papers.tell_feedback(directive, fed_back, paper)
    return sent


def content(sent: Sent, *, actor: Actor) -> bytes:
    """Return a feedback's workbook as it was sent; who took it out is in the ledger. Raises ErasedError."""
    record(
        "directives.feedback_given_out", actor=actor, matter_id=sent.directive_id,
        payload={"feedback": sent.pk, "sha256": sent.sha256, "rows": sent.rows},
    )  # fmt: skip
    return open_bytes(sent.directive_id, OF_DIRECTIVE, _name(sent.sha256), bytes(sent.content or b""))


def _name(sha256: str) -> str:
    return f"feedback/{sha256}"
