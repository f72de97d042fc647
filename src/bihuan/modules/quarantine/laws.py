"""The law behind centralised quarantine."""

from __future__ import annotations

from typing import Final

from bihuan.core.spec.deadlines import Counting, Law

DISEASE_LAW: Final = Law(
    "infectious_diseases", "传染病防治法", "Law on Infectious Diseases", Counting.PLAIN, "主席令第五号"
)
