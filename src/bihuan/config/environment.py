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
        description="本县的数据目录：内置数据库、密钥、文件 / "
        "folder of one county: embedded database, keys, files",
    )
    database_url: str | None = Field(
        default=None,
        validation_alias="DATABASE_URL",
        description="自备的 PostgreSQL(15 以上)；不设则用内置的 / "
        "a PostgreSQL server (15 or later) of your own; unset: the embedded one",
    )
    debug: bool = Field(
        default=False,
        description="在浏览器显示出错细节，正式运行时不得开启 / "
        "tracebacks in the browser; never in production",
    )
    host: str = Field(default="127.0.0.1", description="网页监听地址 / address the web server listens on")
    port: int = Field(
        default=8000,
        description="网页和接口的端口，下一个端口用于实时消息 / "
        "port of pages and API; the live streams use the next one",
    )
    allowed_hosts: list[str] = Field(
        default=["127.0.0.1", "localhost", "[::1]"],
        description="允许访问的主机名 / host names that are answered",
    )
    secure: bool = Field(
        default=False, description="在 HTTPS 之后运行：安全 Cookie、HSTS / behind HTTPS: secure cookies, HSTS"
    )
    county: str = Field(default="青禾县", description="县(区)中文名称 / name of the county in Chinese")
    county_en: str = Field(
        default="Qinghe County", description="县(区)英文名称 / name of the county in English"
    )
    jurisdiction: str = Field(
        default="620799", description="行政区划代码(GB/T 2260) / GB/T 2260 code of the county"
    )
    kek: SecretStr | None = Field(
        default=None,
        description="主密钥，64 位十六进制；不设则用 keys/kek(权限 0600) / "
        "key-encryption key, 64 hex digits; unset: the file keys/kek (mode 0600)",
    )
    smtp_url: str | None = Field(
        default=None,
        description="邮件服务器 smtp://user:password@host:port；不设则留在内置信箱 / "
        "mail relay; unset: the embedded sink",
    )
    sms_url: str | None = Field(
        default=None,
        description="短信网关 https://host/path(约定见 adapters/sms/README.md)；不设则留在内置信箱 / "
        "SMS gateway; unset: the sink",
    )
    sms_token: SecretStr | None = Field(
        default=None, description="短信网关令牌 / bearer token of the SMS gateway"
    )
    mail_from: str = Field(default="bihuan@localhost", description="发件人 / sender of the county's mail")
    upload_limit_mb: int = Field(
        default=64, description="网页接收的最大文件(MiB) / largest file accepted by the web page, in MiB"
    )
    spark_master: str | None = Field(
        default=None,
        description="关联比对所用 Spark 集群的地址，如 spark://host:7077；不设则在本机用 DuckDB / "
        "master of the Spark cluster that links and counts, such as spark://host:7077; unset: DuckDB in this machine",
    )

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
