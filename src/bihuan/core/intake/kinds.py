"""The kinds of problems that any register can have: files, headings and plain values."""

from typing import Final

from bihuan.core.intake.problems import Kind, Policy

# --- files -------------------------------------------------------------------------------------------------
UNREADABLE_FILE: Final = Kind(
    "unreadable_file",
    Policy.REJECT,
    "文件打不开:{reason}。其他文件照常读取;请在 Excel 或 WPS 中打开此文件,另存为 .xlsx 后重新报送。",
    "The file cannot be opened: {reason}. The other files were read; open it in Excel or WPS, save it as "
    ".xlsx and send it again.",
)
ENCRYPTED_FILE: Final = Kind(
    "encrypted_file",
    Policy.REJECT,
    "文件设有打开密码,没有读取。其他文件照常读取;请取消密码后重新报送。",
    "The file is protected by a password and was not read. The other files were; remove the password and "
    "send it again.",
)
EMPTY_FILE: Final = Kind(
    "empty_file",
    Policy.REJECT,
    "文件是空的,没有可读内容。其他文件照常读取;请核对后重新报送。",
    "The file is empty. The other files were read; check it and send it again.",
)
TOO_LARGE: Final = Kind(
    "file_too_large",
    Policy.REJECT,
    "文件超出限度({reason}),没有读取。其他文件照常读取;请拆分或清理空白区域后重新报送。",
    "The file is beyond the limits ({reason}) and was not read. The other files were; split it, or clear "
    "its unused area, and send it again.",
)
UNSAFE_FILE: Final = Kind(
    "unsafe_file",
    Policy.REJECT,
    "文件内容异常({reason}),为安全起见没有读取。其他文件照常读取;请由原单位重新导出。",
    "The file is malformed in a dangerous way ({reason}) and was not read. The other files were; have it "
    "exported again by its office.",
)
MISSING_COLUMN: Final = Kind(
    "missing_column",
    Policy.REJECT,
    "这张表像是“{register}”,但没有找到“{field}”一列,表内 {rows} 行都没有读取。"
    "{hint}请改正表头或确认对应关系后重新报送。",
    "This looks like “{register_en}” but has no column for “{field_en}”; its {rows} rows were not read. "
    "{hint_en}Correct the heading, or confirm what it means, and send it again.",
)
NOT_RECOGNISED: Final = Kind(
    "not_recognised",
    Policy.NOTE,
    "没有识别为任何台账,保持原样,未作处理。",
    "Not recognised as a register; left untouched.",
)
NOT_A_TABLE: Final = Kind(
    "not_a_table_file",
    Policy.NOTE,
    "不是表格文件(.xlsx .xls .csv .tsv),保持原样,未作处理。",
    "Not a table file (.xlsx .xls .csv .tsv); left untouched.",
)
LOCK_FILE: Final = Kind(
    "lock_file",
    Policy.NOTE,
    "这是打开文档时留下的临时文件,未作处理。",
    "A temporary file left by an open document; ignored.",
)
NOT_A_FILE: Final = Kind(
    "not_a_file",
    Policy.REJECT,
    "这是指向别处的链接(或设备),不是文件本身,没有读取。其他文件照常读取;请把原文件复制到这个文件夹后重新报送。",
    "This is a link to somewhere else (or a device), not the file itself, and was not read. The other files "
    "were; copy the file itself into this folder and send it again.",
)
MACROS_IGNORED: Final = Kind(
    "macros_ignored",
    Policy.NOTE,
    "文件含有宏:只读取数据,宏没有运行。",
    "The file contains macros: only its data were read, no macro was run.",
)
HIDDEN_SHEET: Final = Kind(
    "hidden_sheet",
    Policy.NOTE,
    "这张工作表是隐藏的,已照常读取。",
    "This sheet is hidden; it was read like the others.",
)
NUL_REMOVED: Final = Kind(
    "nul_removed",
    Policy.NOTE,
    "文件中有 {count} 个空字符(NUL),已去除。",
    "{count} NUL characters were removed from the file.",
)
CUT_SHORT: Final = Kind(
    "cut_short",
    Policy.FLAG,
    "文件末尾不完整,可能传输中断;已读取完整的部分。请核对末行。",
    "The file ends in the middle of a character, as after a broken transfer; what was complete was read. "
    "Check the last line.",
)
UNKNOWN_HEADING: Final = Kind(
    "unknown_heading",
    Policy.NOTE,
    "表头“{heading}”没有对应的栏目,该列未采用。{hint}",
    "The heading “{heading}” is not known; its column was not used. {hint_en}",
)

# --- values ------------------------------------------------------------------------------------------------
BROKEN_CELL: Final = Kind(
    "formula_without_value",
    Policy.REJECT,
    "{cell} 是没有结果的公式或错误值({value})。请直接填写内容。",
    "{cell} holds a formula without a result, or an error value ({value}). Write the value itself.",
)
UNREADABLE_DATE: Final = Kind(
    "unreadable_date",
    Policy.REJECT,
    "{cell} 的日期“{value}”无法辨认。请写成 2021-11-03 的形式。",
    "{cell}: the date “{value}” cannot be read. Write it like 2021-11-03.",
)
UNREADABLE_NUMBER: Final = Kind(
    "unreadable_number",
    Policy.REJECT,
    "{cell} 应为数字,现为“{value}”。请填写数字。",
    "{cell} should be a number but reads “{value}”.",
)
DESTROYED_ID: Final = Kind(
    "destroyed_id",
    Policy.REJECT,
    "{cell} 的证件号码被表格软件改成了科学计数法,后几位已丢失,无法还原。"
    "请把该列设为“文本”后重新录入完整号码。",
    "{cell}: the spreadsheet turned the identifier into a number and its last digits are lost; they are "
    "never guessed. Format the column as text and enter the whole identifier again.",
)
BAD_ID: Final = Kind(
    "bad_id_checksum",
    Policy.REJECT,
    "{cell} 的证件号码({value})校验不通过。请对照证件核对每一位后重新录入。",
    "{cell}: the identifier ({value}) fails its check digit. Compare every digit with the document.",
)
MISSING_ID: Final = Kind(
    "missing_id",
    Policy.FLAG,
    "{cell} 没有填写证件号码,无法与其他记录核对为同一人。请补充。",
    "{cell} has no identifier, so the row cannot be linked to the person's other records. Add it.",
)
BAD_PHONE: Final = Kind(
    "bad_phone",
    Policy.FLAG,
    "{cell} 的电话号码({value})位数不对。请核对。",
    "{cell}: the telephone number ({value}) has a wrong number of digits. Check it.",
)
EXACT_DUPLICATE: Final = Kind(
    "exact_duplicate_row",
    Policy.SKIP,
    "本行除序号外与 {others} 完全相同,已略过。",
    "Apart from its serial number this row equals {others}; it was skipped.",
)
