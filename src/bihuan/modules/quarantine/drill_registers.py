"""Invented registers with planted mistakes, and the truth about them.

For drills and tests: the seeded county of `drill_story` and `drill_mistakes` is written into workbooks of many dialects. What a
correct reader must report is computed from the story, never by the reader's own code.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from bihuan.modules.quarantine.drill_dialects import (
    CATEGORIES,
    NEGATIVE,
    POSITIVE,
    TEST_DAYS,
    Dialect,
    Sheet,
    Value,
    days,
    write_text,
    write_workbook,
)
from bihuan.modules.quarantine.drill_mistakes import PLANTED, County
from bihuan.modules.quarantine.drill_story import FAR, InventedSite, Line


@dataclass(slots=True)
class Truth:
    """What a correct reader reports: (file, sheet, row, kind) of every problem, and the counts."""

    problems: set[tuple[str, str | None, int, str]] = field(default_factory=set)
    read: int = 0
    accepted: int = 0
    skipped: int = 0
    rejected: int = 0
    planted: Counter[str] = field(default_factory=Counter)
    lines: list[Line] = field(default_factory=list)


REJECTING = frozenset(PLANTED[:7])


def write_registers(
    folder: Path,
    seed: int,
    *,
    cutoff: date = date(2021, 11, 15),
    sites: int = 6,
    persons: int = 240,
    each: int = 3,
) -> Truth:
    """Write `sites.xlsx` and `stays/…` into the folder and return what a correct reader reports.

    The same seed writes the same registers. `each` is how often every kind of mistake is planted (as far as the
    county has lines fit for it).
    """
    county = County(seed, cutoff, sites, persons)
    county.plant(each)
    (folder / "stays").mkdir(parents=True, exist_ok=True)
    _write_sites(folder, county)
    truth = Truth(lines=county.lines)
    for site in county.sites:
        _write_stays(folder, county, site, Dialect.invent(county.random), truth)
    return truth


def _write_sites(folder: Path, county: County) -> None:
    random, cutoff = county.random, county.cutoff
    title = f"清河区集中隔离医学观察点台账({cutoff.year}年{cutoff.month}月{cutoff.day}日)"
    headings = (
        "序号 编码 隔离点名称 所属乡镇/街道 地址 楼栋数 楼层数 房间数 通风分区 启用日期 负责人 联系电话 备注"
    )
    rows: list[list[Value]] = [[title], [*headings.split()]]
    for number, site in enumerate(county.sites, 1):
        buildings = enumerate("ABCDEFG"[: site.buildings], 1)
        zones = ";".join(f"{index}区:{building}栋1-{site.floors}层" for index, building in buildings)
        total = site.buildings * site.floors * site.per_floor
        size: list[Value] = [site.buildings, site.floors, total, zones, cutoff - days(30)]
        phone = f"19{random.randint(10**8, 10**9 - 1)}"
        rows.append(
            [number, site.code, site.name, "河东街道", f"滨水路{number}号", *size, county.name(), phone]
        )
    rows.append(["合计", f"{len(county.sites)}个"])
    write_workbook(folder / "sites.xlsx", [Sheet("Sheet1", rows)])


def _write_stays(folder: Path, county: County, site: InventedSite, dialect: Dialect, truth: Truth) -> None:
    lines = [line for line in county.lines if line.site is site]
    county.random.shuffle(lines)
    # The copy of a line comes after it, not always directly.
    lines.sort(key=lambda line: line.twin is not None)
    parts = [("人员台账", lines)]
    if dialect.by_status:
        parts = [
            ("在隔", [line for line in lines if line.check_out is None]),
            ("已解除", [line for line in lines if line.check_out is not None]),
        ]
    file = f"stays/{site.name}{dialect.random.choice(('', '台账', '人员登记'))}{dialect.suffix}"
    sheets = []
    for name, own in parts:
        sheet_name = name if dialect.suffix == ".xlsx" else None
        rows = _titles(site, dialect, county.cutoff)
        rows += dialect.heading_rows()
        for number, line in enumerate(own, 1):
            if county.random.random() < 0.03:
                rows.append([""] * len(dialect.columns))
            rows.append([number, *_cells(line, dialect, county)])
            _note(truth, line, (file, sheet_name, len(rows)))
        rows += [["合计", "", f"{len(own)}人"], [], [f"填报人:{county.name()}   审核人:{county.name()}"]]
        sheets.append(Sheet(name, rows))
    path = folder / file
    if dialect.suffix == ".xlsx":
        write_workbook(path, sheets, from_1904=dialect.from_1904)
    else:
        write_text(path, sheets[0], dialect)


def _titles(site: InventedSite, dialect: Dialect, cutoff: date) -> list[list[Value]]:
    if not dialect.titles:
        return []
    rows: list[list[Value]] = [[f"{site.name}集中隔离人员台账(截至{cutoff.month}月{cutoff.day}日)"]]
    if dialect.random.random() < 0.5:
        rows.append([f"填报单位:河东街道    填报日期:{cutoff.isoformat()}"])
    return rows


def _cells(line: Line, dialect: Dialect, county: County) -> list[Value]:
    """The line's cells after the serial number; a copy repeats its twin's cells."""
    if line.twin is not None:
        return line.twin.written
    random, kinds = dialect.random, line.kinds
    strange = "future_date" in kinds  # a day of next year cannot be written without its year
    values: dict[str, Value] = {
        "name": random.choice(("", "/")) if "missing_name" in kinds else dialect.name(line.name),
        "sex": random.choice("男女"),
        "nation": "汉族",
        "id_number": (dialect.destroyed if "destroyed_id" in kinds else dialect.id_number)(line.number),
        "phone": dialect.phone(line.phone),
        "room": dialect.room(*line.room, single=line.site.buildings == 1),
        "category": random.choice(CATEGORIES[line.category])
        if line.category in CATEGORIES
        else line.category,
        "exposure": dialect.date(line.exposure),
        "check_in": dialect.date(None if "missing_check_in" in kinds else line.check_in, strange),
        "check_out": dialect.date(line.check_out, strange),
        "temperature": dialect.temperature(random.randint(359, 373)),
        "remark": line.remark,
    }
    for index, day in enumerate(TEST_DAYS):
        at = line.first_day + days(day - 1)
        due = line.check_in <= at <= min(county.cutoff, line.check_out or FAR)
        outcome = random.choice(POSITIVE if line.positive_day == day else NEGATIVE)
        values[f"test{TEST_DAYS[index]}"] = ("未检" if random.random() < 0.03 else outcome) if due else ""
    line.written = [values[key] for key in dialect.columns[1:]]
    return line.written


def _note(truth: Truth, line: Line, place: tuple[str, str | None, int]) -> None:
    truth.read += 1
    for kind in line.kinds:
        truth.problems.add((*place, kind))
        truth.planted[kind] += 1
    if "exact_duplicate_row" in line.kinds:
        truth.skipped += 1
    elif REJECTING.intersection(line.kinds):
        truth.rejected += 1
    else:
        truth.accepted += 1
