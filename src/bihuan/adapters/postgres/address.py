"""A PostgreSQL address as Django's settings want it, and as libpq's programs do."""

from __future__ import annotations

from urllib.parse import parse_qsl, unquote, urlsplit


def django_database(address: str) -> dict[str, object]:
    """Turn an address (URL, socket folder in `?host=` allowed) into a Django database setting.

    Raises ValueError where it is no PostgreSQL address.
    """
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


def connection_string(database: dict[str, object]) -> str:
    """Return the string by which psycopg itself connects to a Django database setting's server."""
    from psycopg.conninfo import make_conninfo

    options = database.get("OPTIONS")
    found = {
        "dbname": database["NAME"],
        "user": database["USER"],
        "password": database["PASSWORD"],
        "host": database["HOST"],
        "port": database["PORT"],
        **{k: v for k, v in (options if isinstance(options, dict) else {}).items() if isinstance(v, str)},
    }
    return make_conninfo(**{name: str(value) for name, value in found.items() if value})


def libpq_environment(database: dict[str, object]) -> dict[str, str]:
    """Return the variables by which psql, pg_dump and pg_restore find a Django database setting's server."""
    options = database.get("OPTIONS")
    found = {
        "PGDATABASE": database["NAME"],
        "PGUSER": database["USER"],
        "PGPASSWORD": database["PASSWORD"],
        "PGHOST": database["HOST"],
        "PGPORT": database["PORT"],
        "PGCLIENTENCODING": "UTF8",
    }
    if isinstance(options, dict) and "sslmode" in options:
        found["PGSSLMODE"] = options["sslmode"]
    return {name: str(value) for name, value in found.items() if value}
