"""Feeding back: a list's results row by row in its sender's form, as one step with its letter and its file.

The file names people, so it is kept sealed with the list's own key; the letter names nobody and is the step's paper.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from bihuan.core.access.actors import Actor
from bihuan.core.access.recording import record
from bihuan.core.matters import engine
from bihuan.core.matters.models import Matter
from bihuan.core.people.sealing import ErasedError, open_bytes, seal_bytes
from bihuan.modules.alerts import feedback_file, keeping, kinds, papers
from bihuan.modules.alerts.answers import OPEN, Answer, answers
from bihuan.modules.alerts.feedback_file import XLSX, SentBack, Told
from bihuan.modules.alerts.keeping import ACCEPTED, OF_LIST, PENDING, REJECTED
from bihuan.modules.alerts.models import AlertFeedback, AlertList
from bihuan.modules.alerts.payloads import FedBack
from bihuan.modules.alerts.reading import FIELDS

ERASED: Final = "已依法删除"
ROWS: Final = """
SELECT r.id, r.line, r.sheet, r.fate, r.standing, r.sent, r.item_id,
       coalesce(o.person_id, r.person_id), coalesce(o.sealed, r.sealed)
  FROM alerts_alertrow r
  LEFT JOIN alerts_alertrow o ON r.fate = 'duplicate' AND o.jurisdiction = r.jurisdiction AND o.said = r.said
   AND o.fate = 'accepted'
 WHERE r.list_id = %s ORDER BY r.sheet, r.line
"""
SENT: Final = """
UPDATE alerts_alertrow r SET sent = n.code FROM unnest(%s::uuid[], %s::text[]) AS n (item, code)
 WHERE r.list_id = %s AND r.item_id = n.item AND r.fate = 'accepted' AND r.sent <> n.code
"""


@dataclass(slots=True)
class Prepared:
    """A list's feedback as it stands: its rows, how they stand, which of them say something else than was sent."""

    told: list[Told] = field(default_factory=list)
    sent_back: list[SentBack] = field(default_factory=list)
    standings: Counter[str] = field(default_factory=Counter)
    codes: dict[UUID, str] = field(default_factory=dict)
    changed: int = 0

    @property
    def pending(self) -> int:
        """Return how many rows have no result yet."""
        return self.standings[PENDING]


def prepare(alert_list: AlertList) -> Prepared:
    """Return what would be fed back now."""
    with connection.cursor() as cursor:
        cursor.execute(ROWS, [alert_list.matter_id])
        rows = cursor.fetchall()
    found = answers(list({row[6] for row in rows if row[6] is not None}))
    known = iter(
        keeping.opened_rows([(row[7], bytes(row[8])) for row in rows if row[7] and row[8] is not None])
    )
    done = Prepared(codes={item: answer.code for item, answer in found.items()})
    for _, line, sheet, fate, standing, sent, item, person, box in rows:
        if fate == REJECTED:
            done.sent_back.append(_sent_back(alert_list, sheet, line, box))
            continue
        cells = next(known) if person and box is not None else None
        answer = found.get(item)
        done.told.append(_told(alert_list, cells, answer))
        if fate == ACCEPTED:
            done.standings[standing] += 1
            done.changed += bool(sent) and answer is not None and answer.code != sent
    return done


def _told(alert_list: AlertList, cells: list[str] | None, answer: Answer | None) -> Told:
    placed = [""] * max(len(alert_list.headings), 1)
    for name, cell in zip(FIELDS, cells or [], strict=False):
        if name in alert_list.layout:
            placed[alert_list.layout[name]] = cell
    if cells is None:
        placed[0] = ERASED
    if answer is None:
        return Told(placed, "", OPEN.zh, None, "")
    return Told(placed, answer.method, answer.result, answer.at, answer.unit)


def _sent_back(alert_list: AlertList, sheet: int, line: int, box: Any) -> SentBack:
    try:
        text = keeping.opened_line(alert_list.matter_id, sheet, line, bytes(box))
    except ErasedError:
        text = ERASED
    return SentBack(line, kinds.SENT_BACK.zh, text)


def feed_back(list_id: UUID, *, actor: Actor, key: str, form: str = XLSX) -> AlertFeedback:
    """Feed a list back as it stands: as a whole where every row has a result, else the part that has.

    Raises what the engine raises; then nothing was written. The same key again gives the same feedback.
    """
    with transaction.atomic():
        alert_list = (
            AlertList.objects.select_for_update(of=("self",)).select_related("matter").get(pk=list_id)
        )
        twin = AlertFeedback.objects.filter(list=alert_list, key=key, by=actor.officer_id).first()
        if twin is not None:
            return twin
        prepared = prepare(alert_list)
        content = feedback_file.build(alert_list.headings, prepared.told, prepared.sent_back, form)
        sums = _sums(prepared, hashlib.sha256(content).hexdigest())
        outcome = engine.perform(
            list_id, _step(alert_list.matter.state, prepared), sums, actor=actor, key=key
        )
        _mark_sent(alert_list, prepared)
        return _keep(alert_list, sums, content, form, key, outcome.entry_id, actor)


def _sums(prepared: Prepared, sha256: str) -> FedBack:
    stand = prepared.standings
    return FedBack(
        rows=stand.total() - prepared.pending, verified=stand["verified"], forwarded=stand["forwarded"],
        unreachable=stand["unreachable"], pending=prepared.pending, changed=prepared.changed, sha256=sha256,
    )  # fmt: skip


def _step(state: str, prepared: Prepared) -> str:
    if state == "signed":
        return "feed_back_part" if prepared.pending else "feed_back"
    return "feed_back_again"


def _mark_sent(alert_list: AlertList, prepared: Prepared) -> None:
    codes = prepared.codes
    with connection.cursor() as cursor:
        cursor.execute(SENT, [list(codes), list(codes.values()), alert_list.matter_id])


def _keep(
    alert_list: AlertList, sums: FedBack, content: bytes, form: str, key: str, entry_id: int, actor: Actor
) -> AlertFeedback:
    at = timezone.now()
    matter = Matter.objects.select_related("organ").get(pk=alert_list.matter_id)
    fed_back = AlertFeedback(
        list=alert_list, at=at, by=actor.officer_id, key=key, form=form, rows=sums.rows, pending=sums.pending,
        changed=sums.changed, sha256=sums.sha256, entry_id=entry_id,
    )  # fmt: skip
    fed_back.content = seal_bytes(alert_list.matter_id, OF_LIST, f"feedback/{sums.sha256}", content)
    fed_back.paper = papers.feedback_letter(alert_list, matter, sums, fed_back.file_name, at, actor=actor)
    fed_back.save(force_insert=True)
    return fed_back


def content(fed_back: AlertFeedback, *, actor: Actor) -> bytes:
    """Return a feedback's file as it was sent; who took it out is in the ledger. Raises ErasedError."""
    record(
        "alerts.feedback_given_out",
        actor=actor,
        matter_id=fed_back.list_id,
        payload={"feedback": fed_back.pk, "sha256": fed_back.sha256, "rows": fed_back.rows},
    )
    name = f"feedback/{fed_back.sha256}"
    return open_bytes(fed_back.list_id, OF_LIST, name, bytes(fed_back.content))
