"""Secrets beside the database: made once by whoever comes first, private, refused where malformed."""

from __future__ import annotations

import stat
import threading
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.core.exceptions import ImproperlyConfigured
from pydantic import SecretStr

from bihuan.core.people import keyfiles
from bihuan.core.people.identity import Identity
from bihuan.core.people.keyfiles import KeyMissing, blind_secret, derived_key, key_encryption_key, secret_file
from bihuan.core.people.people import register_many


def county(monkeypatch: pytest.MonkeyPatch, keys: Path, kek: str | None = None) -> None:
    """Pretend to be a county with these keys."""
    settings = SimpleNamespace(BIHUAN=SimpleNamespace(keys=keys, kek=None if kek is None else SecretStr(kek)))
    monkeypatch.setattr(keyfiles, "settings", settings)


def test_a_secret_is_made_once_and_private(tmp_path: Path) -> None:
    secret = secret_file(tmp_path / "keys" / "blind")
    assert len(secret) == 32
    assert secret_file(tmp_path / "keys" / "blind") == secret
    assert stat.S_IMODE((tmp_path / "keys" / "blind").stat().st_mode) == 0o600
    assert [f.name for f in (tmp_path / "keys").iterdir()] == ["blind"]


def test_those_who_start_at_once_share_the_secret(tmp_path: Path) -> None:
    start, seen = threading.Barrier(8), set()

    def begin() -> None:
        start.wait()
        seen.add(secret_file(tmp_path / "kek"))

    threads = [threading.Thread(target=begin) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 1


def test_the_environments_key_comes_before_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    county(monkeypatch, tmp_path, "ab" * 32)
    assert key_encryption_key() == b"\xab" * 32
    assert list(tmp_path.iterdir()) == []
    county(monkeypatch, tmp_path)
    assert key_encryption_key() == secret_file(tmp_path / "kek")


@pytest.mark.parametrize("malformed", ["", "ab", "xy" * 32, "ab" * 33])
def test_a_malformed_key_is_refused_without_printing_it(
    malformed: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    county(monkeypatch, tmp_path, malformed)
    with pytest.raises(ImproperlyConfigured, match="64 hex digits"):
        key_encryption_key()


def test_each_use_has_a_key_of_its_own() -> None:
    assert derived_key(b"s" * 32, "blind name") != derived_key(b"s" * 32, "blind phone")


@pytest.mark.django_db
def test_a_lost_look_up_key_is_not_silently_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a new one everybody registered would come a second time."""
    county(monkeypatch, tmp_path)
    made = blind_secret()
    assert blind_secret() == made
    register_many(
        [Identity(name="王小满", identifier_type="resident", identifier="110101199003077758", phone=None)],
        "620799",
    )
    (tmp_path / "blind").unlink()
    with pytest.raises(KeyMissing, match="keys/blind"):
        blind_secret()
    assert not (tmp_path / "blind").exists()
