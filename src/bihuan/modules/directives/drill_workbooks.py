"""Invented directives' workbooks in the issuing bodies' dialects, with the truth about each, for drills and tests.

The same seed writes the same files. Everybody in them is invented.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, Final

import xlsxwriter

from bihuan.core.intake.moments import LOCAL
from bihuan.core.people.invented import Invented, invent
from bihuan.core.people.linking.addresses import parse as parse_address
from bihuan.modules.directives.payloads import Method

Cell = str | float | int | datetime

ISSUERS: Final = ("市疾控流调组", "市公安局大数据专班", "省疫情联防联控办", "外省协查组")
EPIDEMIC: Final = (
    "关于协查密切接触者的指令",
    "关于核查中高风险地区返区人员的指令",
    "关于核查核酸漏检人员的指令",
)
OTHERS: Final = ("关于协查电信诈骗案件线索的指令", "关于核实走失人员的指令", "关于核查被盗车辆线索的指令")
LABELS: Final[dict[str, tuple[str, ...]]] = {
    "reference": ("指令编号", "编号", "协查编号:"), "issuer": ("下发单位", "下发部门", "发文单位"), "subject": ("指令主题", "主题"),
    "received": ("接收时间", "下发时间"), "due": ("反馈时限", "反馈截止时间", "办结时限:"), "epidemic": ("是否涉疫", "类别"),
}  # fmt: skip
HEADINGS: Final[dict[str, tuple[str, ...]]] = {
    "sequence": ("序号", "编号"), "name": ("姓名", "姓 名", "人员姓名"), "identifier": ("证件号码", "身份证号", "公民身份号码"),
    "phone": ("手机号", "联系电话"), "address": ("现住址", "居住地址"), "method": ("核查方式", "核查方法"),
    "finding": ("核查结果", "核查情况"), "at": ("反馈时间", "核查时间"), "unit": ("核查单位", "反馈单位"),
}  # fmt: skip
METHODS: Final = {
    Method.PHONE: ("电话", "电话核查"), Method.RECORD: ("技术", "技术核查"), Method.IN_PERSON: ("上门核查", "主动核查"),
    Method.SIGNED_ONLY: ("已签收", "仅签收"),
}  # fmt: skip
FINDINGS: Final = ("情况属实", "不在本区", "已落实管控", "")
_EPOCH: Final = datetime(1899, 12, 30)
TIMES: Final[dict[str, Callable[[datetime], Cell]]] = {
    "real": lambda at: at.replace(tzinfo=None), "serial": lambda at: round((at.replace(tzinfo=None) - _EPOCH) / timedelta(days=1), 5),
    "dots": lambda at: f"{at.year}.{at.month}.{at.day} {at:%H:%M}", "month_day": lambda at: f"{at.month}月{at.day}日 {at:%H:%M}",
    "slashes": lambda at: f"{at:%Y/%m/%d %H:%M}", "compact": lambda at: f"{at:%Y%m%d %H:%M}",
    "characters": lambda at: f"{at.year}年{at.month}月{at.day}日{at.hour}时{at.minute}分",
}  # fmt: skip
_WIDE: Final = {code: code + 0xFEE0 for code in range(0x30, 0x5B)}


@dataclass(frozen=True, slots=True)
class Answer:
    """One line of feedback in the truth: on which listed person (by place), how, what, when, by whom."""

    person: int
    method: Method
    finding: str
    at: datetime
    unit: str


@dataclass(slots=True)
class Invention:
    """A directive in the truth; `people` are listed in order, `answers` in the order of the sheet."""

    reference: str
    issuer: str
    subject: str
    epidemic: bool
    received: datetime
    due: datetime
    people: list[Invented] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)

    @property
    def missing(self) -> int:
        """Return on how many there is no feedback."""
        return len(self.people) - len({one.person for one in self.answers})

    @property
    def late(self) -> int:
        """Return how many lines of feedback came after the limit."""
        return sum(one.at > self.due for one in self.answers)


@dataclass(slots=True)
class Dialect:
    """How one issuing body writes: layout of the cover, headings and their order, forms of its cells."""

    random: Random
    cover: str = "upright"
    times: tuple[str, ...] = ("real",)
    labels: dict[str, str] = field(default_factory=dict)
    headings: dict[str, str] = field(default_factory=dict)
    list_columns: list[str] = field(
        default_factory=lambda: ["sequence", "name", "identifier", "phone", "address"]
    )
    feedback_columns: list[str] = field(
        default_factory=lambda: ["sequence", "name", "identifier", "method", "finding", "at", "unit"]
    )
    sheets: int = 1
    title: bool = True

    @classmethod
    def invent(cls, chance: Random) -> Dialect:
        """Return a new office's habits."""
        own = cls(chance, chance.choice(("upright", "flat", "pairs", "above")))
        own.times = tuple(chance.sample(sorted(TIMES), chance.randint(2, len(TIMES))))
        own.labels = {name: chance.choice(words) for name, words in LABELS.items()}
        own.headings = {name: chance.choice(words) for name, words in HEADINGS.items()}
        for columns in (own.list_columns, own.feedback_columns):
            rest = columns[1:]
            chance.shuffle(rest)
            columns[1:] = rest
        own.sheets, own.title = chance.choice((1, 1, 2)), chance.random() < 0.5
        return own

    def time(self, at: datetime) -> Cell:
        """Return a moment in one of the office's forms."""
        return TIMES[self.random.choice(self.times)](at.astimezone(LOCAL))

    def identifier(self, number: str) -> Cell:
        """Return an identifier in some form."""
        parts = f"{number[:6]} {number[6:14]} {number[14:]}"
        return self.random.choice(
            (number, number, f"'{number}", number.lower(), f"{number}  ", number.translate(_WIDE), parts)
        )

    def name(self, name: str) -> Cell:
        """Return a name in some form."""
        return self.random.choice(
            (name, name, f"{name[0]} {name[1:]}", f"{name[0]}\u3000{name[1:]}", f" {name}\u3000")
        )

    def phone(self, number: str) -> Cell:
        """Return a telephone number in some form; "" where none is known."""
        parts = f"{number[:3]}-{number[3:7]}-{number[7:]}"
        return (
            self.random.choice((number, float(number), f"{number}.0", f"+86{number}", parts))
            if number
            else ""
        )


def invent_directive(
    chance: Random, number: int, received: datetime, *, hours: int = 36, epidemic: bool = True, listed: int = 40,
    now: datetime | None = None, first: int = 0, missing: float = 0.03,
    late: float = 0.08,
) -> Invention:  # fmt: skip
    """Return an invented directive received then, due so many hours later; feedback up to `now` (default: all of it).

    People are numbered from `first`. `missing`, `late`: what share of them has none, or
    has it after the limit; some were checked twice.
    """
    received = received.replace(second=0, microsecond=0)
    made = Invention(
        f"HC{received.astimezone(LOCAL):%Y}{number:05d}", chance.choice(ISSUERS), chance.choice(EPIDEMIC if epidemic else OTHERS),
        epidemic, received, received + timedelta(hours=hours),
    )  # fmt: skip
    made.people = [_person(chance, first + n) for n in range(listed)]
    for person, one in enumerate(made.people):
        if chance.random() < missing:
            continue
        for _ in range(chance.choice((1, 1, 1, 1, 1, 2))):
            took = timedelta(hours=hours) * (
                chance.uniform(1.01, 1.6) if chance.random() < late else chance.uniform(0.05, 0.98)
            )
            at = (received + took).replace(second=0, microsecond=0)
            method = chance.choices(list(Method), (11, 13, 8, 68))[0] if epidemic else Method.SIGNED_ONLY
            if now is None or at <= now:
                made.answers.append(
                    Answer(
                        person,
                        method,
                        chance.choice(FINDINGS),
                        at,
                        _station(one),
                    )
                )
    chance.shuffle(made.answers)
    return made


def _person(chance: Random, number: int) -> Invented:
    """Return an invented person; of some no telephone is known."""
    one = invent(chance, number)
    return replace(one, phone="") if chance.random() < 0.06 else one


def _station(one: Invented) -> str:
    return f"{parse_address(one.address).township}派出所"


def write(folder: Path, made: Invention, dialect: Dialect, *, feedback: bool = True, name: str = "") -> Path:
    """Write the workbook below `folder`; without `feedback` it has no such sheet."""
    path = folder / (name or f"{made.reference}{dialect.random.choice(('', made.subject))}.xlsx")
    folder.mkdir(parents=True, exist_ok=True)
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_numbers": False}) as book:
        cover = _cover(made, dialect)
        clock = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        if dialect.cover != "above":
            _put(book.add_worksheet("Sheet"), cover, clock)
        for number in range(dialect.sheets):
            mine = made.people[number :: dialect.sheets]
            rows = _list(mine, dialect)
            above = [*cover, []] if dialect.cover == "above" and number == 0 else []
            _put(
                book.add_worksheet(f"名单{number + 1 if dialect.sheets > 1 else ''}"), [*above, *rows], clock
            )
        if feedback:
            _put(book.add_worksheet("反馈情况"), _feedback(made, dialect), clock)
    return path


def _cover(made: Invention, dialect: Dialect) -> list[list[Cell]]:
    truth = {"是否涉疫": ("是", "否"), "类别": ("涉疫", "非涉疫")}[dialect.labels["epidemic"]]
    said: dict[str, Cell] = {
        "reference": made.reference, "issuer": made.issuer, "subject": made.subject, "received": dialect.time(made.received),
        "due": dialect.time(made.due), "epidemic": truth[0 if made.epidemic else 1],
    }  # fmt: skip
    titles: list[list[Cell]] = [["合成作战指令"]] if dialect.title else []
    named = [(dialect.labels[name], value) for name, value in said.items()]
    if dialect.cover == "flat":
        return [*titles, [label for label, _ in named], [value for _, value in named]]
    if dialect.cover == "pairs":
        return [*titles, *([*named[n], *named[n + 1]] for n in range(0, len(named), 2))]
    return [*titles, *([label, value] for label, value in named)]


def _list(people: Sequence[Invented], dialect: Dialect) -> list[list[Cell]]:
    rows: list[list[Cell]] = [[dialect.headings[name] for name in dialect.list_columns]]
    for number, one in enumerate(people, 1):
        cells: dict[str, Cell] = {
            "sequence": number, "name": dialect.name(one.name), "identifier": dialect.identifier(one.identifier),
            "phone": dialect.phone(one.phone), "address": f"甘州区{one.address}",
        }  # fmt: skip
        rows.append([cells[name] for name in dialect.list_columns])
    return rows


def _feedback(made: Invention, dialect: Dialect) -> list[list[Cell]]:
    rows: list[list[Cell]] = [[dialect.headings[name] for name in dialect.feedback_columns]]
    for number, answer in enumerate(made.answers, 1):
        one = made.people[answer.person]
        cells: dict[str, Cell] = {
            "sequence": number, "name": dialect.name(one.name), "identifier": dialect.identifier(one.identifier),
            "method": dialect.random.choice(METHODS[answer.method]), "finding": answer.finding, "at": dialect.time(answer.at),
            "unit": answer.unit,
        }  # fmt: skip
        rows.append([cells[name] for name in dialect.feedback_columns])
    return rows


def _put(page: Any, rows: Sequence[Sequence[Cell]], clock: Any) -> None:
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            if isinstance(value, datetime):
                page.write_datetime(number, column, value, clock)
            elif isinstance(value, str):
                page.write_string(number, column, value)
            else:
                page.write_number(number, column, value)
