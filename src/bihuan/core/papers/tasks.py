"""What the worker does with papers by itself."""

from __future__ import annotations

from procrastinate.contrib.django import app

from bihuan.core.papers.services import sweep


@app.periodic(cron="41 3 * * *", periodic_id="papers.sweep")
@app.task(name="papers.sweep", queueing_lock="papers.sweep")
def sweep_files(timestamp: int) -> int:
    """Remove files whose transaction failed, every night."""
    return sweep()
