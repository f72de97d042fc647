"""docs/reference is what the code says, today."""

from __future__ import annotations

from pathlib import Path

from bihuan.cli.reference import pages

FOLDER = Path(__file__).parents[2] / "docs" / "reference"


def test_reference_pages_are_up_to_date() -> None:
    stale = [
        name
        for name, text in pages().items()
        if not (FOLDER / name).exists() or (FOLDER / name).read_text("utf-8") != text.rstrip() + "\n"
    ]
    assert not stale, f"run make reference: {stale}"


def test_no_page_is_left_of_what_is_gone() -> None:
    wanted = {FOLDER / name for name in pages()}
    assert set(FOLDER.rglob("*.md")) == wanted
