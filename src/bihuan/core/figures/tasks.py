"""What the figures do by themselves: the ledger's mirror follows, every hour, and is compared once a day."""

from __future__ import annotations

from procrastinate.contrib.django import app


@app.periodic(cron="17 * * * *")
@app.task(name="figures.mirror", queueing_lock="figures.mirror")
def keep_mirror(timestamp: int) -> None:
    """Mirror the days that are closed (of a long day, what is sealed of it); costs nothing where there is none."""
    from bihuan.core.figures.mirror import (
        keeping,
    )  # late: DuckDB and Arrow take a quarter of a second to load

    keeping.run()


@app.periodic(cron="43 19 * * *")  # 03:43 in the county: cron counts in UTC
@app.task(name="figures.check_mirror", queueing_lock="figures.check_mirror")
def check_mirror(timestamp: int) -> None:
    """Compare the mirror with the ledger in the quiet hours, and write anew what differs."""
    from bihuan.core.figures.mirror import checking

    checking.verify(mend=True)
