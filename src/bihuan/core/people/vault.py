"""Where data keys live: one per person and purpose, outside the database, wrapped by the key-encryption key.

Destroying a key makes everything sealed with it unreadable, in the database and in every backup of it.
`KeyVault` is the interface; `FileVault` is the embedded default. A key service of one's own (a KMS that
wraps, unwraps and forgets) is the second place to implement it: return such an object from `vault()`.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple, Protocol
from uuid import UUID

from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap
from django.conf import settings

from bihuan.core.people.keyfiles import KEY_LENGTH, key_encryption_key

Owner = tuple[UUID, str]
"""Whose key, for what: the person's id and the purpose (`identity`, or a module's name)."""

CACHED = 50_000
AT_ONCE = 10_000
BUSY_SECONDS = 30
PRAGMAS = ("journal_mode = WAL", "synchronous = FULL", "secure_delete = ON", "temp_store = MEMORY")


class DataKey(NamedTuple):
    """An AES-256 key. `epoch` counts how often the key of this person and purpose was destroyed before."""

    epoch: int
    secret: bytes


class VaultError(Exception):
    """The vault cannot be used: it belongs to another key-encryption key, or is damaged, or stays busy."""


class KeyVault(Protocol):
    """Keeps data keys. Safe to use from several processes and threads at once."""

    def keys(self, wanted: Sequence[Owner]) -> list[DataKey]:
        """Return the key of each person and purpose, made where there is none; durable on return."""

    def existing(self, wanted: Sequence[Owner]) -> list[DataKey | None]:
        """Return the key of each person and purpose; None where there is none or it was destroyed."""

    def living(self, people: Sequence[UUID]) -> list[Owner]:
        """Return for what these people have keys that are not destroyed, whatever made them."""

    def destroy(self, wanted: Sequence[Owner]) -> int:
        """Destroy these keys for good and return how many there were; their bytes are gone on return."""

    def copy_to(self, path: Path) -> None:
        """Write a consistent copy of the vault, for the backup that stands beside the database's."""


SCHEMA = """
CREATE TABLE IF NOT EXISTS data_key (
  person BLOB NOT NULL, purpose TEXT NOT NULL, epoch INTEGER NOT NULL, wrapped BLOB,
  PRIMARY KEY (person, purpose)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
INSERT OR IGNORE INTO meta VALUES ('generation', 0);
"""


class FileVault:
    """A vault in one SQLite file of mode 0600: written ahead, flushed to disk before `keys` returns.

    A bounded cache saves unwrapping; every call first asks SQLite whether another process has written, and a
    destroyed key anywhere empties the cache here, so that an erased person's key does not linger.
    """

    def __init__(self, path: Path, kek: bytes) -> None:
        self.path = path
        self._kek = kek
        self._local = threading.local()
        self._lock = threading.Lock()
        self._cache: dict[Owner, DataKey] = {}
        self._generation = -1

    def keys(self, wanted: Sequence[Owner]) -> list[DataKey]:
        """Return the key of each, made where there is none."""
        found = self._lookup(wanted)
        missing = [owner for owner in dict.fromkeys(wanted) if owner not in found]
        if missing:
            found.update(self._create(missing))
        return [found[owner] for owner in wanted]

    def existing(self, wanted: Sequence[Owner]) -> list[DataKey | None]:
        """Return the key of each, or None."""
        found = self._lookup(wanted)
        return [found.get(owner) for owner in wanted]

    def living(self, people: Sequence[UUID]) -> list[Owner]:
        """Return for what these people have keys."""
        connection = self._connection()
        statement = "SELECT purpose FROM data_key WHERE person = ? AND wrapped IS NOT NULL ORDER BY purpose"
        return [(p, row[0]) for p in people for row in connection.execute(statement, (p.bytes,))]

    def destroy(self, wanted: Sequence[Owner]) -> int:
        """Destroy these keys: overwritten in the file, the file rebuilt, the write-ahead log emptied.

        The rebuild matters: SQLite may leave a stale copy of a row where it moved rows between pages, and
        only the current one is overwritten. Raises VaultError where readers keep the log from being emptied;
        the keys are destroyed then, and calling again finishes the cleaning.
        """
        connection = self._connection()
        with self._writing(connection):
            gone = sum(
                connection.execute(
                    "UPDATE data_key SET wrapped = NULL, epoch = epoch + 1"
                    " WHERE person = ? AND purpose = ? AND wrapped IS NOT NULL",
                    (person.bytes, purpose),
                ).rowcount
                for person, purpose in wanted
            )
            connection.execute("UPDATE meta SET value = value + 1 WHERE name = 'generation'")
        self._local.version = None  # one's own writing does not change SQLite's data version
        self._forget()
        connection.execute("VACUUM")
        self._empty_log(connection)
        return gone

    def copy_to(self, path: Path) -> None:
        """Write a consistent copy with mode 0600, replacing an older one in one step."""
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
        with closing(sqlite3.connect(draft)) as copy:
            self._connection().backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")
        with draft.open("rb") as written:
            os.fsync(written.fileno())
        draft.replace(path)

    def _lookup(self, wanted: Sequence[Owner]) -> dict[Owner, DataKey]:
        connection = self._connection()
        generation = self._drop_stale(connection)
        cache = self._cache
        found = {owner: cache[owner] for owner in wanted if owner in cache}
        if len(found) < len(wanted):
            read = self._read(connection, [owner for owner in dict.fromkeys(wanted) if owner not in found])
            self._remember(read, generation)
            found.update(read)
        return found

    def _read(self, connection: sqlite3.Connection, wanted: Sequence[Owner]) -> dict[Owner, DataKey]:
        by_purpose: dict[str, dict[bytes, Owner]] = {}
        for owner in wanted:
            by_purpose.setdefault(owner[1], {})[owner[0].bytes] = owner
        found: dict[Owner, DataKey] = {}
        for purpose, people in by_purpose.items():
            ids = list(people)
            for start in range(0, len(ids), AT_ONCE):
                part = ids[start : start + AT_ONCE]
                marks = ",".join("?" * len(part))
                rows = connection.execute(
                    f"SELECT person, epoch, wrapped FROM data_key WHERE purpose = ? AND person IN ({marks})"  # noqa: S608 - marks are question marks
                    " AND wrapped IS NOT NULL",
                    (purpose, *part),
                )
                for person, epoch, wrapped in rows:
                    found[people[person]] = DataKey(epoch, self._unwrap(wrapped))
        return found

    def _create(self, missing: Sequence[Owner]) -> dict[Owner, DataKey]:
        connection = self._connection()
        with self._writing(connection):
            found = self._read(connection, missing)  # another process may have been first
            new = [owner for owner in missing if owner not in found]
            noise = os.urandom(KEY_LENGTH * len(new))
            secrets = [noise[i : i + KEY_LENGTH] for i in range(0, len(noise), KEY_LENGTH)]
            kek = self._kek
            connection.executemany(
                "INSERT INTO data_key VALUES (?, ?, 0, ?)"
                " ON CONFLICT (person, purpose) DO UPDATE SET wrapped = excluded.wrapped",
                [
                    (person.bytes, purpose, aes_key_wrap(kek, secret))
                    for (person, purpose), secret in zip(new, secrets, strict=True)
                ],
            )
            generation = self._read_generation(connection)
            epochs = self._epochs(connection, new) if generation else {}
        made = {
            owner: DataKey(epochs.get(owner, 0), secret) for owner, secret in zip(new, secrets, strict=True)
        }
        self._remember(made, generation)
        return {**found, **made}

    def _epochs(self, connection: sqlite3.Connection, owners: Sequence[Owner]) -> dict[Owner, int]:
        epochs = {}
        for person, purpose in owners:
            row = connection.execute(
                "SELECT epoch FROM data_key WHERE person = ? AND purpose = ?", (person.bytes, purpose)
            ).fetchone()
            epochs[person, purpose] = int(row[0])
        return epochs

    def _unwrap(self, wrapped: bytes) -> bytes:
        try:
            return aes_key_unwrap(self._kek, wrapped)
        except InvalidUnwrap as error:
            raise VaultError(f"{self.path}: a key does not open with this key-encryption key") from error

    def _remember(self, keys: dict[Owner, DataKey], generation: int) -> None:
        """Cache keys that were read at a generation, unless a key has been destroyed since."""
        with self._lock:
            if generation != self._generation or len(keys) > CACHED:
                return
            if len(self._cache) + len(keys) > CACHED:
                self._cache = {}
            self._cache.update(keys)

    def _forget(self) -> None:
        with self._lock:
            self._cache = {}

    def _drop_stale(self, connection: sqlite3.Connection) -> int:
        """Empty the cache where any process has destroyed a key since; return the generation now."""
        version = connection.execute("PRAGMA data_version").fetchone()[0]
        if version != self._local.version:
            self._local.version = version
            self._local.generation = self._read_generation(connection)
            with self._lock:
                if self._local.generation > self._generation:
                    self._cache = {}
                    self._generation = self._local.generation
        return int(self._local.generation)

    def _read_generation(self, connection: sqlite3.Connection) -> int:
        return int(connection.execute("SELECT value FROM meta WHERE name = 'generation'").fetchone()[0])

    @contextmanager
    def _writing(self, connection: sqlite3.Connection) -> Iterator[None]:
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            connection.execute("COMMIT")
        except BaseException:
            with suppress(sqlite3.OperationalError):
                connection.execute("ROLLBACK")
            raise

    def _connection(self) -> sqlite3.Connection:
        """Return this thread's connection; a forked child opens its own."""
        if getattr(self._local, "pid", None) != os.getpid():
            self._local.connection = self._open()
            self._local.pid = os.getpid()
            self._local.version = None
        connection: sqlite3.Connection = self._local.connection
        return connection

    def _open(self) -> sqlite3.Connection:
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(self.path, os.O_WRONLY | os.O_CREAT, 0o600))
        connection = sqlite3.connect(self.path, timeout=BUSY_SECONDS, isolation_level=None)
        for pragma in PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
        if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'meta'").fetchone() is None:
            connection.executescript(f"BEGIN IMMEDIATE; {SCHEMA} COMMIT;")
        self._check_kek(connection)
        return connection

    def _check_kek(self, connection: sqlite3.Connection) -> None:
        mark = blake2b(b"bihuan vault", key=self._kek, digest_size=16).digest()
        connection.execute("INSERT OR IGNORE INTO meta VALUES ('kek', ?)", (mark,))
        kept = connection.execute("SELECT value FROM meta WHERE name = 'kek'").fetchone()[0]
        if kept != mark:
            connection.close()
            raise VaultError(f"{self.path} was made with another key-encryption key (keys/kek or BIHUAN_KEK)")

    def _empty_log(self, connection: sqlite3.Connection) -> None:
        until = time.monotonic() + BUSY_SECONDS
        while connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
            if time.monotonic() > until:
                raise VaultError(f"{self.path}: the log could not be emptied; destroy again to finish")
            time.sleep(0.05)


@lru_cache(maxsize=4)  # by the county's folder
def _file_vault(home: Path) -> FileVault:
    return FileVault(settings.BIHUAN.keys / "vault.sqlite3", key_encryption_key())


def vault() -> KeyVault:
    """Return the county's vault: the file `keys/vault.sqlite3` in BIHUAN_HOME."""
    return _file_vault(settings.BIHUAN.home)
