"""CSV and TSV files: which encoding, which delimiter, which rows.

Chinese offices send UTF-8 with and without mark, GB18030 (and its subsets GBK, GB2312), UTF-16 and Big5. An
encoding is never taken because it happens to decode: GB18030 accepts almost anything. Where more than one
fits, the one wins in which the text consists of characters that registers are written with.
"""

import codecs
import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from bihuan.core.intake.kinds import EMPTY_FILE, TOO_LARGE, UNREADABLE_FILE
from bihuan.core.intake.problems import UnreadableError
from bihuan.core.intake.safety import MAX_COLUMNS, MAX_ROWS

_SAMPLE: Final = 200_000
_DELIMITERS: Final = (",", "\t", ";", "|")
_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_USUAL: Final = frozenset(
    "姓名身份证件号码公民手机联系电话房间栋楼层室人员类别入住离点解除隔离开始结束日期时间末次暴露核酸检测结果"
    "体温备注序编第天阴阳性同住转至由入批准居家定医院来返高中低风险区密接次境街道镇乡村路社单位填报审负责合计"
    "预警推送地址现原因的和与年月證號碼聯繫電話間棟樓層員類別離點開結時間檢測溫備註編陰陽轉準醫風險區據單審責"
    "計預鄉與张王李赵陈刘杨黄周吴徐孙马朱胡郭何林罗高郑梁谢宋唐许邓冯韩曹曾彭萧蔡潘田董袁于余叶蒋杜苏魏程吕丁"
    "沈任姚卢傅"
)
csv.field_size_limit(1 << 20)


@dataclass(frozen=True, slots=True)
class Delimited:
    """A decoded text file: its text, how it was written, and what was mended on the way."""

    text: str
    encoding: str
    delimiter: str
    nuls: int
    cut_short: bool

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """(row number, cells); a record over several lines counts by the physical line it starts on."""
        reader = csv.reader(_lines(self.text), delimiter=self.delimiter)
        start = 1
        try:
            for cells in reader:
                yield start, cells
                start = reader.line_num + 1
        except csv.Error as error:
            raise UnreadableError(
                UNREADABLE_FILE, reason=f"第{start}行:{error} / row {start}: {error}"
            ) from error


def read_delimited(data: bytes) -> Delimited:
    """Decode a CSV or TSV file.

    Raises UnreadableError with `empty_file`, `unreadable_file` (no usual encoding fits) or `file_too_large`.
    """
    text, encoding, cut_short = _decode(data)
    nuls = text.count("\x00")
    if nuls:
        text = text.replace("\x00", "")
    if not text.strip():
        raise UnreadableError(EMPTY_FILE)
    if text.count("\n") > MAX_ROWS:
        raise UnreadableError(TOO_LARGE, reason=f"> {MAX_ROWS:,} 行 / > {MAX_ROWS:,} rows")
    delimiter = _delimiter(text)
    if any(line.count(delimiter) >= MAX_COLUMNS for line in text[: 4 * _SAMPLE].split("\n", 20)[:20]):
        raise UnreadableError(TOO_LARGE, reason=f"> {MAX_COLUMNS:,} 列 / > {MAX_COLUMNS:,} columns")
    return Delimited(text, encoding, delimiter, nuls, cut_short)


def _decode(data: bytes) -> tuple[str, str, bool]:
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return _decoded(data, encoding) or _refuse()
    sample = data[:_SAMPLE]
    if sample and sample.count(0) > len(sample) // 5:
        little = sample[1::2].count(0) >= sample[::2].count(0)
        return _decoded(data, "utf-16-le" if little else "utf-16-be") or _refuse()
    if found := _decoded(data, "utf-8"):
        return found
    candidates = [
        found for encoding in ("gb18030", "big5", "big5hkscs") if (found := _decoded(data, encoding))
    ]
    if candidates:
        return max(candidates, key=lambda candidate: _usual_share(candidate[0]))
    return _damaged(data)


def _decoded(data: bytes, encoding: str) -> tuple[str, str, bool] | None:
    """The text; a file that merely ends inside a character is read up to there."""
    try:
        return data.decode(encoding), encoding, False
    except UnicodeDecodeError as error:
        read = len(error.object)  # without a mark that was taken off
        if len(data) > 64 and error.end >= read and read - error.start < 4:
            return data[: len(data) - read + error.start].decode(encoding), encoding, True
    return None


def _damaged(data: bytes) -> tuple[str, str, bool]:
    """A few broken bytes do not hide the rest: they are read as U+FFFD, and what they stood in fails its
    check.
    """
    best = max(
        ((data.decode(encoding, "replace"), encoding, True) for encoding in ("utf-8", "gb18030")),
        key=lambda candidate: _usual_share(candidate[0]),
    )
    if best[0].count("\ufffd") * 50 > len(best[0]):
        _refuse()
    return best


def _refuse() -> tuple[str, str, bool]:
    raise UnreadableError(UNREADABLE_FILE, reason="文字编码无法识别 / unknown encoding")


def _usual_share(text: str) -> float:
    """Share of the non-ASCII characters that registers are usually written with."""
    signs = [sign for sign in text[:20_000] if sign > "\x7f"]
    if not signs:
        return 0.0
    return sum(sign in _USUAL for sign in signs) / len(signs)


def _delimiter(text: str) -> str:
    """The delimiter that splits the first lines most evenly; comma where nothing does."""
    lines = [line for line in text[:_SAMPLE].split("\n", 30)[:30] if line.strip()]

    def score(delimiter: str) -> tuple[int, int]:
        counts = [len(re.sub(r'"[^"]*"', "", line).split(delimiter)) - 1 for line in lines]
        used = [count for count in counts if count]
        return (len(used), max(used)) if used else (0, 0)

    best = max(_DELIMITERS, key=score)
    return best if score(best) > (0, 0) else ","


def _lines(text: str) -> Iterator[str]:
    start = 0
    while start < len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end + 1
        yield text[start:end]
        start = end
