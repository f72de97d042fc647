"""A county some of whose keys are gone: `bihuan doctor` names them, and nothing goes on as if they had been made anew."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from datetime import date
from pathlib import Path

from bihuan.modules.quarantine.drill_registers import write_registers

Command = Callable[..., "subprocess.CompletedProcess[str]"]


def test_a_missing_key_is_named_and_nobody_is_registered_twice(
    ready_county: Path, folder: Path, bihuan: Command
) -> None:
    write_registers(folder / "registers", 5, cutoff=date(2021, 11, 15), sites=2, persons=12, each=0)
    assert bihuan("import", str(folder / "registers"), "--json").returncode in {0, 1}
    at = ("figures", "--at", "2021-11-16T00:00", "--json")
    counted = bihuan(*at).stdout
    assert _keyset(bihuan) is True
    for name in ("ledger", "seal", "kek", "vault.sqlite3", "blind"):
        kept = (ready_county / "keys" / name).rename(folder / name)
        assert _keyset(bihuan) is False, name
        if name == "blind":
            again = bihuan("import", str(folder / "registers"), "--json")
            assert again.returncode == 2 and "keys/blind" in again.stderr
            assert not (ready_county / "keys" / name).exists()
        for made in ready_county.joinpath("keys").glob(f"{name}*"):
            made.unlink()
        kept.rename(ready_county / "keys" / name)
    assert bihuan(*at).stdout == counted
    assert _keyset(bihuan) is True


def _keyset(bihuan: Command) -> bool:
    """What the doctor says of the keys; its exit code says the same."""
    done = bihuan("doctor", "--json")
    found = {one["check"]: one["sound"] for one in json.loads(done.stdout)}
    assert done.returncode == (0 if found["keyset"] else 1), done.stdout
    return bool(found["keyset"])
