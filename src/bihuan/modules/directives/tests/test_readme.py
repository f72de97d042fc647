"""The module's README shows the procedure as it is declared."""

from __future__ import annotations

from pathlib import Path

import pytest

from bihuan.core.matters.reference import matter_page
from bihuan.modules.directives.matter import MATTERS

README = Path(__file__).resolve().parents[1] / "README.md"


@pytest.mark.parametrize("number", range(len(MATTERS)))
def test_its_diagrams_are_those_of_the_declaration(number: int) -> None:
    page = matter_page(MATTERS[number])
    diagram = page[page.index("```mermaid") :].split("```")[1]
    assert diagram in README.read_text("utf-8")
