"""Background work that pages ask for."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from bihuan.command.models import Verification
from bihuan.core.ledger.keys import KeyMissing
from bihuan.core.ledger.models import Entry
from bihuan.core.ledger.verify import Refused, verify


@app.task(name="command.verify", lock="command.verify")
def verify_ledger(run: int) -> None:
    """Verify the whole ledger and keep what was found; a run that was done already is left alone."""
    asked = Verification.objects.filter(pk=run, finished_at__isnull=True).first()
    if asked is None:
        return
    asked.started_at = timezone.now()
    newest = Entry.objects.order_by("-id").values_list("id", flat=True).first()
    asked.entries = newest or 0
    asked.save(update_fields=["started_at", "entries"])
    try:
        asked.report = verify().as_json()
    except (Refused, KeyMissing) as refused:
        asked.refused_zh, asked.refused_en = refused.text.zh[:200], refused.text.en[:300]
    asked.finished_at = timezone.now()
    asked.save(update_fields=["report", "refused_zh", "refused_en", "finished_at"])
