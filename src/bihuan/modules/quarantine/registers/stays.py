"""A site's register of people under observation: one line per person and stay.

The columns, what must be filled, how each is read, and the checks, in the order in which a clerk would go
through the form. What contradicts another line is in `contradictions`.
"""

import re
from collections.abc import Sequence
from typing import cast

from bihuan.core.intake.header import load_synonyms
from bihuan.core.intake.kinds import MISSING_ID
from bihuan.core.intake.problems import UnreadableError
from bihuan.core.intake.register import DATE, Context, Draft, Field, Recognised, Register
from bihuan.core.intake.text import fold, squeeze
from bihuan.core.intake.values import parse_count, parse_id, parse_name, parse_phone, parse_text
from bihuan.modules.quarantine.registers import contradictions, kinds
from bihuan.modules.quarantine.registers.rows import Outcome, Remark, SiteRow, StayRow
from bihuan.modules.quarantine.registers.sites import SITES
from bihuan.modules.quarantine.registers.values import (
    parse_category,
    parse_remark,
    parse_result,
    parse_room,
    parse_temperature,
    parse_trip,
)

TEST_DAYS = (1, 2, 4, 7, 10, 14)
"""The protocol days of the first to sixth test (首检 … 六检); day 1 is the day of the first check-in."""

FIELDS = (
    Field("site", "隔离点", "Site", parse_text),
    Field(
        "name",
        "姓名",
        "Name",
        parse_name,
        required=kinds.MISSING_NAME,
        column_required=True,
        identifying=True,
    ),
    Field(
        "id_number",
        "证件号码",
        "Identifier",
        parse_id,
        required=MISSING_ID,
        column_required=True,
        identifying=True,
    ),
    Field("phone", "联系电话", "Telephone", parse_phone),
    Field("room", "房间", "Room", squeeze, required=kinds.MISSING_ROOM, identifying=True),
    Field(
        "category",
        "人员类别",
        "Category",
        parse_category,
        required=kinds.MISSING_CATEGORY,
        column_required=True,
        identifying=True,
    ),
    Field("last_exposure", "末次暴露时间", "Last exposure", DATE, identifying=True),
    Field(
        "check_in",
        "入住日期",
        "Check-in",
        DATE,
        required=kinds.MISSING_CHECK_IN,
        column_required=True,
        identifying=True,
    ),
    Field("check_out", "离点日期", "Check-out", DATE, identifying=True),
    Field("trip", "转运车次", "Trip", parse_trip),
    Field("test_day", "第 n 天核酸", "Test on day n", parse_result, family=True),
    Field("test_round", "第 n 次核酸", "Test number n", parse_result, family=True),
    Field("temperature", "体温", "Temperature", parse_temperature),
    Field("remark", "备注", "Remark", parse_remark),
)
DATES = ("check_in", "check_out", "last_exposure")


# --- which site a line belongs to ---------------------------------------------------------------------------
def site_of_table(table: Recognised, context: Context) -> SiteRow | None:
    """The site named above the heading, in the file's or the sheet's name; of several names the longest."""
    sites = context.rows(SITES)
    for title in table.titles:
        if found := _site_named_in(title, sites):
            return found
    return None


def _site_named_in(text: str, sites: Sequence[SiteRow]) -> SiteRow | None:
    plain = squeeze(text)
    return max(
        (site for site in sites if squeeze(site.name) in plain),
        key=lambda site: len(site.name),
        default=None,
    )


def site_of(draft: Draft, context: Context) -> SiteRow | None:
    """The site of a line: its own column where the register has one, else the table's."""
    written = fold(draft.cell("site"))
    if written:
        sites = context.rows(SITES)
        by_code = next((site for site in sites if site.code == written), None)
        return by_code or _site_named_in(written, sites)
    return cast("SiteRow | None", draft.facts)


def place_of(draft: Draft, context: Context) -> object:
    """Where a repeated line must stand to be the same: the site, or the file of an unknown one."""
    site = site_of(draft, context)
    return site.code if site else draft.table.file


# --- checks of one line -------------------------------------------------------------------------------------
def known_site(draft: Draft, context: Context) -> None:
    """The site must be in the list of sites."""
    site = site_of(draft, context)
    draft.values["site"] = site
    if site is None:
        draft.report(kinds.UNKNOWN_SITE, "site", value=_title(draft))


def room_of_site(draft: Draft, context: Context) -> None:
    """The room must be legible, and one that the site has."""
    site: SiteRow | None = draft.get("site")
    text = draft.get("room") or ""
    draft.values["room_text"] = text
    draft.values["room"] = None
    try:
        room = parse_room(draft.cell("room"), site)
    except UnreadableError as error:
        draft.report(error.kind, "room", **error.params)
        return
    if room is None and text:
        draft.report(kinds.MISSING_ROOM, "room")
    if room and site and not site.has_room(room):
        draft.report(kinds.UNKNOWN_ROOM, "room", value=str(room))
    draft.values["room"] = room


def no_future_date(draft: Draft, context: Context) -> None:
    """No date may lie after the register's cut-off; a line has this problem once, at its first such date."""
    for key in DATES:
        day = draft.get(key)
        if day and day > context.period.cutoff:
            draft.report(
                kinds.FUTURE_DATE, key, value=day.isoformat(), cutoff=context.period.cutoff.isoformat()
            )
            return


def out_after_in(draft: Draft, context: Context) -> None:
    """Nobody leaves before coming; on the same day is possible. A check-in in the future is no measure."""
    check_in, check_out = draft.get("check_in"), draft.get("check_out")
    if check_in and check_out and check_out < check_in <= context.period.cutoff:
        draft.report(
            kinds.CHECK_OUT_BEFORE_CHECK_IN,
            "check_out",
            value=check_out.isoformat(),
            check_in=check_in.isoformat(),
        )


def build_stay(draft: Draft, context: Context) -> StayRow:
    """The stay of an accepted line."""
    site: SiteRow = draft.get("site")
    return StayRow(
        site=site.code,
        name=draft.get("name"),
        document=draft.get("id_number"),
        phone=draft.get("phone"),
        room=draft.get("room"),
        room_text=draft.get("room_text") or "",
        category=draft.get("category"),
        last_exposure=draft.get("last_exposure"),
        check_in=draft.get("check_in"),
        check_out=draft.get("check_out"),
        tests=_tests(draft),
        temperature=draft.get("temperature"),
        remark=draft.get("remark") or Remark(),
        source=draft.source,
        line=_line_number(draft),
        trip=draft.get("trip") or "",
    )


def _tests(draft: Draft) -> tuple[tuple[int, Outcome], ...]:
    """Results by protocol day; a round beyond the sixth has no day and is left out."""
    by_day: dict[int, Outcome] = dict(draft.get("test_day") or {})
    for number, outcome in (draft.get("test_round") or {}).items():
        if 1 <= number <= len(TEST_DAYS):
            by_day.setdefault(TEST_DAYS[number - 1], outcome)
    return tuple(sorted(by_day.items()))


def _line_number(draft: Draft) -> int:
    try:
        return parse_count(draft.cell("serial")) or 0
    except UnreadableError:
        return 0


def _title(draft: Draft) -> str:
    written = fold(draft.cell("site"))
    if written:
        return written[:30]
    named = re.search(
        r"[^\s/\\]*?(?:隔离点|酒店|宾馆|公寓|度假村)", Recognised(draft.table, draft.header).titles[0]
    )
    return named.group()[:30] if named else draft.table.file


STAYS: Register[StayRow] = Register(
    key="stays",
    zh="集中隔离人员台账",
    en="Register of people under observation",
    fields=FIELDS,
    synonyms={**load_synonyms("bihuan.core.intake")["common"], **load_synonyms(__package__)["stays"]},
    distinctive=frozenset(
        {"check_in", "check_out", "room", "category", "last_exposure", "test_day", "test_round"}
    ),
    prepare=site_of_table,
    build=build_stay,
    same_place=place_of,
    row_checks=(known_site, room_of_site, no_future_date, out_after_in),
    cross_checks=(
        contradictions.near_duplicates,
        contradictions.double_booked_rooms,
        contradictions.overlapping_stays,
        contradictions.early_releases,
    ),
)

REGISTERS = (SITES, STAYS)
"""The registers in the order in which they must be read: stays are placed in sites."""
