"""What a caller says, in plain words, by why somebody is on a list (`scripts.toml`)."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from bihuan.core.clock.calendar import SHANGHAI
from bihuan.core.clock.wording import short_day
from bihuan.core.spec import Text
from bihuan.modules.verification.models import Item
from bihuan.modules.verification.townships import NOWHERE

HERE = Text("本县", "this county")


@dataclass(frozen=True, slots=True)
class Script:
    """What is said to somebody with this reason; `says` has placeholders."""

    words: tuple[str, ...]
    says: Text
    asks: Text


@cache
def scripts() -> tuple[Script, ...]:
    """Return the scripts in the order in which they are tried; the last one fits every reason."""
    with (Path(__file__).parent / "scripts.toml").open("rb") as file:
        rows = tomllib.load(file)["script"]
    return tuple(
        Script(tuple(row["words"]), Text(row["zh"], row["en"]), Text(row["asks_zh"], row["asks_en"]))
        for row in rows
    )


def script_for(reason: str) -> Script:
    """Return what is said to somebody who is on a list for this reason."""
    found = (one for one in scripts() if any(word in reason for word in one.words))
    return next(found, scripts()[-1])


def spoken(item: Item) -> Text:
    """Return the sentence that says why one is calling this person."""
    says = script_for(item.reason).says
    day = short_day(item.pushed_at.astimezone(SHANGHAI).date())
    known = item.township if item.township and item.township != NOWHERE else ""
    where = Text(known, known) if known else HERE
    return Text(
        says.zh.format(pushed=day.zh, township=where.zh), says.en.format(pushed=day.en, township=where.en)
    )
