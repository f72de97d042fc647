"""The kinds of problems a register of quarantine can have, with what happens to the row.

The policy of the named kinds is the county's rule for its registers: a row that cannot be true or cannot be
identified is sent back; rows that contradict each other record what happened, are taken in, and are
decided by a person.
"""

from typing import Final

from bihuan.core.intake.problems import Kind, Policy

MISSING_NAME: Final = Kind(
    "missing_name",
    Policy.REJECT,
    "{cell} 没有填写姓名。请补填姓名后重新报送。",
    "{cell} has no name. Add it and send the row again.",
)
MISSING_CHECK_IN: Final = Kind(
    "missing_check_in",
    Policy.REJECT,
    "{cell} 没有填写入住日期。请补填,例如 2021-11-03。",
    "{cell} has no check-in date. Add it, for example 2021-11-03.",
)
CHECK_OUT_BEFORE_CHECK_IN: Final = Kind(
    "check_out_before_check_in",
    Policy.REJECT,
    "{cell} 的离点日期 {value} 早于入住日期 {check_in}。请核对两个日期。",
    "{cell}: the check-out {value} is before the check-in {check_in}. Check both dates.",
)
FUTURE_DATE: Final = Kind(
    "future_date",
    Policy.REJECT,
    "{cell} 的日期 {value} 晚于台账截止日 {cutoff}。请填写实际发生的日期;尚未离点的留空。",
    "{cell}: {value} lies after the register's cut-off {cutoff}. Write the day it happened; leave a "
    "check-out that has not happened empty.",
)
UNKNOWN_CATEGORY: Final = Kind(
    "unknown_category",
    Policy.REJECT,
    "{cell} 的人员类别“{value}”不在规定范围内。请写:密接、次密接、高风险区来返、入境返甘、其他。",
    "{cell}: the category “{value}” is not known. Write 密接, 次密接, 高风险区来返, 入境返甘 or 其他.",
)
MISSING_CATEGORY: Final = Kind(
    "unknown_category",
    Policy.REJECT,
    "{cell} 没有填写人员类别。请写:密接、次密接、高风险区来返、入境返甘、其他。",
    "{cell} has no category. Write 密接, 次密接, 高风险区来返, 入境返甘 or 其他.",
)
UNKNOWN_SITE: Final = Kind(
    "unknown_site",
    Policy.REJECT,
    "没有找到这一行所属的隔离点({value})。请先报送隔离点台账,或在表名、文件名中写明隔离点全称。",
    "The row's site ({value}) is not in the list of sites. Send the list of sites first, or name the site "
    "in full in the title or the file's name.",
)

NEAR_DUPLICATE: Final = Kind(
    "near_duplicate_person",
    Policy.FLAG,
    "本行与 {others} 姓名、房间、日期一致,证件号码只差一位,可能是同一人。请对照证件判定并合并。",
    "Name, room and dates agree with {others} and the identifier differs by one digit: probably one person. "
    "Compare the documents and merge.",
)
DOUBLE_BOOKED: Final = Kind(
    "room_double_booked",
    Policy.FLAG,
    "房间 {room} 与 {others} 同期入住,又没有“与…同住”的说明。请核对房间或补充说明。",
    "Room {room} is used at the same time by {others}, and no remark names them as sharing it. Check the "
    "room or add the remark.",
)
OVERLAPPING_SITES: Final = Kind(
    "overlapping_sites",
    Policy.FLAG,
    "同一证件号码同期又登记在 {others}。请核对两处的入住、离点日期。",
    "The same identifier is registered at the same time in {others}. Check the dates of both stays.",
)
TWICE_IN_SITE: Final = Kind(
    "overlapping_stays_in_site",
    Policy.FLAG,
    "同一证件号码同期在本隔离点重复登记,另见 {others}。请保留正确的一条。",
    "The same identifier is registered twice at the same time in this site, see {others}. Keep the right "
    "one.",
)
EARLY_RELEASE: Final = Kind(
    "early_release_unapproved",
    Policy.FLAG,
    "自 {check_in} 首次入住起满 {days} 天应为 {due},实际 {value} 离点,备注没有批准、转院或转点的说明。"
    "请补充依据。",
    "Release was due on {due}, {days} days after the first check-in on {check_in}; the person left on "
    "{value} and no remark names an approval, hospital or transfer. Add the reason.",
)
MISSING_ROOM: Final = Kind(
    "missing_room",
    Policy.REJECT,
    "{cell} 没有填写房间,无法安置。请补填。",
    "{cell} has no room, so nobody can be placed. Add it.",
)
UNCLEAR_ROOM: Final = Kind(
    "unclear_room",
    Policy.REJECT,
    "{cell} 的房间“{value}”无法确定楼栋或房号。请写成 A栋-305 的形式。",
    "{cell}: the room “{value}” does not say which building or door. Write it like A栋-305.",
)
UNKNOWN_ROOM: Final = Kind(
    "unknown_room",
    Policy.FLAG,
    "{cell} 的房间 {value} 超出该隔离点登记的楼栋、楼层或房间数。请核对。",
    "{cell}: room {value} is beyond the buildings, floors or rooms listed for the site. Check it.",
)
UNKNOWN_RESULT: Final = Kind(
    "unknown_result",
    Policy.FLAG,
    "{cell} 的检测结果“{value}”无法辨认。请写:阴性、阳性、未检。",
    "{cell}: the result “{value}” cannot be read. Write 阴性, 阳性 or 未检.",
)
UNCLEAR_TEMPERATURE: Final = Kind(
    "unclear_temperature",
    Policy.FLAG,
    "{cell} 的体温“{value}”无法辨认。请写成 36.5 的形式。",
    "{cell}: the temperature “{value}” cannot be read. Write it like 36.5.",
)

MISSING_SITE_NAME: Final = Kind(
    "missing_site_name",
    Policy.REJECT,
    "{cell} 没有填写隔离点名称。请补填。",
    "{cell} has no name of the site. Add it.",
)
REPEATED_SITE: Final = Kind(
    "repeated_site",
    Policy.FLAG,
    "编码或名称与 {others} 重复。请核对,每个隔离点只登记一次。",
    "Its code or name repeats {others}. List every site once.",
)
UNCLEAR_ZONES: Final = Kind(
    "unclear_zones",
    Policy.FLAG,
    "{cell} 的通风分区“{value}”无法辨认。请写成 1区:A栋1-2层;2区:A栋3层 的形式。",
    "{cell}: the ventilation zones “{value}” cannot be read. Write them like 1区:A栋1-2层;2区:A栋3层.",
)
LICENCE_PLATE: Final = Kind(
    "licence_plate",
    Policy.FLAG,
    "{cell} 像是车牌号:系统不登记车牌,这一格没有采用,本行其余内容照常收录。请改填派车单上的车次编号,没有编号就留空。",
    "{cell} looks like a licence plate. Plates are not recorded: the cell was left out, the rest of the row was "
    "taken in. Write the trip's number on the transport team's sheet, or leave it empty.",
)
