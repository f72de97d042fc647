"""Data keys outside the database: made once, wrapped, shared by processes, and gone when destroyed."""

from __future__ import annotations

import os
import signal
import sqlite3
import stat
import subprocess
import sys
import threading
from pathlib import Path
from uuid import UUID

import pytest
import uuid_utils.compat as uuid
from cryptography.hazmat.primitives.keywrap import aes_key_wrap

from bihuan.core.people.vault import FileVault, VaultError

KEK = bytes(range(32))
OTHER_PROCESS = """
import sys
from pathlib import Path
from uuid import UUID
from bihuan.core.people.vault import FileVault
vault = FileVault(Path(sys.argv[1]), bytes(range(32)))
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "vault.sqlite3"


def python(code: str, path: Path, *arguments: str) -> str:
    program = OTHER_PROCESS + code
    done = subprocess.run(
        [sys.executable, "-c", program, str(path), *arguments], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def bytes_on_disk(path: Path) -> bytes:
    return b"".join(f.read_bytes() for f in path.parent.iterdir() if f.is_file())


def test_a_key_is_made_once_and_found_again_by_another_process(path: Path) -> None:
    person = uuid.uuid7()
    key = FileVault(path, KEK).keys([(person, "identity")])[0]
    seen = python(
        "print(vault.existing([(UUID(sys.argv[2]), 'identity')])[0].secret.hex())", path, str(person)
    )
    assert seen == key.secret.hex()


def test_purposes_have_keys_of_their_own(path: Path) -> None:
    person = uuid.uuid7()
    identity, quarantine = FileVault(path, KEK).keys([(person, "identity"), (person, "quarantine")])
    assert identity.secret != quarantine.secret


def test_the_files_can_be_read_by_their_owner_alone_and_hold_no_key_in_clear(path: Path) -> None:
    key = FileVault(path, KEK).keys([(uuid.uuid7(), "identity")])[0]
    assert {stat.S_IMODE(f.stat().st_mode) for f in path.parent.iterdir()} == {0o600}
    assert key.secret not in bytes_on_disk(path)
    assert aes_key_wrap(KEK, key.secret) in bytes_on_disk(path)


def test_destroyed_keys_are_nowhere_in_the_files(path: Path) -> None:
    vault = FileVault(path, KEK)
    owners = [(uuid.uuid4(), "identity") for _ in range(3000)]  # random order: pages split and rows move
    keys = [key for i in range(0, 3000, 100) for key in vault.keys(owners[i : i + 100])]
    vault.destroy(owners[::7])
    disk = bytes_on_disk(path)
    assert not [k for k in keys[::7] if aes_key_wrap(KEK, k.secret) in disk]
    assert aes_key_wrap(KEK, keys[1].secret) in disk
    assert vault.existing(owners[:2]) == [None, keys[1]]


def test_a_key_destroyed_in_another_process_is_not_used_here_any_more(path: Path) -> None:
    vault, person = FileVault(path, KEK), uuid.uuid7()
    vault.keys([(person, "identity")])
    assert python("print(vault.destroy([(UUID(sys.argv[2]), 'identity')]))", path, str(person)) == "1"
    assert vault.existing([(person, "identity")]) == [None]


def test_a_key_destroyed_in_another_thread_is_not_used_here_any_more(path: Path) -> None:
    vault, person = FileVault(path, KEK), uuid.uuid7()
    vault.keys([(person, "identity")])
    thread = threading.Thread(target=vault.destroy, args=([(person, "identity")],))
    thread.start()
    thread.join()
    assert vault.existing([(person, "identity")]) == [None]


def test_the_vault_tells_for_what_a_person_has_keys(path: Path) -> None:
    vault, one, two = FileVault(path, KEK), uuid.uuid7(), uuid.uuid7()
    vault.keys([(one, "identity"), (one, "quarantine"), (two, "identity")])
    vault.destroy([(one, "quarantine")])
    assert vault.living([one, two]) == [(one, "identity"), (two, "identity")]


def test_after_destroying_a_new_key_has_a_new_epoch(path: Path) -> None:
    vault, owner = FileVault(path, KEK), (uuid.uuid7(), "quarantine")
    before = vault.keys([owner])[0]
    vault.destroy([owner])
    after = vault.keys([owner])[0]
    assert (before.epoch, after.epoch) == (0, 1)
    assert after.secret != before.secret
    assert FileVault(path, KEK).existing([owner]) == [after]


def test_destroying_what_was_never_there_changes_nothing(path: Path) -> None:
    assert FileVault(path, KEK).destroy([(uuid.uuid7(), "identity")]) == 0


def test_processes_that_want_the_same_keys_at_once_get_the_same(path: Path) -> None:
    people = [str(uuid.uuid7()) for _ in range(400)]
    code = OTHER_PROCESS + (
        "import hashlib\n"
        "people = [(UUID(p), 'identity') for p in sys.stdin.read().split()]\n"
        "keys = [vault.keys([owner])[0].secret for owner in people]\n"
        "print(hashlib.sha256(b''.join(keys)).hexdigest())\n"
    )
    running = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(path)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        for _ in range(3)
    ]  # fmt: skip
    for process in running:
        assert process.stdin is not None
        process.stdin.write(" ".join(people))
        process.stdin.close()
    seen = {process.stdout.read() for process in running if process.stdout is not None}
    assert [process.wait() for process in running] == [0, 0, 0]
    assert len(seen) == 1


def test_keys_handed_out_before_a_kill_are_there_afterwards(path: Path) -> None:
    code = OTHER_PROCESS + (
        "import uuid\n"
        "while True:\n"
        "    person = uuid.uuid4()\n"
        "    key = vault.keys([(person, 'identity')])[0]\n"
        "    print(person, key.secret.hex(), flush=True)\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE, text=True, bufsize=1
    )
    assert process.stdout is not None
    told = [process.stdout.readline().split() for _ in range(50)]
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    process.stdout.close()
    vault = FileVault(path, KEK)
    kept = vault.existing([(UUID(person), "identity") for person, _ in told])
    assert [key.secret.hex() for key in kept if key] == [secret for _, secret in told]


def test_another_key_encryption_key_is_refused_by_name(path: Path) -> None:
    FileVault(path, KEK).keys([(uuid.uuid7(), "identity")])
    with pytest.raises(VaultError, match="another key-encryption key"):
        FileVault(path, bytes(32)).keys([(uuid.uuid7(), "identity")])


def test_a_damaged_key_is_reported_not_used(path: Path) -> None:
    owner = (uuid.uuid7(), "identity")
    FileVault(path, KEK).keys([owner])
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE data_key SET wrapped = ?", (os.urandom(40),))
    with pytest.raises(VaultError, match="does not open"):
        FileVault(path, KEK).existing([owner])


def test_a_copy_for_the_backup_is_whole_and_private(path: Path, tmp_path: Path) -> None:
    vault, owners = FileVault(path, KEK), [(uuid.uuid7(), "identity") for _ in range(100)]
    keys = vault.keys(owners)
    (tmp_path / "copy").mkdir()
    copy = tmp_path / "copy" / "vault.sqlite3"
    vault.copy_to(copy)
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert [f.name for f in copy.parent.iterdir()] == ["vault.sqlite3"]
    assert FileVault(copy, KEK).existing(owners) == keys
