"""Every setting, typed, read once from the environment (`docs/reference/settings.md` is made from here)."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path

import platformdirs
from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Environment(BaseSettings):
    """What an operator may set. Names are the environment variables; defaults run a county on one machine."""

    model_config = SettingsConfigDict(env_prefix="BIHUAN_", populate_by_name=True, extra="ignore")

    home: Path = Field(
        default=Path(platformdirs.user_data_dir("bihuan")),
        description="Folder that holds the embedded database, the keys and the files of one county.",
    )
    database_url: str | None = Field(
        default=None,
        validation_alias="DATABASE_URL",
        description="A PostgreSQL server (15 or later) of your own; unset: the embedded one in BIHUAN_HOME.",
    )
    debug: bool = Field(default=False, description="Tracebacks in the browser. Never in production.")
    host: str = Field(default="127.0.0.1", description="Address the web server listens on.")
    port: int = Field(default=8000, description="Port of pages and API; the live streams use the next one.")
    allowed_hosts: list[str] = Field(
        default=["127.0.0.1", "localhost", "[::1]", "testserver"], description="Host names that are answered."
    )
    secure: bool = Field(default=False, description="Behind HTTPS: secure cookies, HSTS.")
    county: str = Field(default="青禾县", description="Name of the county in Chinese.")
    county_en: str = Field(default="Qinghe County", description="Name of the county in English.")
    jurisdiction: str = Field(default="620799", description="GB/T 2260 code of the county.")
    kek: SecretStr | None = Field(
        default=None,
        description="Key-encryption key, 64 hex digits; unset: the file keys/kek (mode 0600) in BIHUAN_HOME.",
    )
    smtp_url: str | None = Field(
        default=None,
        description="smtp://user:password@host:port of a mail relay; unset: messages stay in the sink.",
    )
    sms_url: str | None = Field(
        default=None,
        description="https://host/path of an SMS gateway (contract: adapters/sms/README.md); unset: the sink.",
    )
    sms_token: SecretStr | None = Field(default=None, description="Bearer token of the SMS gateway.")
    mail_from: str = Field(default="bihuan@localhost", description="Sender of the county's mail.")
    upload_limit_mb: int = Field(default=64, description="Largest file accepted by the web page, in MiB.")

    @property
    def keys(self) -> Path:
        """Folder of the keys; never part of a database dump."""
        return self.home / "keys"

    @property
    def files(self) -> Path:
        """Folder of uploads and generated papers."""
        return self.home / "files"


@lru_cache(maxsize=1)
def environment() -> Environment:
    """Return the process's settings; read once, so that a running county is consistent."""
    os.environ.setdefault("TZ", "Asia/Shanghai")
    return Environment()
