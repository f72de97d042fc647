"""The background worker: jobs and periodic work of the county, and jobs that a killed worker left behind."""

from __future__ import annotations

import asyncio
import logging
import os
from typing import Any, Final

LEFT_BEHIND: Final = 30  # seconds without a heartbeat (it beats every 10): that worker is gone
LOOK_EVERY: Final = 15
log = logging.getLogger("bihuan.worker")


async def _take_up_again(app: Any) -> None:
    """Give jobs of workers that were killed to those that live: every job bears to be run twice."""
    while True:
        for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=LEFT_BEHIND):
            log.warning("job %s (%s) was left behind by a killed worker, again", job.id, job.task_name)
            await app.job_manager.retry_job(job)
        await asyncio.sleep(LOOK_EVERY)


async def _work() -> None:
    from procrastinate.contrib.django import app
    from procrastinate.contrib.django.django_connector import DjangoConnector

    connector = app.connector
    if not isinstance(connector, DjangoConnector):
        raise TypeError(f"the worker needs Django's connector, not {type(connector).__name__}")
    with app.replace_connector(connector.get_worker_connector()):
        async with app.open_async():
            looking = asyncio.create_task(_take_up_again(app))
            try:
                await app.run_worker_async(
                    concurrency=2, delete_jobs="successful", shutdown_graceful_timeout=8, name="bihuan"
                )
            finally:
                looking.cancel()


def main() -> None:
    """Work until SIGTERM."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bihuan.config.settings")
    import django

    django.setup()
    asyncio.run(_work())


if __name__ == "__main__":
    main()
