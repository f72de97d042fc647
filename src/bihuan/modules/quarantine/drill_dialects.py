"""How invented offices write their workbooks: headings, cell forms, layouts, file formats.

Only for drills and tests. Every form is what some office really writes; the values come from `drill_story`.
"""

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from random import Random

import xlsxwriter

Value = str | float | int | date | datetime

HEADINGS: dict[str, tuple[str, ...]] = {
    "serial": ("序号", "序 号", "编次"),
    "name": ("姓名", "姓 名", "人员姓名", "隔离人员姓名", "姓名(必填)"),
    "id_number": ("身份证号", "证件号码", "公民身份号码", "身份证号码", "身份证\n号码"),
    "phone": ("联系电话", "手机号", "联系方式", "手机号码", "电话"),
    "room": ("房号", "房间", "房间号", "入住房间"),
    "category": ("人员类别", "类别", "人员类型", "隔离原因"),
    "exposure": ("末次暴露时间", "末次暴露日期", "最后接触时间"),
    "check_in": ("入住时间", "隔离开始日期", "入住日期", "集中隔离起始", "入点时间", "起始日期"),
    "check_out": ("离点时间", "解除时间", "解除隔离日期", "离点日期", "结束日期"),
    "temperature": ("体温", "体温(℃)", "今日体温"),
    "remark": ("备注", "备 注", "情况说明"),
    "sex": ("性别",),
    "nation": ("民族",),
}
TEST_DAYS = (1, 2, 4, 7, 10, 14)
TEST_HEADINGS: tuple[Callable[[int, int], str], ...] = (
    lambda day, index: f"第{day}天",
    lambda day, index: f"核酸第{day}天",
    lambda day, index: f"第{day}天核酸结果",
    lambda day, index: f"{'首二三四五六'[index]}检",
    lambda day, index: f"核酸{'首二三四五六'[index]}检",
    lambda day, index: f"第{'一二三四五六'[index]}次核酸",
)
CATEGORIES = {
    "contact": ("密接", "密切接触者", "密接者", "密接 "),
    "secondary": ("次密接", "次密", "密接的密接", "次密切接触者", "次密接 "),
    "risk_area": ("高风险区来返", "中高风险地区返回人员", "高风险区来返 ", "中风险区来返"),
    "entry": ("入境返甘", "入境人员", "入境返甘 "),
    "other": ("其他", "其它", "其他 "),
}
NEGATIVE = ("阴", "阴性", "-", "阴(-)", "(-)", "阴(-)", "NEG", "未检出")
POSITIVE = ("阳", "阳性", "阳(+)", "+")
_DATE_FORMS = (
    "date datetime serial serial_clock number dots dots0 month_day month_day_hao slash_clock compact chinese "
    "chinese_clock iso iso_t slash full_width serial_text"
)
DATE_FORMS = tuple(_DATE_FORMS.split())
ROOM_FORMS = ("栋-", "-", "栋", "letter", "座")
A_ROOM_FORMS = ("door", "door室", "number", "door房")


@dataclass(slots=True)
class Dialect:
    """One office's habits: its headings, the forms it mixes, its layout and its file format."""

    random: Random
    suffix: str = ".xlsx"
    encoding: str = "utf-8-sig"
    headings: dict[str, str] = field(default_factory=dict)
    columns: list[str] = field(default_factory=list)
    two_rows: bool = False
    groups: bool = False
    titles: bool = True
    from_1904: bool = False
    by_status: bool = False
    date_forms: tuple[str, ...] = ()

    @classmethod
    def invent(cls, random: Random) -> "Dialect":
        """A new office."""
        own = cls(random)
        own.suffix = random.choices((".xlsx", ".csv", ".tsv"), (8, 1, 1))[0]
        own.encoding = random.choice(("utf-8", "utf-8-sig", "gb18030", "utf-16"))
        own.headings = {key: random.choice(words) for key, words in HEADINGS.items()}
        test_heading = random.choice(TEST_HEADINGS)
        tests = [f"test{day}" for day in TEST_DAYS]
        own.headings |= {f"test{day}": test_heading(day, index) for index, day in enumerate(TEST_DAYS)}
        own.columns = own._order(tests)
        if own.suffix != ".xlsx":  # a heading over two lines would shift the physical lines
            own.headings = {key: heading.replace("\n", "") for key, heading in own.headings.items()}
        is_workbook = own.suffix == ".xlsx"
        own.two_rows = is_workbook and random.random() < 0.4
        own.groups = own.two_rows and random.random() < 0.5
        own.titles = random.random() < 0.85
        own.from_1904 = is_workbook and random.random() < 0.1
        own.by_status = is_workbook and random.random() < 0.35
        own.date_forms = tuple(random.sample(DATE_FORMS, random.randint(4, len(DATE_FORMS))))
        return own

    def _order(self, tests: list[str]) -> list[str]:
        person, stay = ["name", "id_number", "phone"], ["check_in", "check_out"]
        blocks = [person, ["room"], ["category"], ["exposure"], stay]
        if self.random.random() < 0.3:
            blocks[0].insert(1, "sex")
        if self.random.random() < 0.2:
            blocks.append(["nation"])
        self.random.shuffle(blocks)
        tail = [*tests, "temperature"] if self.random.random() < 0.9 else tests
        return ["serial", *(key for block in blocks for key in block), *tail, "remark"]

    # --- cells ---------------------------------------------------------------------------------------------
    def date(self, day: date | None, year_needed: bool = False) -> Value:
        """A date cell in one of the office's forms; only the day is meant."""
        if day is None:
            return self.random.choice(("", "", "", "/"))
        form = self.random.choice(self.date_forms)
        if year_needed and form.startswith("month_day"):
            form = "dots"
        clock = time(self.random.randint(7, 22))
        serial = (day - date(1899, 12, 30)).days - (1462 if self.from_1904 else 0)
        texts: dict[str, Value] = {
            "date": day,
            "datetime": datetime.combine(day, clock),
            "serial": serial,
            "serial_clock": serial + clock.hour / 24,
            "number": int(f"{day:%Y%m%d}"),
            "dots": f"{day.year}.{day.month}.{day.day}",
            "dots0": f"{day:%Y.%m.%d}",
            "month_day": f"{day.month}月{day.day}日",
            "month_day_hao": f"{day.month}月{day.day}号",
            "slash_clock": f"{day:%Y/%m/%d} {clock:%H:%M}",
            "compact": f"{day:%Y%m%d}",
            "chinese": f"{day.year}年{day.month}月{day.day}日",
            "chinese_clock": f"{day.year}年{day.month}月{day.day}日 {clock.hour}时",
            "iso": day.isoformat(),
            "iso_t": datetime.combine(day, clock).isoformat(),
            "slash": f"{day.year}/{day.month}/{day.day}",
            "full_width": f"{day:%Y.%m.%d}".translate({ord(c): ord(c) + 0xFEE0 for c in "0123456789."}),
            "serial_text": str(serial),
        }
        return texts[form]

    def id_number(self, number: str) -> Value:
        """An identifier as text in some form."""
        wide = number.translate({code: code + 0xFEE0 for code in range(0x30, 0x5B)})
        parts = f"{number[:6]} {number[6:14]} {number[14:]}"
        return self.random.choice((number, number, f"'{number}", number.lower(), f"{number}  ", wide, parts))

    def destroyed(self, number: str) -> Value:
        """An identifier as a spreadsheet destroys it."""
        if self.suffix == ".xlsx" and self.random.random() < 0.6:
            return float(number[:15] + "000")
        return f"{float(number[:17] + '0'):.5E}"

    def phone(self, number: str) -> Value:
        """A telephone number in some form."""
        parts = number[:3], number[3:7], number[7:]
        forms: tuple[Value, ...] = (number, number, float(number), f"{number}.0", f"+86{number}", "")
        return self.random.choice((*forms, "-".join(parts), " ".join(parts)))

    def name(self, name: str) -> Value:
        """A name in some form."""
        if "·" in name:
            return name.replace("·", self.random.choice("·•‧・"))
        apart, wide_apart = f"{name[0]} {name[1:]}", f"{name[0]}\u3000{name[1:]}"
        return self.random.choice((name, name, name, apart, wide_apart, f" {name}\u3000"))

    def room(self, building: str, floor: int, number: int, *, single: bool) -> Value:
        """A room in some form; without its building only where there is one."""
        door = f"{floor}{number:02d}"
        form = self.random.choice(ROOM_FORMS + A_ROOM_FORMS if single else ROOM_FORMS)
        texts: dict[str, Value] = {
            "栋-": f"{building}栋-{door}",
            "-": f"{building}-{floor}-{number:02d}",
            "栋": f"{building}栋{door}",
            "letter": f"{building.lower()}{door}",
            "座": f"{building}座{door}室",
            "door": door,
            "door室": f"{door}室",
            "door房": f"{door}房",
            "number": float(door),
        }
        return texts[form]

    def temperature(self, tenths: int) -> Value:
        """A temperature in some form."""
        whole, part = divmod(tenths, 10)
        words = f"三十{'五六七'[whole - 35]}度{' 一二三四五六七八九'[part]}".strip()
        return self.random.choice((tenths / 10, f"{tenths / 10}℃", words, f"{tenths / 10}"))

    # --- layout --------------------------------------------------------------------------------------------
    def heading_rows(self) -> list[list[Value]]:
        """The heading on one row or two."""
        plain = [self.headings[key] for key in self.columns]
        if not self.two_rows:
            return [list(plain)]
        group_of = {**dict.fromkeys((f"test{day}" for day in TEST_DAYS), "核酸检测结果")}
        if self.groups:
            group_of |= {"name": "人员信息", "sex": "人员信息", "id_number": "人员信息", "phone": "人员信息"}
            group_of |= {"check_in": "隔离情况", "check_out": "隔离情况"}
        upper: list[Value] = []
        last = ""
        for key, label in zip(self.columns, plain, strict=True):
            group = group_of.get(key, "")
            upper.append(label if not group else "" if group == last else group)
            last = group
        lower: list[Value] = [self.headings[key] if key in group_of else "" for key in self.columns]
        return [upper, lower]


@dataclass(slots=True)
class Sheet:
    """A sheet being written: its name and rows."""

    name: str
    rows: list[list[Value]]


def write_workbook(path: Path, sheets: Sequence[Sheet], *, from_1904: bool = False) -> None:
    """Write an .xlsx; dates get a date format, text stays text."""
    with xlsxwriter.Workbook(str(path), {"date_1904": from_1904, "strings_to_formulas": False}) as book:
        day_format = book.add_format({"num_format": "yyyy-mm-dd"})
        clock_format = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        for sheet in sheets:
            page = book.add_worksheet(sheet.name)
            for number, row in enumerate(sheet.rows):
                for column, value in enumerate(row):
                    if isinstance(value, datetime):
                        page.write_datetime(number, column, value, clock_format)
                    elif isinstance(value, date):
                        page.write_datetime(number, column, datetime.combine(value, time()), day_format)
                    elif isinstance(value, str):
                        if value:
                            page.write_string(number, column, value)
                    else:
                        page.write_number(number, column, value)


def write_text(path: Path, sheet: Sheet, dialect: Dialect) -> None:
    """Write a .csv or .tsv in the office's encoding."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter="\t" if path.suffix == ".tsv" else ",", lineterminator="\r\n")
    for row in sheet.rows:
        writer.writerow([_text(value) for value in row])
    path.write_bytes(buffer.getvalue().encode(dialect.encoding, "replace"))


def _text(value: Value) -> str:
    if isinstance(value, datetime):
        return f"{value:%Y/%m/%d %H:%M}"
    if isinstance(value, date):
        return f"{value.year}/{value.month}/{value.day}"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def days(count: int) -> timedelta:
    """A span of whole days."""
    return timedelta(days=count)
