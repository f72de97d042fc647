"""A county whose model is the shipped one, whatever another test has trained."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bihuan.core.people.linking import model


@pytest.fixture(autouse=True)
def model_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep the county's model in a folder of this test's own."""
    kept = tmp_path / "linking" / "people.json"
    monkeypatch.setattr(model, "kept_at", lambda: kept)
    return kept


def weighed(kept: Path) -> Any:
    """Return the probabilities of a model file."""
    return model.load(kept).content["settings"]["comparisons"]
