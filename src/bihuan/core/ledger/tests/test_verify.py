"""Whatever an administrator of the database does to the ledger without the keys is found and named."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError

from bihuan.core.ledger import anchor, append, keys, verify
from bihuan.core.ledger.findings import Report
from bihuan.core.ledger.links import sign
from bihuan.core.ledger.seals import SEAL_COLUMNS, head, seal
from bihuan.core.ledger.tests.conftest import drafts

Tamper = Callable[..., None]
INSERT_AS = """
INSERT INTO ledger_entry SELECT %(new)s, recorded_at, occurred_at, jurisdiction, kind, matter_id, from_state,
    to_state, version, person_id, place_id, organ, actor_id, post, corrects, payload, sealed, {mac}
  FROM ledger_entry WHERE id = %(id)s
"""


def found(report: Report) -> dict[str, set[int]]:
    """Kind of finding → the entries (or seals, where no entry is named)."""
    named: dict[str, set[int]] = {}
    for finding in report.findings:
        number = finding.entry if finding.entry is not None else finding.seal
        named.setdefault(str(finding.kind), set()).add(number or 0)
    return named


@contextmanager
def undone(tamper: Tamper) -> Iterator[None]:
    """Put both tables back, byte for byte, after what is done inside."""
    tables = ("ledger_entry", "ledger_seal")
    tamper(*(f"CREATE TEMP TABLE saved_{table} AS TABLE {table}" for table in tables))
    yield
    for table in tables:
        tamper(f"TRUNCATE {table}", f"INSERT INTO {table} TABLE saved_{table}", f"DROP TABLE saved_{table}")


def test_an_untouched_ledger_is_sound(ledger: list[int]) -> None:
    report = verify.verify()
    assert report.sound and found(report) == {}
    assert (report.entries, report.sealed, report.unsealed, report.seals) == (45, 40, 5, 4)
    newest = head()
    assert newest is not None and report.head == newest.chain.hex() and report.anchored == 4


def test_an_empty_ledger_is_sound(county: Path) -> None:
    assert verify.verify().sound


def test_the_database_refuses_every_change(ledger: list[int]) -> None:
    for statement, (table, column) in product(
        ("UPDATE {} SET {} = {}", "DELETE FROM {}", "DELETE FROM {} WHERE false", "TRUNCATE {}"),
        (("ledger_entry", "id"), ("ledger_seal", "number")),
    ):
        with pytest.raises(ProgrammingError, match=r"只增不改.*append-only"), connection.cursor() as cursor:
            cursor.execute(statement.format(table, column, column))
    assert verify.verify().sound


COLUMN_CHANGES = [
    "payload = payload || '{\"n\": 1000}'",
    "payload = '{}'",
    "occurred_at = occurred_at + interval '1 microsecond'",
    "recorded_at = recorded_at - interval '1 day'",
    "from_state = ''",
    "to_state = coalesce(to_state, '')  || ' '",
    "kind = 'test_stay.other'",
    "jurisdiction = '620702'",
    "matter_id = person_id",
    "version = 1",
    "person_id = NULL",
    "place_id = person_id",
    "organ = 'court'",
    "actor_id = person_id",
    "post = ''",
    "corrects = 1",
    "sealed = coalesce(sealed, '') || '\\x00'",
    "mac = set_byte(mac, 0, 255 - get_byte(mac, 0))",
    "mac = mac || '\\x00'",
]


def test_a_changed_column_is_found_sealed_or_not(ledger: list[int], tamper: Tamper) -> None:
    for change, at in product(COLUMN_CHANGES, [0, 17, 39, 42]):
        with undone(tamper):
            tamper(f"UPDATE ledger_entry SET {change} WHERE id = {ledger[at]}")
            report = verify.verify()
        kind = "entry-altered" if at < 40 else "entry-inserted"
        assert found(report) == {kind: {ledger[at]}}, change
        assert report.findings[0].seal == (at // 10 + 1 if at < 40 else None), change
    assert verify.verify().sound


def test_a_changed_code_is_told_from_changed_contents(ledger: list[int], tamper: Tamper) -> None:
    tamper(f"UPDATE ledger_entry SET mac = sha256('forged') WHERE id = {ledger[3]}")
    [finding] = verify.verify().findings
    assert "内容未变" in finding.says.zh and "contents were not" in finding.says.en


@pytest.mark.parametrize("at", [0, 9, 10, 25, 39])
def test_a_removed_sealed_row_is_named(ledger: list[int], tamper: Tamper, at: int) -> None:
    tamper(f"DELETE FROM ledger_entry WHERE id = {ledger[at]}")
    report = verify.verify()
    assert found(report) == {"entry-removed": {ledger[at]}}
    assert report.findings[0].seal == at // 10 + 1


def test_all_rows_of_all_seals_removed_are_named(ledger: list[int], tamper: Tamper) -> None:
    tamper("DELETE FROM ledger_entry")
    assert found(verify.verify()) == {"entry-removed": set(ledger[:40])}


def test_a_step_removed_before_it_was_sealed_leaves_a_gap_in_its_matter(county: Path, tamper: Tamper) -> None:
    matter = drafts(1)[0].person_id
    with transaction.atomic():
        numbers = append.append([d for v in (1, 2, 3, 4) for d in drafts(1, matter_id=matter, version=v)])
    tamper(f"DELETE FROM ledger_entry WHERE id IN ({numbers[1]}, {numbers[2]})")
    report = verify.verify()
    [finding] = report.findings
    assert (str(finding.kind), finding.matter) == ("history-gap", matter)
    assert "第 2 至 3 步" in finding.says.zh and f"#{numbers[3]}" in finding.says.en


def test_a_step_removed_under_its_seal_is_named_once(county: Path, tamper: Tamper) -> None:
    matter = drafts(1)[0].person_id
    with transaction.atomic():
        numbers = append.append([d for v in (1, 2, 3, 4) for d in drafts(1, matter_id=matter, version=v)])
    seal()
    for lost in numbers[:-1]:
        with undone(tamper):
            tamper(f"DELETE FROM ledger_entry WHERE id = {lost}")
            assert found(verify.verify()) == {"entry-removed": {lost}}
        with undone(tamper):
            tamper(f"UPDATE ledger_entry SET matter_id = NULL WHERE id = {lost}")
            assert found(verify.verify()) == {"entry-altered": {lost}}


@pytest.mark.parametrize("at", [5, 42])
def test_a_copy_under_a_new_number_is_named_with_its_origin(
    ledger: list[int], tamper: Tamper, at: int
) -> None:
    tamper(
        "CREATE TEMP TABLE copied AS SELECT * FROM ledger_entry WHERE id = %(id)s",
        "UPDATE copied SET id = %(new)s",
        "INSERT INTO ledger_entry SELECT * FROM copied",
        "DROP TABLE copied",
        id=ledger[at], new=ledger[-1] + 1000,
    )  # fmt: skip
    report = verify.verify()
    assert found(report) == {"entry-inserted": {ledger[-1] + 1000}}
    assert report.findings[0].other == ledger[at]


def test_a_row_inserted_into_a_gap_between_sealed_numbers_is_named(county: Path, tamper: Tamper) -> None:
    gap = append.allocate(3)
    with transaction.atomic():
        append.write(list(zip((gap[0], gap[2]), drafts(2), strict=True)))
    seal()
    tamper(
        INSERT_AS.format(mac="sha256('forged')"),
        new=gap[1], id=gap[0],
    )  # fmt: skip
    assert found(verify.verify()) == {"entry-inserted": {gap[1]}}


def test_a_forged_row_stays_found_after_it_was_sealed(ledger: list[int], tamper: Tamper) -> None:
    new = ledger[-1] + 7
    tamper(
        INSERT_AS.format(mac="mac"),
        new=new, id=ledger[44],
    )  # fmt: skip
    assert seal().entries == 6
    report = verify.verify()
    assert found(report) == {"entry-inserted": {new}}
    assert (report.findings[0].seal, report.findings[0].other) == (5, ledger[44])


@pytest.mark.parametrize(("one", "two"), [(3, 4), (2, 35), (41, 43), (4, 42)])
def test_two_rows_that_changed_numbers_are_named_with_each_other(
    ledger: list[int], tamper: Tamper, one: int, two: int
) -> None:
    a, b = ledger[one], ledger[two]
    tamper(
        f"UPDATE ledger_entry SET id = -1 WHERE id = {a}",
        f"UPDATE ledger_entry SET id = {a} WHERE id = {b}",
        f"UPDATE ledger_entry SET id = {b} WHERE id = -1",
    )
    report = verify.verify()
    assert found(report) == {"entry-reordered": {a, b}}
    assert {finding.entry: finding.other for finding in report.findings} == {a: b, b: a}


def test_rows_shifted_by_one_number_are_all_named(ledger: list[int], tamper: Tamper) -> None:
    tamper(
        f"UPDATE ledger_entry SET id = -id WHERE id BETWEEN {ledger[5]} AND {ledger[30]}",
        "UPDATE ledger_entry SET id = 100000 - id WHERE id < 0",
    )
    named = found(verify.verify())
    assert set().union(*named.values()) == set(ledger[5:31]) | {100_000 + n for n in ledger[5:31]}
    assert set(named) == {"entry-reordered"}


@pytest.mark.parametrize("column", ["payload", "occurred_at", "person_id"])
def test_two_rows_that_exchanged_a_column_are_named_with_the_column(
    ledger: list[int], tamper: Tamper, column: str
) -> None:
    a, b = ledger[6], ledger[21]
    tamper(
        f"UPDATE ledger_entry e SET {column} = o.{column} FROM ledger_entry o"
        f" WHERE (e.id, o.id) IN (({a}, {b}), ({b}, {a}))"
    )
    report = verify.verify()
    assert found(report) == {"entry-reordered": {a, b}}
    assert all(column in finding.says.en for finding in report.findings)


def test_rows_that_exchanged_everything_but_their_numbers_are_named(
    ledger: list[int], tamper: Tamper
) -> None:
    a, b = ledger[6], ledger[21]
    tamper(
        "UPDATE ledger_entry e SET (recorded_at, occurred_at, to_state, person_id, payload, sealed, mac) ="
        " (o.recorded_at, o.occurred_at, o.to_state, o.person_id, o.payload, o.sealed, o.mac)"
        f" FROM ledger_entry o WHERE (e.id, o.id) IN (({a}, {b}), ({b}, {a}))"
    )
    assert found(verify.verify()) == {"entry-reordered": {a, b}}


def test_an_entry_whose_transaction_was_set_back_is_named(ledger: list[int], tamper: Tamper) -> None:
    tamper(f"UPDATE ledger_entry SET txid = '3' WHERE id = {ledger[42]}")
    assert found(verify.verify()) == {"entry-evades-sealing": {ledger[42]}}


def test_a_protection_left_switched_off_is_reported(ledger: list[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE ledger_entry DISABLE TRIGGER USER")
        try:
            report = verify.verify()
        finally:
            cursor.execute("ALTER TABLE ledger_entry ENABLE TRIGGER USER")
    assert found(report) == {"protection-off": {0}} and "ledger_entry" in report.findings[0].says.en
    assert verify.verify().sound


SEAL_CHANGES = [
    "sealed_at = sealed_at + interval '1 day'",
    "previous = sha256('')",
    "first_id = first_id + 1",
    "last_id = last_id + 1",
    "count = count - 1",
    "system = system + 1",
    "horizon = horizon + 1",
    "key = '\\x00'",
    "numbers = numbers - int8multirange(int8range(lower(numbers), lower(numbers) + 1))",
    "numbers = '{}'",
    "numbers = '{(,)}'",
    "foreign_numbers = '{[1,2)}'",
    "list_hash = sha256('')",
    "root = sha256('')",
    "chain = sha256('')",
]


def test_a_changed_seal_is_named_and_no_entry_blamed(ledger: list[int], tamper: Tamper) -> None:
    for change, number in product(SEAL_CHANGES, [1, 3, 4]):
        with undone(tamper):
            tamper(f"UPDATE ledger_seal SET {change} WHERE number = {number}")
            report = verify.verify()
        named = found(report)
        assert number in named.get("seal-altered", set()) | named.get("seal-forged", set()), change
        assert not [kind for kind in named if kind.startswith("entry")], change
    assert verify.verify().sound


@pytest.mark.parametrize(
    "change", ["leaves = set_byte(leaves, 32 * 4, 0)", "leaves = substr(leaves, 33)", "leaves = ''"]
)
def test_an_edited_list_of_hashes_is_named_as_such_not_as_a_changed_entry(
    ledger: list[int], tamper: Tamper, change: str
) -> None:
    tamper(
        "UPDATE ledger_seal SET leaves = set_byte(leaves, 32 * 4, 1) WHERE number = 2",
        f"UPDATE ledger_seal SET {change} WHERE number = 2",
    )
    assert found(verify.verify()) == {"seal-altered": {2}}


def test_a_changed_signature_in_the_middle_is_found(ledger: list[int], tamper: Tamper) -> None:
    tamper("UPDATE ledger_seal SET signature = set_byte(signature, 5, 0) WHERE number = 2",
           "UPDATE ledger_seal SET signature = set_byte(signature, 6, 0) WHERE number = 2")  # fmt: skip
    named = found(verify.verify())
    assert named["seal-forged"] == {2} and not [kind for kind in named if kind.startswith("entry")]


def test_two_seals_that_changed_numbers_are_named(ledger: list[int], tamper: Tamper) -> None:
    tamper(
        "UPDATE ledger_seal SET number = -1 WHERE number = 2",
        "UPDATE ledger_seal SET number = 2 WHERE number = 3",
        "UPDATE ledger_seal SET number = 3 WHERE number = -1",
    )
    report = verify.verify()
    moved = {f.seal: f.other for f in report.findings if f.kind == "seal-reordered"}
    assert moved == {2: 3, 3: 2}
    assert not any(str(finding.kind).startswith("entry") for finding in report.findings)


def test_a_removed_seal_is_named_with_the_entries_that_went_with_it(
    ledger: list[int], tamper: Tamper
) -> None:
    tamper(
        "DELETE FROM ledger_entry WHERE id IN (SELECT e.id FROM ledger_entry e JOIN ledger_seal s"
        " ON s.numbers @> e.id WHERE s.number = 2)",
        "DELETE FROM ledger_seal WHERE number = 2",
    )
    assert found(verify.verify()) == {"seal-removed": {2}, "entry-removed": set(ledger[10:20])}


def test_a_tail_cut_off_is_known_from_the_anchor_file(ledger: list[int], tamper: Tamper) -> None:
    tamper(f"DELETE FROM ledger_entry WHERE id >= {ledger[20]}", "DELETE FROM ledger_seal WHERE number >= 3")
    assert found(verify.verify()) == {"seal-removed": {3, 4}, "entry-removed": set(ledger[20:40])}


def test_a_tail_cut_off_and_sealed_anew_by_the_system_itself_is_still_known(
    ledger: list[int], tamper: Tamper
) -> None:
    tamper("DELETE FROM ledger_seal WHERE number = 4", f"DELETE FROM ledger_entry WHERE id = {ledger[35]}")
    seal()
    assert "anchor-differs" in found(verify.verify())


def test_seals_made_again_without_the_key_are_forged(ledger: list[int], tamper: Tamper) -> None:
    """Replace the rows of a seal, and compute every hash and link again: only the signature is wanting."""
    tamper(f"UPDATE ledger_entry SET payload = '{{}}' WHERE id BETWEEN {ledger[10]} AND {ledger[19]}")
    _seal_again_with_another_key(tamper, from_number=2)
    named = found(verify.verify())
    assert named["seal-forged"] == {2, 3, 4}
    assert named["entry-altered"] == set(ledger[10:20])
    assert named["anchor-differs"] == {2, 3, 4}


def _seal_again_with_another_key(tamper: Tamper, from_number: int) -> None:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from bihuan.core.ledger import rows, seals
    from bihuan.core.ledger.encoding import FILE_HEADER, FILE_TRAILER

    key = Ed25519PrivateKey.generate()
    with connection.cursor() as cursor:
        links = list(seals._links(cursor, "ORDER BY number"))
    previous = links[from_number - 2]
    for link in links[from_number - 1 :]:
        query = f"{rows.SELECT} WHERE id BETWEEN {link.first_id} AND {link.last_id} ORDER BY id"
        with connection.cursor() as cursor:
            leaves = b"".join(rows.leaf(row) for row in rows.stream(cursor, query))
        values: dict[str, Any] = {name: getattr(link, name) for name in link.__dataclass_fields__}
        values |= {"previous": previous.link(), "list_hash": hashlib.sha256(leaves).digest()}
        values["root"] = seals.merkle.root(leaves)
        previous = sign(type(link)(**values), key)
        tamper(f"DELETE FROM ledger_seal WHERE number = {link.number}")
        with connection.cursor() as cursor, cursor.copy(
            f"COPY ledger_seal ({SEAL_COLUMNS}, leaves) FROM STDIN (FORMAT BINARY)"
        ) as copy:  # fmt: skip
            copy.write(FILE_HEADER + previous.row(leaves) + FILE_TRAILER)


def test_an_edited_anchor_file_is_noticed(ledger: list[int]) -> None:
    lines = anchor.path().read_text().splitlines()
    lines[1] = lines[1].replace(lines[1].split()[1], "00" * 32)
    anchor.path().write_text("\n".join(lines) + "\n")
    assert found(verify.verify()) == {"anchor-differs": {2}}


def test_a_line_of_the_anchor_torn_by_a_crash_is_no_finding(ledger: list[int]) -> None:
    whole = anchor.path().read_text()
    anchor.path().write_text(whole[:-20])
    assert verify.verify().sound
    seal()
    assert verify.verify().sound and verify.verify().anchored == 5


def test_without_the_keys_nothing_is_claimed(ledger: list[int], county: Path) -> None:
    keys.mac_path().rename(county / "away")
    with pytest.raises(verify.Refused, match="密钥"):
        verify.verify()


def test_with_another_countys_key_nothing_is_claimed(ledger: list[int], county: Path) -> None:
    keys.mac_path().write_text("00" * 32)
    keys._kept.cache_clear()
    with pytest.raises(verify.Refused, match="keys/ledger"):
        verify.verify()


def test_many_findings_are_all_counted(ledger: list[int], tamper: Tamper) -> None:
    tamper("UPDATE ledger_entry SET organ = 'court'")
    report = verify.verify()
    assert report.counts == {"entry-altered": 40, "entry-inserted": 5}
    assert {f["entry"] for f in report.as_json()["findings"]} == set(ledger)
    assert "45 处" in report.summary().zh and "45 findings" in report.summary().en


def test_a_matters_newest_step_removed_before_it_was_sealed_is_noticed(county: Path, tamper: Tamper) -> None:
    """The matter itself stands further than its ledger."""
    matter = drafts(1)[0].person_id
    assert matter is not None
    with transaction.atomic():
        numbers = append.append([d for v in (1, 2, 3) for d in drafts(1, matter_id=matter, version=v)])
    tamper(
        "INSERT INTO access_organ SELECT (jsonb_populate_record(NULL::access_organ, '{}'::jsonb ||"
        " jsonb_build_object('code', 'health', 'jurisdiction', '620799', 'name_zh', '甲', 'name_en', 'A',"
        " 'kind', 'health'))).*",
        "INSERT INTO matters_matter (id, type, number, jurisdiction, organ_id, state, version, title_zh,"
        " title_en, rank, opened_at, alarm, disputed) VALUES (%(matter)s, 't', '1', '620799', 'health', 's', 3,"
        " '', '', 3, now(), false, false)",
        matter=matter,
    )
    assert verify.verify().sound
    tamper(f"DELETE FROM ledger_entry WHERE id = {numbers[2]}")
    [finding] = verify.verify().findings
    assert (str(finding.kind), finding.matter) == ("matter-ahead", matter)
    assert "第 3 步" in finding.says.zh and f"#{numbers[1]}" in finding.says.zh
