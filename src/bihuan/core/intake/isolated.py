"""Reading an old workbook (.xls) in a process of its own, with limited memory and time.

The format is a file system of sector chains, and a damaged one of a few kilobytes can make its native reader
allocate without end; an allocation that fails there ends the process. So the process that may end is not ours.

    python -m bihuan.core.intake.isolated < workbook.xls

prints one line of JSON per sheet: name, visibility, and its rows from row 1, dates as `{"d": …}` or `{"t": …}`.
"""

import io
import json
import resource
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from bihuan.core.intake.kinds import ENCRYPTED_FILE, UNREADABLE_FILE
from bihuan.core.intake.problems import UnreadableError
from bihuan.core.intake.text import Cell

MEMORY: Final = 1 << 30
"""Address space of the reading process (bytes); the largest sheet of the format, 65,536 × 256, fits."""
SECONDS: Final = 60
LOCKED, DAMAGED = 3, 4


@dataclass(frozen=True, slots=True)
class OldSheet:
    """A sheet of an old workbook."""

    name: str
    hidden: bool
    rows: list[list[Cell]]
    merged: list[tuple[tuple[int, int], tuple[int, int]]]


def read_old_workbook(data: bytes) -> Iterator[OldSheet]:
    """The sheets of an .xls.

    Raises UnreadableError with `encrypted_file`, or `unreadable_file` when it is damaged or beyond the limits.
    """
    command = [sys.executable, "-m", "bihuan.core.intake.isolated"]
    try:
        done = subprocess.run(command, input=data, capture_output=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired as error:
        raise UnreadableError(UNREADABLE_FILE, reason=f"> {SECONDS} s") from error
    if done.returncode == LOCKED:
        raise UnreadableError(ENCRYPTED_FILE)
    if done.returncode:
        raise UnreadableError(UNREADABLE_FILE, reason="损坏或不是工作簿 / damaged, or no workbook")
    for line in done.stdout.splitlines():
        sheet = json.loads(line)
        rows = [[_cell(cell) for cell in row] for row in sheet["rows"]]
        merged = [((top, left), (bottom, right)) for (top, left), (bottom, right) in sheet["merged"]]
        yield OldSheet(sheet["name"], sheet["hidden"], rows, merged)


def main() -> int:
    """Read a workbook from standard input and print its sheets; the exit code says what hindered it."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        with CalamineWorkbook.from_object(io.BytesIO(sys.stdin.buffer.read())) as workbook:
            for metadata in workbook.sheets_metadata:
                if metadata.typ is SheetTypeEnum.WorkSheet:
                    sheet = workbook.get_sheet_by_name(metadata.name)
                    indent: list[Any] = [""] * (sheet.start[1] if sheet.start else 0)
                    rows = [indent + [_plain(cell) for cell in row] for row in sheet.iter_rows()]
                    while rows and not any(cell != "" for cell in rows[-1]):
                        rows.pop()
                    hidden = metadata.visible is not SheetVisibleEnum.Visible
                    merged = sheet.merged_cell_ranges or []
                    said = {"name": metadata.name, "hidden": hidden, "rows": rows, "merged": merged}
                    print(json.dumps(said))
    except PasswordError:
        return LOCKED
    except CalamineError:
        return DAMAGED
    return 0


def _plain(cell: Cell) -> Any:
    if isinstance(cell, datetime):
        return {"t": cell.isoformat()}
    if isinstance(cell, date):
        return {"d": cell.isoformat()}
    return cell if isinstance(cell, str | float | int) else str(cell)


def _cell(cell: Any) -> Cell:
    if not isinstance(cell, dict):
        return cell
    return datetime.fromisoformat(cell["t"]) if "t" in cell else date.fromisoformat(cell["d"])


if __name__ == "__main__":
    sys.exit(main())
