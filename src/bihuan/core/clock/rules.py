"""Named deadline rules as effective-dated data: which version of which law sets which period.

The data are `law/*.toml`; a rule's version points to an edition of a law, and the edition says from when it
was known (`published`) and in force (`effective`). Nothing is overwritten: where the law changed, both stay.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, time
from difflib import get_close_matches
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final

from bihuan.core.clock.calendar import DATA
from bihuan.core.spec.deadlines import Basis, Consequence, Counting, Roll, Unit, Within
from bihuan.core.spec.laws import LAWS
from bihuan.core.spec.text import Text

RULE_FILES: Final = ("court", "mediation", "procuratorate", "police", "justice", "field")


class Certainty(StrEnum):
    """How well a rule is known: read in the law's text, from a secondary source, or not verified."""

    READ = "read"
    SECONDARY = "secondary"
    UNVERIFIED = "unverified"
    DECLARED = "declared"

    @property
    def label(self) -> Text:
        """Return what a reader is told about it."""
        return _CERTAINTY_LABELS[self]


_CERTAINTY_LABELS: Final = {
    Certainty.READ: Text("已对照法条原文", "read in the law's text"),
    Certainty.SECONDARY: Text("依二手或地方来源，可配置", "from a secondary or local source, configurable"),
    Certainty.UNVERIFIED: Text("未核实，可配置", "not verified, configurable"),
    Certainty.DECLARED: Text("依事项声明", "as the matter's declaration says"),
}


class UnknownRuleError(LookupError):
    """No rule, or no version of it, answers to what was asked; `text` says so in both languages."""

    def __init__(self, text: Text) -> None:
        super().__init__(f"{text.zh} / {text.en}")
        self.text = text


@dataclass(frozen=True, slots=True)
class Allowance:
    """An extension the law permits: how much (0: as the parties agree), how often, on whose word."""

    amount: int
    unit: Unit
    times: int
    by: Text


@dataclass(frozen=True, slots=True)
class Ground:
    """A ground on which the clock may stop, such as appraisal."""

    code: str
    label: Text


@dataclass(frozen=True, slots=True)
class RuleVersion:
    """One version of a rule: the period, its basis, how it is counted, since when known and in force."""

    rule: str
    label: Text
    start: Text
    edition: str
    published: date
    effective: date
    basis: Basis
    amount: int
    unit: Unit
    counting: Counting
    certainty: Certainty
    consequence: Consequence
    roll: Roll | None = None
    before: bool = False
    cutoff: time | None = None
    extensions: tuple[Allowance, ...] = ()
    not_counted: tuple[Ground, ...] = ()
    not_counted_by: Basis | None = None
    restarts: Text | None = None
    note: Text | None = None
    predates: bool = False

    @property
    def period(self) -> Text:
        """Return the period in words."""
        if self.amount == 0:
            return Text("当日", "the same day")
        words = self.unit.amount(self.amount)
        return Text(f"{words.zh}前", f"{words.en} before") if self.before else words

    @classmethod
    def declared(cls, within: Within) -> RuleVersion:
        """Return the one version of a period that a declaration states directly."""
        if within.basis is None or within.is_set_by_field:
            raise ValueError("a deadline set by a field is not counted; take its date as it is")
        label = Text(within.basis.zh or "办理时限", within.basis.en or "time limit")
        start = Text("进入本状态", "this state was entered")
        return cls(
            rule="",
            label=label,
            start=start,
            edition="",
            published=date.min,
            effective=date.min,
            basis=within.basis,
            amount=within.amount,
            unit=within.unit,
            counting=within.counting or within.basis.law.counting,
            certainty=Certainty.DECLARED,
            consequence=within.consequence,
            roll=within.roll,
            before=within.before,
            cutoff=within.cutoff,
        )


@dataclass(frozen=True, slots=True)
class Rule:
    """A named rule with all its versions, oldest first."""

    code: str
    label: Text
    start: Text
    group: str
    versions: tuple[RuleVersion, ...]

    def version(self, law_at: date, known_on: date) -> RuleVersion:
        """Return the version in force on `law_at` as far as was known on `known_on`.

        Before the oldest version on file that one answers, marked `predates`, so that nobody takes it for
        certain. UnknownRuleError if no version was known yet.
        """
        known = [v for v in self.versions if v.published <= known_on]
        if not known:
            raise UnknownRuleError(
                Text(
                    f"截至 {known_on} 尚无规则 {self.code}",
                    f"on {known_on} rule {self.code} was not known yet",
                )
            )
        in_force = [v for v in known if v.effective <= law_at]
        if in_force:
            return in_force[-1]
        return replace(known[0], predates=True)


@dataclass(frozen=True, slots=True)
class CountingRule:
    """How periods of one branch of law are counted, by the edition in force."""

    code: Counting
    first: Basis | None
    last: Basis | None
    next_hour: bool
    custody: bool
    travel: bool


def rule(code: str, rulebook: Mapping[str, Rule] | None = None) -> Rule:
    """Return the rule with this code; UnknownRuleError names the nearest ones."""
    rulebook = rules() if rulebook is None else rulebook
    found = rulebook.get(code)
    if found is None:
        near = get_close_matches(code, rulebook, n=3, cutoff=0.4)
        hint = Text("。", ".")
        if near:
            hint = Text(f"；相近的有 {'、'.join(near)}", f"; near it: {', '.join(near)}")
        raise UnknownRuleError(
            Text(f"没有名为 {code} 的时限规则{hint.zh}", f"there is no deadline rule {code}{hint.en}")
        )
    return found


def adapted(
    original: Rule,
    amount: int,
    *,
    unit: Unit | None = None,
    cutoff: time | None = None,
    effective: date,
    published: date,
) -> Rule:
    """Return a rule with a county's own version added; the versions before it stay.

    ValueError for a rule that was read in a law's text: a statute is not configurable.
    """
    base = original.versions[-1]
    if base.certainty is Certainty.READ:
        raise ValueError(f"{original.code} 是法定期限，不可配置 / {original.code} is set by law")
    own = replace(
        base,
        amount=amount,
        unit=unit or base.unit,
        cutoff=cutoff or base.cutoff,
        edition=f"local-{effective}",
        effective=effective,
        published=published,
    )
    versions = sorted((*original.versions, own), key=lambda v: v.effective)
    return replace(original, versions=tuple(versions))


@lru_cache(maxsize=1)
def rules() -> Mapping[str, Rule]:
    """Return every rule on file by code, in the order of the files."""
    editions = _read("editions")
    grounds = {code: Ground(code, Text(**words)) for code, words in _read("grounds").items()}
    found: dict[str, Rule] = {}
    for group in RULE_FILES:
        for entry in _read(group)["rule"]:
            made = _rule(entry, group, editions, grounds)
            if made.code in found:
                raise ValueError(f"rule {made.code} is declared twice")
            found[made.code] = made
    return found


@lru_cache(maxsize=4096)
def counting_rule(code: Counting, law_at: date, known_on: date) -> CountingRule:
    """Return the way of counting of a branch of law on a date, as far as known; else its oldest edition."""
    entry, editions = _read("counting")[code], _read("editions")
    dated = [(editions[v["law"]][v["edition"]], v) for v in entry["versions"]]
    usable = [v for e, v in dated if e["effective"] <= law_at and e["published"] <= known_on]
    chosen = usable[-1] if usable else entry["versions"][0]
    law = LAWS[chosen["law"]]
    return CountingRule(
        code=code,
        first=law[chosen["first"]] if "first" in chosen else None,
        last=law[chosen["last"]] if "last" in chosen else None,
        next_hour=entry["hours"] == "next_hour",
        custody=entry.get("custody", False),
        travel=entry.get("travel", False),
    )


@lru_cache(maxsize=16)
def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((DATA / "law" / f"{name}.toml").read_text("utf-8"))


def _rule(
    entry: Mapping[str, Any], group: str, editions: Mapping[str, Any], grounds: Mapping[str, Ground]
) -> Rule:
    shared = {k: v for k, v in entry.items() if k != "versions"}
    versions = tuple(
        _version(
            {"unit": "days", "certainty": "read", "consequence": "legal"} | shared | own, editions, grounds
        )
        for own in entry["versions"]
    )
    return Rule(entry["code"], Text(entry["zh"], entry["en"]), Text(**entry["start"]), group, versions)


def _version(e: Mapping[str, Any], editions: Mapping[str, Any], grounds: Mapping[str, Ground]) -> RuleVersion:
    law, edition = LAWS[e["law"]], editions[e["law"]][e["edition"]]
    by = e.get("not_counted_by")
    return RuleVersion(
        rule=e["code"],
        label=Text(e["zh"], e["en"]),
        start=Text(**e["start"]),
        edition=e["edition"],
        published=edition["published"],
        effective=edition["effective"],
        basis=law[e["article"]],
        amount=e["amount"],
        unit=Unit(e["unit"]),
        counting=Counting(e.get("counting", law.counting)),
        certainty=Certainty(e["certainty"]),
        consequence=Consequence[e["consequence"].upper()],
        roll=Roll(e["roll"]) if "roll" in e else None,
        before=e.get("before", False),
        cutoff=e.get("cutoff"),
        extensions=tuple(_allowance(x) for x in e.get("extensions", ())),
        not_counted=tuple(grounds[code] for code in e.get("not_counted", ())),
        not_counted_by=LAWS[by["law"]][by["article"]] if by else None,
        restarts=Text(**e["restarts"]) if "restarts" in e else None,
        note=Text(**e["note"]) if "note" in e else None,
    )


def _allowance(e: Mapping[str, Any]) -> Allowance:
    return Allowance(
        e.get("amount", 0), Unit(e.get("unit", "days")), e.get("times", 1), Text(e["zh"], e["en"])
    )
