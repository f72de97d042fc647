"""Spark answers for many counties at once: each county's mirror is asked the same question, all at the same time.

A person, an entry and a protocol have their numbers within a county, so a county's answer is worked out from its own
files alone and the province's value is the sum of its counties'. Who stands in the ledgers of two counties counts in
both. Spark reads mirrors alone, no county's database: what is asked must lie before the last day they mirrored.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from bihuan.core.figures.asking import Moment, Question, in_groups, values_question
from bihuan.core.figures.mirror.manifest import Manifest, load
from bihuan.core.figures.mirror.writing import COLUMNS
from bihuan.core.figures.portable import MOVED, Told, column_of, tell
from bihuan.core.matters.registry import figures
from bihuan.core.spec.text import Text

AT_ONCE: Final = 4  # counties asked at the same time: a cluster is kept busy, the driver is not
_SPARK: Final = {
    "BIGINT": "bigint", "INTEGER": "int", "VARCHAR": "string", "TIMESTAMPTZ": "timestamp", "UUID": "binary",
}  # fmt: skip


class NoMirror(ValueError):
    """A folder holds no whole mirror, or the same county as another; `text` says which, in both languages."""

    def __init__(self, text: Text) -> None:
        super().__init__(f"{text.zh} / {text.en}")
        self.text = text


@dataclass(frozen=True, slots=True)
class County:
    """One county's mirror: where it lies, what it holds, whose it is."""

    where: Path
    manifest: Manifest
    jurisdiction: str


def counties(folders: Iterable[Path]) -> list[County]:
    """Return the counties whose mirrors lie in these folders, by jurisdiction. Raises NoMirror."""
    found: dict[str, County] = {}
    for where in folders:
        manifest = load(where)
        if manifest is None or not manifest.files:
            raise NoMirror(Text(f"{where} 没有镜像", f"there is no mirror in {where}"))
        lacking = next((f for f in manifest.files if not _whole(where / f.path, f.size)), None)
        if lacking is not None:
            raise NoMirror(
                Text(f"{where} 缺少或损坏 {lacking.path}", f"{lacking.path} is missing or damaged in {where}")
            )
        for code in sorted({file.jurisdiction for file in manifest.files}):
            if code in found:
                other = found[code].where
                raise NoMirror(
                    Text(
                        f"{code} 有两个镜像：{other} 和 {where}",
                        f"{code} is there twice: {other} and {where}",
                    )
                )
            found[code] = County(where, manifest, code)
    return [found[code] for code in sorted(found)]


def _whole(path: Path, size: int) -> bool:
    return path.exists() and path.stat().st_size == size


def values(
    spark: Any, of: Sequence[County], cutoff: datetime, known_at: datetime, keys: Iterable[str] | None = None
) -> dict[str, dict[str, int]]:
    """Return every county's figures (or these) at a moment, by jurisdiction. Raises NotPortable."""
    asked = [figure for key, figure in figures().items() if keys is None or key in set(keys)]
    groups = in_groups(asked)

    def county(one: County) -> dict[str, int]:
        moment = Moment(cutoff, known_at, one.jurisdiction)
        questions = [values_question(group, moment) for group in groups]
        found: dict[str, int] = {}
        for group, rows in zip(groups, ask(spark, one, questions), strict=True):
            found |= {figure.key: int(number) for figure, number in zip(group, rows[0], strict=True)}
        return {figure.key: found[figure.key] for figure in asked}

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return dict(zip([one.jurisdiction for one in of], pool.map(county, of), strict=True))


def ask(spark: Any, of: County, questions: Sequence[Question]) -> list[list[tuple[Any, ...]]]:
    """Return the rows that a county's mirror answers these questions with. UUIDs come as their sixteen bytes."""
    told = [tell(question, "spark") for question in questions]
    own = spark.newSession()  # names of its own, the same cluster
    own.conf.set("spark.sql.session.timeZone", "UTC")
    _show(own, of, told)
    answers = []
    for one, question in zip(told, questions, strict=True):
        bound = {name: value for name, value in question.moment.items() if f":{name}" in one.sql}
        answers.append([tuple(row) for row in own.sql(one.sql, args=bound).collect()])
    return answers


def _show(session: Any, of: County, told: Sequence[Told]) -> None:
    """Give the county's files the names that the questions use."""
    from pyspark.sql import functions as f

    keys = frozenset[str]().union(*(one.keys for one in told))
    held = [key for key in sorted(keys) if key in of.manifest.keys]
    others = sorted(keys - set(held))
    wanted = [name for name in COLUMNS if name != "payload" or others or any(one.payload for one in told)]
    schema = ", ".join(
        [
            *(f"`{name}` {_SPARK[COLUMNS[name]]}" for name in wanted),
            f"{MOVED} boolean",
            *(f"`{column_of(key)}` string" for key in held),
        ]
    )
    files = [str(of.where / file.path) for file in of.manifest.files if file.jurisdiction == of.jurisdiction]
    entries = session.read.schema(schema).parquet(*files)
    for key in others:
        entries = entries.withColumn(column_of(key), f.get_json_object("payload", f"$.{key}"))
    entries.createOrReplaceTempView("ledger_entry")
    for name in frozenset[str]().union(*(one.tables for one in told)):
        if name not in of.manifest.tables:
            raise NoMirror(Text(f"{of.where} 没有表 {name}", f"{of.where} has no table {name}"))
        session.read.parquet(str(of.where / of.manifest.tables[name])).createOrReplaceTempView(name)
