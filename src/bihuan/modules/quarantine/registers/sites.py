"""The list of quarantine sites: one line per site, with its buildings, floors, rooms and ventilation
zones.
"""

from collections.abc import Iterable, Sequence

from bihuan.core.intake.header import load_synonyms
from bihuan.core.intake.problems import Problem
from bihuan.core.intake.register import DATE, Context, Draft, Field, Judged, Register
from bihuan.core.intake.values import parse_count, parse_number, parse_phone, parse_text
from bihuan.modules.quarantine.registers import kinds
from bihuan.modules.quarantine.registers.rows import SiteRow
from bihuan.modules.quarantine.registers.values import parse_zones

FIELDS = (
    Field("code", "编码", "Code", parse_text, identifying=True),
    Field(
        "name",
        "隔离点名称",
        "Name",
        parse_text,
        required=kinds.MISSING_SITE_NAME,
        column_required=True,
        identifying=True,
    ),
    Field("township", "所属乡镇/街道", "Township", parse_text, identifying=True),
    Field("address", "地址", "Address", parse_text, identifying=True),
    Field("longitude", "经度", "Longitude", parse_number),
    Field("latitude", "纬度", "Latitude", parse_number),
    Field("buildings", "楼栋数", "Buildings", parse_count),
    Field("floors", "楼层数", "Floors", parse_count),
    Field("rooms", "房间数", "Rooms", parse_count),
    Field("zones", "通风分区", "Ventilation zones", parse_zones),
    Field("opened", "启用日期", "Opened", DATE),
    Field("manager", "负责人", "Manager", parse_text),
    Field("phone", "联系电话", "Telephone", parse_phone),
    Field("remark", "备注", "Remark", parse_text),
)


def build_site(draft: Draft, context: Context) -> SiteRow:
    """The site of a line; without a code its name stands for it, without a number of buildings it has one."""
    zones = draft.get("zones") or ()
    buildings = draft.get("buildings") or max(
        (ord(zone.building) - ord("A") + 1 for zone in zones), default=1
    )
    return SiteRow(
        code=draft.get("code") or draft.get("name"),
        name=draft.get("name"),
        buildings=buildings,
        floors=draft.get("floors"),
        rooms=draft.get("rooms"),
        zones=zones,
        township=draft.get("township"),
        address=draft.get("address"),
        longitude=draft.get("longitude"),
        latitude=draft.get("latitude"),
        opened=draft.get("opened"),
        manager=draft.get("manager"),
        phone=draft.get("phone"),
        remark=draft.get("remark"),
        source=draft.source,
    )


def repeated_site(lines: Sequence[Judged[SiteRow]], context: Context) -> Iterable[Problem]:
    """A code or a name that an earlier line has with different particulars: a person decides which is
    right.
    """
    first: dict[str, SiteRow] = {}
    for line in lines:
        if line.row is None:
            continue
        for key in dict.fromkeys((line.row.code, line.row.name)):
            earlier = first.setdefault(key, line.row)
            if earlier is not line.row:
                yield Problem(
                    kinds.REPEATED_SITE, line.row.source, line.draft.column("code"), others=(earlier.source,)
                )
                break


SITES: Register[SiteRow] = Register(
    key="sites",
    zh="隔离点台账",
    en="List of quarantine sites",
    fields=FIELDS,
    synonyms={**load_synonyms("bihuan.core.intake")["common"], **load_synonyms(__package__)["sites"]},
    distinctive=frozenset({"code", "buildings", "floors", "rooms", "zones", "opened", "township"}),
    build=build_site,
    same_place=lambda draft, context: "sites",
    cross_checks=(repeated_site,),
    counted=False,
)
