"""The figures of intake: rows taken in and rows sent back, summed over the files handed in."""

from __future__ import annotations

from bihuan.core.spec import Figure, Text
from bihuan.core.spec.figures import Rows

ROWS = Text("行", "rows")


def _rows(what: str) -> Rows:
    return Rows(
        "SELECT id AS entry_id, payload->>'file' AS file, (payload->>%(what)s)::int AS rows, occurred_at"
        " FROM known WHERE kind = 'intake.file_taken'",
        amount="rows",
        parameters={"what": what},
    )


FIGURES = (
    Figure(
        "intake.rows_accepted", "台账接收", "Rows accepted", ROWS,
        Text("导入台账中收录的行数,重报未变的不再计", "Rows of registers taken in; sent again unchanged, not again"),
        _rows("accepted"), order=90,
    ),
    Figure(
        "intake.rows_rejected", "台账退回", "Rows rejected", ROWS,
        Text("导入台账中退回待改的行数,改正后减去", "Rows sent back to be corrected, less those corrected since"),
        _rows("rejected"), order=91,
    ),
)  # fmt: skip
