"""Folders as they come from other offices: links, pipes, names of old systems, names that turn a line round."""

import os
from pathlib import Path

import pytest

from bihuan.core.intake.folders import readable
from bihuan.core.intake.problems import Problem
from bihuan.core.intake.workbook import Table, read_folder

ROWS = "姓名,电话\n周云,1\n"


def read(folder: Path) -> tuple[list[str], dict[str, Problem]]:
    found = list(read_folder([folder]))
    tables = [one.file for one in found if isinstance(one, Table)]
    return tables, {one.source.file: one for one in found if isinstance(one, Problem)}


def test_what_a_link_points_to_was_not_handed_in_and_is_not_read(tmp_path: Path) -> None:
    """A link to a file outside, to nothing, and up its own folder: each is named in both languages, none followed."""
    folder, secret = tmp_path / "in", tmp_path / "others.csv"
    folder.mkdir()
    secret.write_text(ROWS)
    (folder / "own.csv").write_text(ROWS)
    (folder / "outside.csv").symlink_to(secret)
    (folder / "broken.xlsx").symlink_to(tmp_path / "nowhere.xlsx")
    (folder / "up").symlink_to(tmp_path)
    tables, said = read(folder)
    assert tables == ["own.csv"]
    assert {name: one.kind.key for name, one in said.items()} == dict.fromkeys(
        ("outside.csv", "broken.xlsx", "up"), "not_a_file"
    )
    assert "没有读取" in said["up"].message("zh-hans") and "was not read" in said["up"].message("en")


def test_a_pipe_that_nobody_writes_to_stops_nothing(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "own.csv").write_text(ROWS)
    tables, said = read(tmp_path)
    assert tables == ["own.csv"] and said["pipe.csv"].kind.key == "not_a_file"


def test_a_link_that_is_itself_named_is_followed(tmp_path: Path) -> None:
    (tmp_path / "own.csv").write_text(ROWS)
    (tmp_path / "link.csv").symlink_to(tmp_path / "own.csv")
    found = list(read_folder([tmp_path / "link.csv"]))
    assert [one.file for one in found if isinstance(one, Table)] == ["link.csv"]


def test_a_name_in_the_bytes_of_an_old_system_is_read_and_can_be_stored(tmp_path: Path) -> None:
    Path(os.fsdecode(os.fsencode(tmp_path) + "/台账.csv".encode("gb18030"))).write_text(ROWS)
    assert read(tmp_path)[0] == ["台账.csv"]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("甲\n乙.csv", "甲\ufffd乙.csv"), ("\x1b[2J.csv", "\ufffd[2J.csv"), ("表\u202exslx.csv", "表\ufffdxslx.csv"),
        ("𠮷䶮·台账.csv", "𠮷䶮·台账.csv"), ("深" * 500 + "/台账.csv", "…" + "深" * 392 + "/台账.csv"), ("a/b c.csv", "a/b c.csv"),
    ],
)  # fmt: skip
def test_a_name_shows_what_it_is_and_steers_no_terminal(name: str, shown: str) -> None:
    assert readable(name) == shown


def test_the_longest_name_a_disk_can_hold_is_read(tmp_path: Path) -> None:
    name = "长" * 83 + ".csv"
    (tmp_path / name).write_text(ROWS)
    assert read(tmp_path)[0] == [name]
