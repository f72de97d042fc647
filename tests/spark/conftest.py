"""A real Spark cluster on loopback, from pip's pyspark: a standalone master and two workers of one core each.

Authentication and encryption between the machines are on, as a province's operator would have them.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

STARTED_WITHIN = 60.0
DEFAULTS = """\
spark.authenticate true
spark.authenticate.secret {secret}
spark.network.crypto.enabled true
spark.driver.host 127.0.0.1
spark.driver.bindAddress 127.0.0.1
spark.driver.memory 512m
spark.executor.memory 512m
spark.cores.max 2
spark.sql.shuffle.partitions 4
spark.default.parallelism 4
spark.sql.adaptive.enabled false
spark.sql.codegen.wholeStage false
"""


@dataclass
class Cluster:
    """A master and its workers; `master` is what BIHUAN_SPARK_MASTER would say."""

    master: str
    log: Path
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def kill(self, name: str) -> None:
        """Kill a worker with what runs on it, as a machine that loses its power does."""
        with suppress(ProcessLookupError):
            os.killpg(self.processes[name].pid, signal.SIGKILL)
        self.processes[name].wait()

    def stop(self) -> None:
        """Stop all that is still running."""
        for name in self.processes:
            self.kill(name)


@pytest.fixture
def cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cluster]:
    """Start a master and two workers; stop them at the end."""
    pyspark = pytest.importorskip("pyspark", reason="pyspark is not installed: the extra `spark`")
    if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
        pytest.skip("Spark needs Java 17 or 21, and there is none here")
    home = Path(pyspark.__file__).parent
    settings = tmp_path / "conf"
    settings.mkdir()
    defaults = settings / "spark-defaults.conf"
    defaults.write_text(DEFAULTS.format(secret=secrets.token_hex(16)))
    defaults.chmod(0o600)
    for name, value in {
        "SPARK_HOME": str(home),
        "SPARK_CONF_DIR": str(settings),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_DAEMON_MEMORY": "256m",
        "SPARK_LOCAL_DIRS": str(tmp_path / "aside"),
    }.items():
        monkeypatch.setenv(name, value)
    port = _free_port()
    started = Cluster(f"spark://127.0.0.1:{port}", tmp_path / "cluster.log")
    try:
        _start(started, "master", home, "master.Master", "--host", "127.0.0.1", "--port", str(port))
        for name in ("worker-1", "worker-2"):
            work = ["-d", str(tmp_path / name), "--cores", "1", "--memory", "768M", "--host", "127.0.0.1"]
            _start(started, name, home, "worker.Worker", *work, started.master)
        _until(started, "Registering worker", 2)
        yield started
    finally:
        _end_driver()
        started.stop()


def _end_driver() -> None:
    """End the Java process of this one: it has read the settings and the secret of this cluster, and keeps them."""
    from pyspark import SparkContext

    gateway = SparkContext._gateway
    if gateway is not None:
        gateway.shutdown()
        gateway.proc.stdin.close()
        gateway.proc.wait(30)
        SparkContext._gateway = SparkContext._jvm = None


def _start(cluster: Cluster, name: str, home: Path, what: str, *arguments: str) -> None:
    command = [str(home / "bin" / "spark-class"), f"org.apache.spark.deploy.{what}", "--webui-port", "0"]
    with cluster.log.open("ab") as log:
        cluster.processes[name] = subprocess.Popen(
            [*command, *arguments], stdout=log, stderr=log, start_new_session=True
        )


def _until(cluster: Cluster, said: str, times: int) -> None:
    ends = time.monotonic() + STARTED_WITHIN
    while cluster.log.read_text(errors="replace").count(said) < times:
        died = [name for name, process in cluster.processes.items() if process.poll() is not None]
        assert not died, f"{died} ended: {cluster.log.read_text(errors='replace')[-2000:]}"
        assert time.monotonic() < ends, cluster.log.read_text(errors="replace")[-2000:]
        time.sleep(0.1)


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])
