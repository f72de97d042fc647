"""What a linking job runs on: DuckDB in this process, or a Spark cluster; the same model, the same pairs.

No clear value reaches a disk: DuckDB works in memory and encrypts what it has to put aside, Spark encrypts what its
workers spill and send to each other.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings

from bihuan.core.spark import session

MEMORY = "2GB"
QUIET = logging.ERROR


@contextmanager
def engine() -> Iterator[Any]:
    """Yield Splink's door to where jobs run: Spark where BIHUAN_SPARK_MASTER names a master, else DuckDB."""
    logging.getLogger("splink").setLevel(QUIET)
    master = settings.BIHUAN.spark_master
    with spark(master) if master else duckdb() as door:
        yield door


@contextmanager
def duckdb() -> Iterator[Any]:
    """Yield a DuckDB of its own: in memory, extensions are never fetched, what does not fit is put aside encrypted."""
    import duckdb as database
    from splink import DuckDBAPI

    aside = settings.BIHUAN.home / "linking" / "aside"
    connection = database.connect(
        ":memory:",
        config={
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "memory_limit": MEMORY,
            "temp_directory": str(aside),
            "temp_file_encryption": True,
        },
    )
    try:
        yield DuckDBAPI(connection=connection)
    finally:
        connection.close()


@contextmanager
def spark(master: str) -> Iterator[Any]:
    """Yield Splink's door to a Spark cluster. Tables stay with the workers; nothing is written but what they put aside."""
    from splink import SparkAPI

    with session(master, settings.BIHUAN.home / "linking" / "aside") as opened:
        door: Any = SparkAPI
        yield door(spark_session=opened, break_lineage_method="persist", register_udfs_automatically=False)
