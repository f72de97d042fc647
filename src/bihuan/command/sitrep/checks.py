"""What a reader checks first: do the parts add up, and what is different from the day before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bihuan.core.matters.registry import figures
from bihuan.core.spec.figures import Figure


@dataclass(frozen=True, slots=True)
class Sum:
    """A total and its parts; `missing` is the total less the parts."""

    figure: Figure
    total: int
    parts: tuple[tuple[Figure, int], ...]

    @property
    def added(self) -> int:
        """Return what the parts add up to."""
        return sum(value for _, value in self.parts)

    @property
    def missing(self) -> int:
        """Return by how much the parts fall short; negative where they exceed the total."""
        return self.total - self.added


def parts_of(key: str, values: Mapping[str, int]) -> Sum:
    """Return a figure's parts at the same moment."""
    parts = tuple((f, values[f.key]) for f in figures().values() if f.part_of == key and f.key in values)
    return Sum(figures()[key], values[key], parts)


def sums(values: Mapping[str, int]) -> list[Sum]:
    """Return every total that has parts."""
    found = [parts_of(key, values) for key in values if key in figures()]
    return [one for one in found if one.parts]


@dataclass(frozen=True, slots=True)
class Difference:
    """How a figure differs from an earlier value."""

    figure: Figure
    before: int
    after: int

    @property
    def change(self) -> str:
        """Return the change with its sign: +37, −164."""
        by = self.after - self.before
        return f"+{by:,}" if by > 0 else f"{by:,}".replace("-", "−")


def differences(before: Mapping[str, int], after: Mapping[str, int]) -> list[Difference]:
    """Return the figures whose value differs, in report order."""
    return [
        Difference(figure, before[key], after[key])
        for key, figure in figures().items()
        if key in before and key in after and before[key] != after[key]
    ]
