"""The model file: blocking, comparisons, what training found, and where the lines are drawn. It holds no personal value.

`settings` is Splink's own form, so that the file can be opened with Splink by hand; conditions use only functions
that DuckDB and Spark both have. The shipped model starts a county; what training finds on the county's own lists is
kept in `linking/people.json` of BIHUAN_HOME and used from then on, on whatever engine.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

SHIPPED = Path(__file__).parent / "models" / "people.json"


@dataclass(frozen=True, slots=True)
class Decide:
    """Where the lines are drawn, in match weights (log2 of the odds that two records are one person's).

    `linked`: from here on they are; `pending`: from here on a clerk is asked. `margin`: where the second best is no
    more than this behind, a clerk is asked too. `never` and `ask` name agreements (comparison → levels) that are never
    linked, or at most asked, whatever they weigh.
    """

    linked: float
    pending: float
    margin: float
    never: tuple[Mapping[str, list[str]], ...]
    ask: tuple[Mapping[str, list[str]], ...]


@dataclass(frozen=True, slots=True)
class Model:
    """A model file, read. `content` is the file as a whole."""

    content: dict[str, Any]

    @property
    def decide(self) -> Decide:
        """The lines."""
        lines = self.content["decide"]
        return Decide(
            float(lines["linked"]),
            float(lines["pending"]),
            float(lines["margin"]),
            tuple(lines.get("never", ())),
            tuple(lines.get("ask", ())),
        )

    @property
    def levels(self) -> dict[str, dict[int, str]]:
        """Comparison → Splink's number of a level (-1: missing) → its name."""
        found = {}
        for comparison in self.content["settings"]["comparisons"]:
            named = [one for one in comparison["comparison_levels"] if not one.get("is_null_level")]
            numbers = {len(named) - 1 - at: one["label_for_charts"] for at, one in enumerate(named)}
            found[comparison["output_column_name"]] = {-1: "missing", **numbers}
        return found

    def splink_settings(self, known: int) -> dict[str, Any]:
        """Return Splink's settings for a job among this many people: of so many, one is the one.

        This is how the lines move with size: the more people, the more two records must have in common.
        """
        chosen: dict[str, Any] = deepcopy(self.content["settings"])
        if self.content.get("one_of_all", True):
            chosen["probability_two_random_records_match"] = 1 / max(2, known)
        return chosen

    def trained(self, comparisons: list[dict[str, Any]], note: dict[str, Any]) -> Model:
        """Return this model with the comparisons that training found, and a note of on what."""
        content = deepcopy(self.content)
        content["settings"]["comparisons"] = comparisons
        content["trained"] = note
        return Model(content)


def load(path: Path) -> Model:
    """Read a model file. Raises ValueError where it is none."""
    content = json.loads(path.read_text(encoding="utf-8"))
    if not {"settings", "decide"} <= content.keys():
        raise ValueError(f"{path} is no model: settings and decide are missing")
    return Model(content)


def kept_at() -> Path:
    """Return where the county's own model is kept."""
    return Path(settings.BIHUAN.home) / "linking" / "people.json"


def county_model() -> Model:
    """Return the county's own model, or the shipped one where none was trained or a newer form was shipped."""
    shipped = load(SHIPPED)
    if not kept_at().exists():
        return shipped
    own = load(kept_at())
    return own if own.content.get("version") == shipped.content["version"] else shipped


def keep(model: Model) -> None:
    """Keep a model as the county's own, in one step."""
    path = kept_at()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_text(json.dumps(model.content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    draft.replace(path)


def odds(weight: float) -> float:
    """Return a match weight as a probability."""
    return 1 / (1 + math.pow(2, -weight))
