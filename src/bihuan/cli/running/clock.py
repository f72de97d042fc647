"""Is this machine's clock to be believed? It must not run behind what the ledger has recorded already."""

from __future__ import annotations

from typing import Final

from django.db import connection

from bihuan.cli.exits import refuse
from bihuan.core.clock.wording import moment_words

TOLERATED: Final = 5.0
"""Seconds by which the clock may stand behind the ledger; clocks are set by so little now and then."""
_NEWEST: Final = """
SELECT max(recorded_at), clock_timestamp(), extract(epoch FROM max(recorded_at) - clock_timestamp())
  FROM (SELECT recorded_at FROM ledger_entry ORDER BY id DESC LIMIT 1000) newest
"""


def seconds_ahead() -> float:
    """Return by how many seconds the ledger's newest entries lie after the database's clock; 0: none do."""
    with connection.cursor() as cursor:
        cursor.execute(_NEWEST)
        ahead = cursor.fetchone()[2]
    return max(float(ahead or 0), 0.0)


def need_sound(checked: bool = False) -> None:
    """Refuse to run with a clock that jumped back: deadlines and cut-offs would be counted from a wrong time.

    `checked`: the operator has looked, and it was the earlier time that was wrong.
    """
    with connection.cursor() as cursor:
        cursor.execute(_NEWEST)
        newest, now, ahead = cursor.fetchone()
    if checked or newest is None or float(ahead) <= TOLERATED:
        return
    last, here = moment_words(newest), moment_words(now)
    refuse(
        f"时钟不对，没有启动：现在是 {here.zh}，台账已有 {last.zh} 的记录。请先校时；"
        "确认现在的时间正确的，执行 bihuan up --clock-checked",
        f"the clock is wrong, nothing was started: it says {here.en}, and the ledger has an entry of {last.en}. "
        "Set the clock; if you are sure that it is right now: bihuan up --clock-checked",
    )
