"""What can be wrong with a line of a list, and with a list."""

from __future__ import annotations

from typing import Final

from bihuan.core.intake.problems import Kind, Policy
from bihuan.core.spec import Text

WRONG_COLUMN_COUNT: Final = Kind(
    "wrong_column_count",
    Policy.REJECT,
    "第 {row} 行有 {found} 列,表头是 {wanted} 列,不能确定哪格是哪项,没有收。请核对这一行的分隔符和引号,改好后把这一行再推一次。",
    "Line {row} has {found} cells where the heading has {wanted}, so nobody can tell which is which; it was not taken. "
    "Check its separators and quotes and push the line again.",
)
SENT_BACK: Final = Text("列数与表头不符,不能确定哪格是哪项", "Not as many cells as the heading has columns")
SAME_LIST: Final = Kind(
    "same_list",
    Policy.NOTE,
    "内容与 {number} 完全相同,已经签收,没有任何变化。",
    "The very same as {number}, which is signed for already; nothing changes.",
)
NUL_REMOVED: Final = Kind(
    "nul_removed",
    Policy.NOTE,
    "文件里有 {count} 个空字符,已去掉。",
    "{count} NUL characters were removed.",
)
CUT_SHORT: Final = Kind(
    "cut_short",
    Policy.NOTE,
    "文件末尾不完整,可能传输中断;读到的各行已照收,请向来件单位要一份完整的。",
    "The file breaks off at its end; the lines that could be read were taken. Ask the sender for a whole one.",
)
