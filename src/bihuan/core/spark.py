"""A session on a Spark cluster, for what one machine cannot hold: linking and counting over many counties.

The master is the setting BIHUAN_SPARK_MASTER (`spark://host:7077`, `yarn`, `k8s://…`, `local[2]` to try). What a
cluster needs beyond that (authentication, encryption between its machines, resources) is its operator's, in the
`spark-defaults.conf` of SPARK_CONF_DIR; what is set here holds whatever stands there.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

SETTINGS = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.io.encryption.enabled": "true",  # what workers spill or shuffle to their disks
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    "spark.sql.ansi.enabled": "true",
}


class SparkMissing(RuntimeError):
    """A master is set, but Spark is not installed here: `pip install bihuan[spark]`, and Java 17 or 21."""


@contextmanager
def session(master: str, aside: Path, **more: str) -> Iterator[Any]:
    """Yield a session on this master and stop it at the end. Raises SparkMissing.

    `aside`: where this process puts what does not fit, encrypted; `more`: settings of Spark, dots written `_`.
    """
    try:
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise SparkMissing(SparkMissing.__doc__) from error
    builder = SparkSession.builder.master(master).appName("bihuan")
    own = {"spark.local.dir": str(aside), "spark.sql.warehouse.dir": str(aside / "warehouse")}
    named = {name.replace("_", "."): value for name, value in more.items()}
    for name, value in {**SETTINGS, **own, **named}.items():
        builder = builder.config(name, value)
    opened = builder.getOrCreate()
    opened.sparkContext.setLogLevel("ERROR")
    try:
        yield opened
    finally:
        opened.stop()
