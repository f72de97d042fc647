"""What a report says around its figures, the same in every format: heads, times, the annex, the seal."""

from __future__ import annotations

from dataclasses import dataclass

from bihuan.command.report.document import AnnexRow, ReportDocument
from bihuan.core.papers.wording import day, in_groups, minute, punctuated
from bihuan.core.spec.text import Text

ANNEX = Text("附件", "Annex")
ANNEX_NOTE = Text(
    "附件：数据说明表（正文中每个数字均对应表中一行）",
    "Annex: table of figures (every number in the text opens to its row)",
)
ANNEX_TITLE = Text("数据说明表", "Table of figures")
COLUMNS = (
    Text("序号", "No."),
    Text("指标", "Figure"),
    Text("数值", "Value"),
    Text("口径（定义）", "Definition"),
    Text("记录数", "Records"),
)
DRAFT = Text("送审稿", "DRAFT")


@dataclass(frozen=True, slots=True)
class Words:
    """The fixed words of one report in one language."""

    document: ReportDocument
    language: str

    def say(self, text: Text) -> str:
        """Return a text in the report's language."""
        return text.en if self.english else punctuated(text.zh)

    @property
    def english(self) -> bool:
        """Tell whether the report is the English one."""
        return self.language.startswith("en")

    @property
    def heading(self) -> str:
        """Return the one-line name of the document, for its metadata."""
        return f"{self.say(self.document.banner)} {self.issue}".strip()

    @property
    def issue(self) -> str:
        """Return the running issue (第18期), nothing while the report has none."""
        if not self.document.issue:
            return ""
        return self.say(Text("第{n}期", "Issue {n}").format(n=self.document.issue))

    @property
    def number(self) -> str:
        """Return the document number; a draft that has none yet says so."""
        return self.document.number or self.say(Text("（未编号）", "(not numbered)"))

    @property
    def date(self) -> str:
        """Return the date of issue, in a draft the date of its cut-off's knowledge."""
        return day(self.document.issued_at or self.document.known_at, self.language)

    @property
    def draft(self) -> str | None:
        """Return what is printed behind each page until the report is issued."""
        return self.say(DRAFT) if self.document.issued_at is None else None

    @property
    def moment(self) -> str:
        """Return for which moment the figures hold."""
        says = Text(
            "统计截止：{cut_off}（此前发生的计入）；已知到：{known_at}（此前登记的计入）。时间均为北京时间。",
            "Cut-off: {cut_off} (what happened before it counts). Known at: {known_at} (what was recorded"
            " by then counts). Times are China Standard Time.",
        )
        return self.say(says).format(
            cut_off=minute(self.document.cut_off, self.language),
            known_at=minute(self.document.known_at, self.language),
        )

    @property
    def seal(self) -> list[str]:
        """Return how far the ledger was sealed when the figures were frozen."""
        seal = self.document.seal
        if seal.root is None or seal.sealed_at is None:
            return [
                self.say(
                    Text("台账尚未封存到本期数字。", "The ledger is not yet sealed up to these figures.")
                )
            ]
        says = Text(
            "台账已封存：至第 {covers} 条记录，{at}。封印 {root}",
            "Ledger sealed: up to entry {covers}, {at}. Seal {root}",
        )
        return [
            self.say(says).format(
                covers=seal.covers, at=minute(seal.sealed_at, self.language), root=in_groups(seal.root)
            )
        ]

    @property
    def copies(self) -> list[str]:
        """Return to whom the report goes."""
        to, cc = self.document.reported_to, self.document.copied_to
        lines = [] if to is None else [self.say(Text("报：{to}。", "To: {to}.").format(to=self.say(to)))]
        return lines + (
            [] if cc is None else [self.say(Text("送：{to}。", "Copy: {to}.").format(to=self.say(cc)))]
        )

    @property
    def printed(self) -> str:
        """Return the imprint's date."""
        return self.say(Text("{date}印发", "Issued {date}").format(date=self.date))

    def definition(self, row: AnnexRow) -> str:
        """Return a figure's definition in words, with the definition's version."""
        version = Text("（定义第{n}版）", " (definition {n})").format(n=row.version)
        return self.say(row.definition).rstrip("。.") + self.say(version)
