"""The figures that span modules, gathered from the chains (`FIGURES`, `SENTENCES` of each)."""

from __future__ import annotations

from bihuan.core.spec.figures import Figure, ReportSentence
from bihuan.loops.follow import CHAINS

FIGURES: tuple[Figure, ...] = tuple(figure for chain in CHAINS for figure in getattr(chain, "FIGURES", ()))
SENTENCES: tuple[ReportSentence, ...] = tuple(
    said for chain in CHAINS for said in getattr(chain, "SENTENCES", ())
)
