"""The figures of two counties on a Spark cluster: what each county's own database says, from their mirrors alone."""

from __future__ import annotations

import shutil
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from django.conf import settings
from django.utils import timezone

from bihuan.core.figures import postgres
from bihuan.core.figures.asking import Moment, Question, in_groups, rows_question, values_question
from bihuan.core.figures.mirror import keeping, manifest, province
from bihuan.core.ledger.seals import seal
from bihuan.core.matters.registry import figures
from bihuan.core.spark import session
from tests.counting import begin, go_on
from tests.spark.conftest import Cluster

pytestmark = pytest.mark.faults
OTHER = "620702"


def neighbour(of: Path, to: Path) -> None:
    """Make another county of a mirror: the same people's stays and the same numbers of entries, under another code."""
    shutil.copytree(of, to)
    held = manifest.load(to)
    assert held is not None
    files = []
    for file in held.files:
        table = pq.read_table(to / file.path)
        column = table.schema.get_field_index("jurisdiction")
        codes = pc.if_else(pc.is_valid(table["jurisdiction"]), OTHER, None)
        pq.write_table(table.set_column(column, "jurisdiction", codes), to / file.path)
        files.append(replace(file, jurisdiction=OTHER, size=(to / file.path).stat().st_size))
    manifest.save(to, replace(held, files=tuple(files)))


def said(question: Question) -> list[tuple[Any, ...]]:
    return postgres.ask(question).rows


def test_every_figure_of_every_county_as_its_own_database_has_it(
    tmp_path: Path, transactional_db: None, monkeypatch: Any, cluster: Cluster
) -> None:
    here = tmp_path / "mirror"
    monkeypatch.setattr(manifest, "folder", lambda: here)
    made = begin(tmp_path / "lists")
    seal()
    keeping.run(open_day=True)
    then = timezone.now()
    neighbour(here, tmp_path / "neighbour")
    go_on(made)
    seal()
    keeping.run(open_day=True)
    now, code = timezone.now(), settings.BIHUAN.jurisdiction
    cutoff = now - timedelta(hours=1)
    of = province.counties([here, tmp_path / "neighbour"])
    assert [county.jurisdiction for county in of] == [OTHER, code]
    with session(cluster.master, tmp_path / "aside") as spark:
        found = province.values(spark, of, cutoff, now)
        for county, known_at in zip(of, (then, now), strict=True):
            at = Moment(cutoff, known_at, code)
            wanted = {f.key: int(said(values_question([f], at))[0][0]) for f in figures().values()}
            assert found[county.jurisdiction] == wanted
        counted = [f for group in in_groups(list(figures().values())) for f in group if found[code][f.key]][
            ::3
        ]
        told = province.ask(spark, of[1], [rows_question(figure, at) for figure in counted])
        for figure, rows in zip(counted, told, strict=True):
            ids = Counter(row[0] for row in said(rows_question(figure, at)))
            assert Counter(row[0] for row in rows) == ids, figure.key
    assert found[OTHER] != found[code], "the neighbour does not know what came after"
    assert sum(found[code].values())


def test_a_folder_without_a_whole_mirror_is_told(tmp_path: Path) -> None:
    with pytest.raises(province.NoMirror):
        province.counties([tmp_path])
