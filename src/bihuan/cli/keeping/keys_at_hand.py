"""Are the county's keys at hand, and are they its own? What has no key any more is lost without anybody noticing."""

from __future__ import annotations

from bihuan.core.spec.text import Text

MADE_WITH = {
    "ledger": "ledger_entry",
    "seal": "ledger_seal",
    "blind": "people_person",
    "kek": "people_person",
    "vault.sqlite3": "people_person",
}
"""Each key file and the table whose rows were made with it."""


def trouble() -> Text | None:
    """Return which of the keys that this county's records were made with are missing or another county's."""
    from django.conf import settings

    folder = settings.BIHUAN.keys
    missing = [
        name
        for name, table in MADE_WITH.items()
        if not (folder / name).exists() and not (name == "kek" and settings.BIHUAN.kek) and _any(table)
    ]
    if missing:
        names = ", ".join(missing)
        return Text(
            f"缺少 {names}，请从密钥备份恢复到 {folder}",
            f"missing {names}: restore from the keys' backup into {folder}",
        )
    return _not_ours()


def _any(table: str) -> bool:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(f"SELECT EXISTS (SELECT FROM {table})")  # noqa: S608 - a constant
        return bool(cursor.fetchone() == (True,))


def _not_ours() -> Text | None:
    from django.db import connection

    from bihuan.core.ledger.keys import key_name, mac_key
    from bihuan.core.people.vault import VaultError, vault

    if _any("ledger_seal"):
        with connection.cursor() as cursor:
            cursor.execute("SELECT EXISTS (SELECT FROM ledger_seal WHERE key = %s)", [key_name(mac_key())])
            if cursor.fetchone() != (True,):
                return Text("keys/ledger 不是本县台账的密钥", "keys/ledger is not this ledger's key")
    if _any("people_person"):
        try:
            vault().living([])
        except VaultError as error:
            return Text(f"keys/kek 打不开密钥库：{error}", f"keys/kek does not open the vault: {error}")
    return None
