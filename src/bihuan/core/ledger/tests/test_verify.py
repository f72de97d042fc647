"""Whatever is done to entries by direct SQL, without the keys, is found and named."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError

from bihuan.core.ledger import append, verify
from bihuan.core.ledger.seals import head, seal
from bihuan.core.ledger.tests.conftest import Tamper, drafts, found, undone

INSERT_AS = """
INSERT INTO ledger_entry SELECT %(new)s, recorded_at, occurred_at, jurisdiction, kind, matter_id, from_state,
    to_state, version, person_id, place_id, organ, actor_id, post, corrects, payload, sealed, {mac}
  FROM ledger_entry WHERE id = %(id)s
"""


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
    assert found(report) == {"history-gap": {numbers[1], numbers[2]}}
    assert {finding.matter for finding in report.findings} == {matter}
    assert "第 2 至 3 步" in report.findings[0].says.zh and f"#{numbers[3]}" in report.findings[0].says.en


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


HOLLOW = (
    "CREATE OR REPLACE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
    "CREATE OR REPLACE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS"
    " 'BEGIN RAISE EXCEPTION ''no''; EXCEPTION WHEN OTHERS THEN RETURN NULL; END'",
    "CREATE RULE hidden AS ON DELETE TO ledger_entry DO INSTEAD NOTHING",
    "DROP TRIGGER ledger_entry_append_only ON ledger_entry; CREATE TRIGGER ledger_entry_append_only BEFORE UPDATE"
    " OR DELETE OR TRUNCATE ON ledger_entry FOR EACH STATEMENT WHEN (false) EXECUTE FUNCTION ledger_refuse()",
)


@pytest.mark.parametrize("hollow", HOLLOW)
def test_a_protection_that_refuses_nothing_any_more_is_reported(ledger: list[int], hollow: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_get_functiondef(tgfoid), pg_get_triggerdef(oid) FROM pg_trigger"
            " WHERE tgname = 'ledger_entry_append_only'"
        )
        as_it_was = cursor.fetchone()
        cursor.execute(hollow)
        try:
            report = verify.verify()
        finally:
            cursor.execute("DROP RULE IF EXISTS hidden ON ledger_entry")
            cursor.execute("DROP TRIGGER ledger_entry_append_only ON ledger_entry")
            for definition in as_it_was:
                cursor.execute(definition.replace("%", "%%"), [])
    assert set(found(report)) == {"protection-off"}
    assert verify.verify().sound


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
