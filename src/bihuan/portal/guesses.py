"""Holds back whoever tries out codes. Only wrong ones count: a whole site may sit behind one address."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from django.conf import settings
from django.db import connection

from bihuan.core.people.keyfiles import derived_key, secret_file

WINDOW = 15 * 60  # seconds
PER_ADDRESS = 20
ALTOGETHER = 300
EVERYBODY = "everybody"


@cache
def _key() -> bytes:
    return derived_key(secret_file(settings.BIHUAN.keys / "slips"), "slip guesses")


@dataclass(frozen=True, slots=True)
class Guesser:
    """Who enters a code, as far as it may be known: a keyed hash of the address, worthless without the key."""

    address: str
    at: datetime

    @property
    def _window(self) -> int:
        return int(self.at.timestamp()) // WINDOW

    def _sources(self) -> list[bytes]:
        return [hmac.digest(_key(), one.encode(), "sha256")[:16] for one in (self.address, EVERYBODY)]

    def held_back(self) -> bool:
        """Tell whether too many wrong codes came from this address, or from all of them, in this quarter of an hour."""
        mine, all_of_them = self._sources()
        with connection.cursor() as cursor:
            cursor.execute(
                'SELECT source, count FROM portal_wrongcodes WHERE source = ANY(%s) AND "window" = %s',
                [[mine, all_of_them], self._window],
            )
            counts = {bytes(source): count for source, count in cursor.fetchall()}
        return bool(counts.get(mine, 0) >= PER_ADDRESS or counts.get(all_of_them, 0) >= ALTOGETHER)

    def wrong(self) -> None:
        """Count a wrong code; what is older than the last window is forgotten."""
        with connection.cursor() as cursor:
            cursor.execute('DELETE FROM portal_wrongcodes WHERE "window" < %s', [self._window - 1])
            cursor.executemany(
                'INSERT INTO portal_wrongcodes (source, "window", count) VALUES (%s, %s, 1)'
                ' ON CONFLICT (source, "window") DO UPDATE SET count = portal_wrongcodes.count + 1',
                [[source, self._window] for source in sorted(self._sources())],
            )
