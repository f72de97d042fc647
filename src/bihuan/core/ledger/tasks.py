"""What the ledger does by itself."""

from __future__ import annotations

from procrastinate.contrib.django import app

from bihuan.core.ledger.seals import seal


@app.periodic(cron="* * * * *")
@app.task(name="ledger.seal", queueing_lock="ledger.seal")
def seal_ledger(timestamp: int) -> None:
    """Seal every minute what was committed since; leaves at once where another sealer is at work."""
    seal(wait=False)
