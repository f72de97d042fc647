"""The county that tests run in: a throw-away folder with PostgreSQL, keys and files (a pytest plugin).

It must be there before Django's settings are read, which is earlier than any `conftest.py`. Each worker of
pytest-xdist has a server of its own: transaction numbers are a server's, and the sealer waits for the oldest.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

import pytest

SHARED = "BIHUAN_TEST_HOME"


def _throw_away_county() -> None:
    """Point this process, and those it starts, to a fresh county; it goes when this process ends."""
    for name in ("DATABASE_URL", "BIHUAN_KEK", "BIHUAN_SMTP_URL"):
        os.environ.pop(name, None)
    home = Path(tempfile.mkdtemp(prefix="bihuan-test-"))
    os.environ[SHARED] = str(home)
    atexit.register(shutil.rmtree, home, ignore_errors=True)  # before the server's own: so it runs after it
    _without_waiting_for_the_disk(home)


def _without_waiting_for_the_disk(home: Path) -> None:
    """Start the server; what a crash of the whole machine would lose, a test may lose."""
    import psycopg

    from bihuan.adapters.postgres import embedded

    with psycopg.connect(embedded.url(home), autocommit=True) as connection:
        for name in ("fsync", "full_page_writes"):
            connection.execute(f"ALTER SYSTEM SET {name} = off")
        connection.execute("SELECT pg_reload_conf()")


if SHARED not in os.environ or "PYTEST_XDIST_WORKER" in os.environ:
    _throw_away_county()
os.environ["BIHUAN_HOME"] = os.environ[SHARED]
os.environ["DJANGO_SETTINGS_MODULE"] = "bihuan.config.settings"


@pytest.hookimpl(trylast=True)
def pytest_configure() -> None:
    """Let Django empty a test database after a transactional test although the ledger refuses it.

    Static files are named as they lie there: hashed names need a collected folder, which a test has not.
    Invented officers' passwords are hashed quickly; the real hasher takes a tenth of a second, on purpose.
    """
    from django.conf import settings

    from bihuan.core.ledger.testing import let_flush_pass
    from bihuan.core.secretfiles import secret_file

    let_flush_pass()
    secret_file(
        settings.BIHUAN.keys / "blind"
    )  # a test that has no database may still ask for a look-up hash
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher", *settings.PASSWORD_HASHERS]
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}
