"""Why a paper was not taken or cannot be read; always with what was kept and what to do next."""

from __future__ import annotations

from typing import Final

from bihuan.core.spec.text import Text

EMPTY: Final = "empty"
TOO_LARGE: Final = "too_large"
UNKNOWN: Final = "unknown_type"
DAMAGED: Final = "damaged"
MACROS: Final = "macros"
BOMB: Final = "zip_bomb"
LOCKED: Final = "locked"
NUL: Final = "nul"

REASONS: Final = {
    EMPTY: Text("文件是空的", "The file is empty"),
    TOO_LARGE: Text("文件太大", "The file is too large"),
    UNKNOWN: Text("不能识别这种文件", "This kind of file is not accepted"),
    DAMAGED: Text("文件不完整或已损坏", "The file is incomplete or damaged"),
    MACROS: Text("文件带有宏或脚本程序", "The file carries macros or scripts"),
    BOMB: Text("文件解压后异常庞大", "The file unpacks to an abnormal size"),
    LOCKED: Text("文件设有密码，无法查看", "The file is locked with a password"),
    NUL: Text("文本中含有不可用的字节", "The text holds unusable bytes"),
}
INSTEAD: Final = {
    EMPTY: Text("请重新选择文件", "Choose the file again"),
    TOO_LARGE: Text("请分成几份，或降低分辨率后再传", "Split it or lower its resolution, and send it again"),
    UNKNOWN: Text("请传 PDF、图片、Word、Excel 或 OFD 文件", "Send a PDF, picture, Word, Excel or OFD file"),
    DAMAGED: Text("请在本机打开检查后重新上传", "Open it on your own device to check, and send it again"),
    MACROS: Text("请另存为不带宏的文件或 PDF 后再传", "Save it without macros or as PDF, and send it again"),
    BOMB: Text("请另存为 PDF 后再传", "Save it as PDF and send it again"),
    LOCKED: Text("请取消密码后再传", "Remove the password and send it again"),
    NUL: Text("请另存为文本或 PDF 后再传", "Save it as text or PDF and send it again"),
}


class UploadRefused(Exception):
    """A file was not accepted. `code` is stable; `reason` and `instead` are for the person who sent it.

    Nothing was stored; whatever else the person typed is the caller's to keep.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
        self.reason = REASONS[code]
        self.instead = INSTEAD[code]


class PaperDamaged(Exception):
    """A stored file is missing or is not what was stored; restore it from the backup."""


class PaperErased(Exception):
    """The person's key for this purpose was destroyed: the paper is a line in the ledger and no more."""
