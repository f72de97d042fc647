from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bihuan.core.ledger.testing import let_flush_pass

let_flush_pass()


@pytest.fixture
def keys(tmp_path: Path, settings: object) -> Iterator[Path]:
    """A county's folder of its own, with fresh keys and no seals."""
    home = settings.BIHUAN.model_copy(update={"home": tmp_path})  # type: ignore[attr-defined]
    settings.BIHUAN = home  # type: ignore[attr-defined]
    yield tmp_path
