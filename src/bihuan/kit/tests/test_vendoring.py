"""The front-end files are those that were locked, every icon in use is there, nothing stands inline."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import bihuan
from bihuan.kit import vendoring
from bihuan.kit.templatetags.bihuan import STATUS_ICONS

SOURCE = Path(bihuan.__file__).parent
PAGES = sorted(SOURCE.rglob("templates/**/*.html"))


def test_the_files_are_those_of_the_lock() -> None:
    assert list(vendoring.problems()) == []


def test_a_changed_file_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lock = tmp_path / "lock.json"
    lock.write_text(
        vendoring.LOCK.read_text().replace(
            '"files": {', '"files": {"pyproject.toml": "0", "gone.js": "0",', 1
        )
    )
    monkeypatch.setattr(vendoring, "LOCK", lock)
    assert sorted(vendoring.problems()) == [
        "gone.js: missing",
        "pyproject.toml: is not the file that was locked",
    ]


def test_an_icon_that_is_not_in_the_sprite_is_found(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text('{% icon "no-such-icon" "lg" %}')
    assert vendoring.icons_used(tmp_path) == {("page.html", "no-such-icon")}


def test_every_state_has_its_icon() -> None:
    assert set(STATUS_ICONS.values()) <= set(vendoring.icon_names())


def test_the_lock_names_no_registry() -> None:
    assert "://" not in vendoring.LOCK.read_text()


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_no_page_carries_inline_style_or_script_or_another_host(page: Path) -> None:
    text = page.read_text()
    assert not re.search(r"<[^>]*\s(style|on[a-z]+)=[\"']", text)
    assert not re.search(r"<script(?![^>]*\s(src=|type=\"application/json\"))", text)
    assert not re.search(r"(src|href)=[\"']?(https?:)?//", text)
