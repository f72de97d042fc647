"""Short names of problems, states and steps, as the pages of intake say them."""

from __future__ import annotations

from math import ceil
from typing import Any, Final

from bihuan.core.spec.text import Text

KINDS: Final = {
    "unreadable_file": Text("文件打不开", "File cannot be opened"),
    "encrypted_file": Text("文件有密码", "File has a password"),
    "empty_file": Text("空文件", "Empty file"),
    "file_too_large": Text("文件超出限度", "File beyond the limits"),
    "unsafe_file": Text("文件内容异常", "File is malformed"),
    "missing_column": Text("缺少必需的列", "Required column missing"),
    "cut_short": Text("文件末尾不完整", "File breaks off"),
    "formula_without_value": Text("公式没有结果", "Formula without a result"),
    "unreadable_date": Text("日期读不出", "Date cannot be read"),
    "unreadable_number": Text("应为数字", "Should be a number"),
    "destroyed_id": Text("证件号码成了科学计数法", "Identifier turned into a number"),
    "bad_id_checksum": Text("证件号码校验不符", "Identifier fails its check"),
    "missing_id": Text("没有证件号码", "No identifier"),
    "bad_phone": Text("电话位数不对", "Telephone has wrong length"),
    "exact_duplicate_row": Text("整行重复", "Row repeated"),
    "missing_name": Text("没有姓名", "No name"),
    "missing_check_in": Text("没有入住日期", "No check-in date"),
    "check_out_before_check_in": Text("离点早于入住", "Check-out before check-in"),
    "future_date": Text("日期晚于截止日", "Date after the cut-off"),
    "unknown_category": Text("人员类别不在范围", "Category not known"),
    "unknown_site": Text("找不到所属隔离点", "Site not known"),
    "near_duplicate_person": Text("疑似同一人", "Probably one person"),
    "room_double_booked": Text("一房两用", "Room double-booked"),
    "overlapping_sites": Text("一人同时两点", "One person in two sites"),
    "overlapping_stays_in_site": Text("同点重复登记", "Registered twice in a site"),
    "early_release_unapproved": Text("提前解除未见批准", "Early release, no approval"),
    "missing_room": Text("没有房间", "No room"),
    "unclear_room": Text("房间说不清", "Room unclear"),
    "unknown_room": Text("房间不在登记之内", "Room not of the site"),
    "unknown_result": Text("检测结果读不出", "Result cannot be read"),
    "unclear_temperature": Text("体温读不出", "Temperature cannot be read"),
    "missing_site_name": Text("没有隔离点名称", "No name of the site"),
    "repeated_site": Text("隔离点重复", "Site listed twice"),
    "unclear_zones": Text("通风分区读不出", "Zones cannot be read"),
    "not_a_file": Text("是链接，不是文件", "A link, not a file"),
    "licence_plate": Text("车次栏填了车牌", "A licence plate as trip"),
}

STATES: Final = {
    "reading": ("active", Text("读取与核对中", "Reading and checking")),
    "checked": ("due", Text("待收录", "Waiting to be taken in")),
    "applying": ("active", Text("收录中", "Being taken in")),
    "done": ("done", Text("已完成", "Done")),
    "failed": ("overdue", Text("出错，可再试", "Failed, can be tried again")),
    "cancelled": ("idle", Text("已撤回", "Withdrawn")),
    "interrupted": ("overdue", Text("命令行中断，请重新运行", "Command was killed, run it again")),
}


def kind_name(key: str) -> Text:
    """Return the short name of a kind of problem; a new kind goes by its key until it is named here."""
    return KINDS.get(key, Text(key.replace("_", " "), key.replace("_", " ")))


STALE: Final = 30
"""Seconds after which an estimate is no longer worth showing: the worker has not been heard of."""


def left(told: dict[str, Any], now: float) -> Text | None:
    """Return how long the work will still take, in round figures; `now` in seconds since 1970."""
    seconds, told_at = told.get("left"), told.get("told_at", 0.0)
    if seconds is None or now - told_at > STALE:
        return None
    seconds -= max(now - told_at, 0.0)
    if seconds < 10:
        return Text("还需不到 10 秒", "less than 10 s left")
    if seconds <= 90:
        tens = 10 * ceil(seconds / 10)
        return Text(f"还需约 {tens} 秒", f"about {tens} s left")
    minutes = ceil(seconds / 60)
    return Text(f"还需约 {minutes} 分钟", f"about {minutes} min left")
