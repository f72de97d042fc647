"""`bihuan mirror`, as an operator uses it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import Command

LOAD = """
from datetime import timedelta
from django.db import transaction
from django.utils import timezone
from bihuan.core.ledger import append
from bihuan.core.ledger.encoding import Draft
now = timezone.now()
with transaction.atomic():
    append.append([Draft("intake.file_taken", now - timedelta(days=1), now - timedelta(days=1), "620799", "desk",
                         payload={"file": f"f{n}", "accepted": n, "rejected": 1}) for n in range(50)])
"""


@pytest.fixture
def loaded(ready_county: Path, bihuan: Command) -> Path:
    """A county with fifty entries."""
    import os
    import subprocess
    import sys

    code = f"import django; django.setup()\n{LOAD}"
    environment = {
        **os.environ,
        "BIHUAN_HOME": str(ready_county),
        "DJANGO_SETTINGS_MODULE": "bihuan.config.settings",
    }
    subprocess.run([sys.executable, "-c", code], check=True, env=environment)
    return ready_county


def test_run_status_verify_and_mend(loaded: Path, bihuan: Command) -> None:
    assert json.loads(bihuan("mirror", "status", "--json").stdout) == {"state": "none", "entries": 0}
    refused = bihuan("mirror", "verify")
    assert refused.returncode == 2 and "bihuan mirror run" in refused.stderr
    made = json.loads(bihuan("mirror", "run", "--seal", "--open-day", "--json").stdout)
    assert made["entries"] == made["mirrored"] == 50
    stands = json.loads(bihuan("mirror", "status", "--json").stdout)
    assert (stands["state"], stands["entries"], stands["tail"], stands["days"]) == ("small", 50, 0, 1)
    assert bihuan("mirror", "verify").returncode == 0
    [file] = (loaded / "mirror").glob("jurisdiction=*/day=*/*.parquet")
    file.write_bytes(file.read_bytes()[:-9])
    found = bihuan("mirror", "verify", "--json")
    assert found.returncode == 1
    assert [finding["kind"] for finding in json.loads(found.stdout)["findings"]] == ["file-damaged"]
    assert bihuan("mirror", "verify", "--mend").returncode == 0
    assert json.loads(bihuan("mirror", "verify", "--json").stdout)["sound"] is True
    numbers = json.loads(bihuan("figures", "--json").stdout)
    assert numbers["intake.rows_accepted"] == sum(range(50))
