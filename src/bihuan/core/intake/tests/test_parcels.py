"""Files that are taken in whole are told from registers by their first rows, and leave the registers alone."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from bihuan.core.access.actors import Actor, system_actor
from bihuan.core.intake import parcels
from bihuan.core.intake.parcels import Fate, Glimpse, Parcelled
from bihuan.core.intake.problems import Kind, Policy, Problem, Source
from bihuan.core.intake.tests.files import workbook
from bihuan.core.intake.watching import NOBODY, Watch
from bihuan.core.intake.workbook import Table, read_folder
from bihuan.core.spec.text import Text

WRONG = Kind("wrong", Policy.REJECT, "第 {row} 行错", "row {row} is wrong")


class Notes:
    """A kind of parcels for these tests: a table with the heading 便条."""

    key, label = "notes", Text("便条", "Notes")

    def claims(self, glimpse: Glimpse) -> bool:
        return any(cells[:1] == ["便条"] for rows in glimpse.sheets.values() for _, cells in rows)

    def look(self, files: Sequence[Glimpse], *, actor: Actor, watch: Watch) -> list[Parcelled]:
        return [self._told(one, None) for one in files]

    def take(self, files: Sequence[Glimpse], *, actor: Actor, batch: UUID, watch: Watch) -> list[Parcelled]:
        return [self._told(one, uuid4()) for one in files]

    def _told(self, one: Glimpse, matter: UUID | None) -> Parcelled:
        counts = {"rows": 3, "accepted": 1, "duplicates": 1, "rejected": 1}
        wrong = Problem(WRONG, Source(one.name, None, 4), params={"row": "4"})
        words = Text(one.name, one.name)
        return Parcelled(one.name, Fate.NEW, words, words, counts, [wrong], matter)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "a.csv").write_bytes("便条,正文\r\n一,二\r\n".encode("gb18030"))
    (tmp_path / "b.xlsx").write_bytes(workbook(["便条", "正文"], ["一", "二"]))
    (tmp_path / "c.csv").write_text("姓名,证件号码\n张三,1\n", "utf-8")
    (tmp_path / "d.pdf").write_bytes(b"%PDF-1.7 \x00\x01")
    (tmp_path / "e.xlsx").write_bytes(b"PK\x03\x04 broken")
    (tmp_path / "f.csv").write_bytes(b"")
    return tmp_path


def test_a_kind_claims_its_files_whatever_they_are_called_and_written_in(folder: Path) -> None:
    found = parcels.sort_out([folder], [Notes()])
    assert [one.name for one in found.claimed["notes"]] == ["a.csv", "b.xlsx"]


def test_claimed_files_are_not_read_as_registers_and_the_others_are_said_as_before(folder: Path) -> None:
    found = parcels.sort_out([folder], [Notes()])
    rest = list(read_folder([folder], found.paths))
    assert [(one.file, None) for one in rest if isinstance(one, Table)] == [("c.csv", None)]
    problems = [(one.source.file, one.kind.key) for one in rest if isinstance(one, Problem)]
    assert problems == [("d.pdf", "not_a_table_file"), ("e.xlsx", "unreadable_file"), ("f.csv", "empty_file")]


def test_a_link_out_of_the_folder_is_never_followed(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = tmp_path_factory.mktemp("elsewhere") / "x.csv"
    outside.write_text("便条,正文\n", "utf-8")
    (folder / "g.csv").symlink_to(outside)
    found = parcels.sort_out([folder], [Notes()])
    assert "g.csv" not in [one.name for one in found.claimed["notes"]]


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("more", range(4))
def test_a_long_text_file_is_told_by_its_beginning(tmp_path: Path, encoding: str, more: int) -> None:
    """The glimpse ends somewhere in a character of several bytes, in a quoted cell."""
    text = "便条,正文\n" + '一,"' + "x" * more + "二" * 200_001 + '"\n'
    (tmp_path / "long.csv").write_bytes(text.encode(encoding))
    glimpse = Glimpse(tmp_path / "long.csv", "long.csv")
    assert Notes().claims(glimpse)


def test_the_result_adds_up_each_kinds_numbers_and_names_the_lines_sent_back(folder: Path) -> None:
    kind = Notes()
    found = parcels.sort_out([folder], [kind])
    looked = parcels.handle(found, [kind], actor=system_actor("620702"), batch=None, watch=NOBODY)
    told = parcels.as_json(looked)["notes"]
    assert {k: told[k] for k in ("lists", "new", "same", "rows", "accepted", "duplicates", "rejected")} == {
        "lists": 2, "new": 2, "same": 0, "rows": 6, "accepted": 2, "duplicates": 2, "rejected": 2,
    }  # fmt: skip
    assert [(one["file"], one["row"]) for one in told["errors"]] == [("a.csv", 4), ("b.xlsx", 4)]
    assert looked["notes"][0].matter_id is None
    taken = parcels.handle(found, [kind], actor=system_actor("620702"), batch=uuid4(), watch=NOBODY)
    assert all(one.matter_id for one in taken["notes"])
    assert parcels.as_json({"notes": []})["notes"]["lists"] == 0
