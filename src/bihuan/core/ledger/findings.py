"""What a verification can find, and its report."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from bihuan.core.spec.text import Text

MOST_NAMED = 100_000  # findings named one by one; further ones are counted


class Kind(StrEnum):
    """What is wrong with an entry, a seal or the ledger's protection."""

    ALTERED = "entry-altered"
    REMOVED = "entry-removed"
    INSERTED = "entry-inserted"
    REORDERED = "entry-reordered"
    EVADED = "entry-evades-sealing"
    GAP = "history-gap"
    AHEAD = "matter-ahead"
    SEAL_ALTERED = "seal-altered"
    SEAL_FORGED = "seal-forged"
    SEAL_REMOVED = "seal-removed"
    SEAL_REORDERED = "seal-reordered"
    ANCHOR = "anchor-differs"
    UNPROTECTED = "protection-off"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong: which entry, which seal, in words; `other`: where its contents came from."""

    kind: Kind
    says: Text
    entry: int | None = None
    seal: int | None = None
    other: int | None = None
    matter: UUID | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the finding for a machine."""
        words = {"zh": self.says.zh, "en": self.says.en}
        matter = None if self.matter is None else str(self.matter)
        about = {"entry": self.entry, "seal": self.seal, "other": self.other, "matter": matter}
        return {
            "kind": str(self.kind),
            **{name: value for name, value in about.items() if value is not None},
            "message": words,
        }


@dataclass(slots=True)
class Report:
    """The state of the ledger as found: counts, the chain's head, what is wrong."""

    entries: int = 0
    sealed: int = 0
    unsealed: int = 0
    seals: int = 0
    head: str | None = None
    head_number: int | None = None
    last_sealed_at: datetime | None = None
    anchored: int = 0
    findings: list[Finding] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    @property
    def sound(self) -> bool:
        """Tell whether nothing was found."""
        return not self.counts

    def add(self, finding: Finding) -> None:
        """Note a finding; beyond MOST_NAMED it is only counted."""
        self.counts[str(finding.kind)] += 1
        if len(self.findings) < MOST_NAMED:
            self.findings.append(finding)

    def as_json(self) -> dict[str, Any]:
        """Return the report for a machine."""
        return {
            "sound": self.sound,
            "entries": self.entries,
            "sealed": self.sealed,
            "unsealed": self.unsealed,
            "seals": self.seals,
            "head": self.head,
            "head_number": self.head_number,
            "last_sealed_at": self.last_sealed_at.isoformat() if self.last_sealed_at else None,
            "anchored": self.anchored,
            "counts": dict(self.counts),
            "findings": [finding.as_json() for finding in self.findings],
        }

    def summary(self) -> Text:
        """Return the report in two sentences."""
        total = sum(self.counts.values())
        verdict = Text("未发现改动", "nothing was changed") if self.sound else Text(
            f"发现 {total} 处问题", f"{total} findings"
        )  # fmt: skip
        return Text(
            f"台账 {self.entries:,} 条，已封存 {self.sealed:,} 条（{self.seals:,} 个封条），"
            f"待封存 {self.unsealed:,} 条：{verdict.zh}。",
            f"{self.entries:,} entries, {self.sealed:,} sealed under {self.seals:,} seals, "
            f"{self.unsealed:,} waiting to be sealed: {verdict.en}.",
        )
