"""Lines as a file that a spreadsheet opens."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

RISKY = ("=", "+", "-", "@", "\t", "\r")


def as_csv(table: Iterable[list[str]]) -> bytes:
    """Return the lines as CSV with a byte order mark, so that Excel reads the Chinese.

    A cell that a spreadsheet would take for a formula gets an apostrophe before it.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    for line in table:
        writer.writerow([f"'{cell}" if cell.startswith(RISKY) else cell for cell in line])
    return out.getvalue().encode("utf-8-sig")
