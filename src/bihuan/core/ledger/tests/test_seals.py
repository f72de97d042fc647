"""Every committed entry comes under exactly one seal, whatever the order of commits and whoever seals."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections, transaction
from hypothesis import given
from hypothesis import strategies as st

from bihuan.core.ledger import anchor, append, keys, merkle, rows, verify
from bihuan.core.ledger.links import pack_ranges, ranges_of, unpack_ranges
from bihuan.core.ledger.seals import head, note_in_anchor, seal, seal_state
from bihuan.core.ledger.tests.conftest import drafts


def write(count: int) -> list[int]:
    with transaction.atomic():
        return append.append(drafts(count))


def covered() -> list[int]:
    """All numbers under seals, each as often as it is sealed."""
    with connection.cursor() as cursor:
        stream = rows.stream(cursor, "SELECT numbers FROM ledger_seal")
        ranges = [r for row in stream for r in unpack_ranges(bytes(row[6:]))]
    return sorted(number for start, after in ranges for number in range(start, after))


def test_an_entry_committed_late_is_sealed_later_and_only_once(county: Path) -> None:
    reserved = append.allocate(2)
    begun, finish = threading.Event(), threading.Event()

    def slow() -> None:
        try:
            with transaction.atomic():
                append.write(list(zip(reserved, drafts(2), strict=True)))
                begun.set()
                finish.wait(20)
        finally:
            connections.close_all()

    writer = threading.Thread(target=slow)
    writer.start()
    assert begun.wait(20)
    early = write(5)  # committed while the earlier numbers are not
    assert seal().entries == 0  # the oldest running transaction holds the horizon
    finish.set()
    writer.join()
    assert seal().entries == 7
    assert covered() == sorted([*reserved, *early])
    assert seal().seals == 0
    assert verify.verify().sound


def test_entries_of_a_transaction_that_failed_leave_only_unused_numbers(county: Path) -> None:
    first = write(2)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        append.append(drafts(3))
        raise ZeroDivisionError
    last = write(1)
    assert seal().entries == 3 and covered() == first + last
    assert verify.verify().sound


def test_many_entries_make_several_seals_of_bounded_size(county: Path) -> None:
    numbers = write(25)
    assert seal(most=10).seals == 3
    assert covered() == numbers
    newest = head()
    assert newest is not None and (newest.number, newest.count) == (3, 5)


def test_two_sealers_at_once_seal_everything_once(county: Path) -> None:
    numbers = write(60)
    results: list[Any] = []

    def work(wait: bool) -> None:
        try:
            results.append(seal(wait=wait, most=7))
        finally:
            connections.close_all()

    sealers = [threading.Thread(target=work, args=(wait,)) for wait in (True, True, False)]
    for sealer in sealers:
        sealer.start()
    for sealer in sealers:
        sealer.join()
    assert sum(result.entries for result in results) == 60
    assert covered() == numbers and verify.verify().sound


def test_a_sealer_that_need_not_wait_leaves_while_another_works(county: Path) -> None:
    write(3)
    locked, release = threading.Event(), threading.Event()

    def hold() -> None:
        from bihuan.core.ledger.seals import LOCK

        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
                locked.set()
                release.wait(20)
        finally:
            connections.close_all()

    holder = threading.Thread(target=hold)
    holder.start()
    assert locked.wait(20)
    assert seal(wait=False).busy
    release.set()
    holder.join()
    assert seal(wait=False).entries == 3


def test_pages_learn_the_seal_of_each_entry(county: Path) -> None:
    sealed = write(4)
    seal(most=2)
    waiting = write(1)
    assert seal_state([*sealed, *waiting]) == dict(zip([*sealed, *waiting], [1, 1, 2, 2, None], strict=True))
    assert seal_state([]) == {}


def test_a_killed_sealers_seals_reach_the_anchor_file_next_time(county: Path) -> None:
    write(3)
    seal()
    first = anchor.path().read_text()
    write(3)
    seal()
    anchor.path().write_text(first)  # as if the process had died between commit and file
    note_in_anchor()
    assert [line.number for line in anchor.lines()] == [1, 2]
    assert verify.verify().anchored == 2


def test_a_database_that_moved_to_another_cluster_is_sealed_on_without_gap_or_repeat(
    county: Path, tamper: Callable[..., None]
) -> None:
    """The cluster's identity and its count of transactions change; entries keep the old count's numbers."""
    sealed, waiting = write(6), []
    seal(most=4)
    waiting += write(3)
    tamper("UPDATE ledger_entry SET txid = '9000000000000'")  # all from a life with a higher count
    _as_if_sealed_elsewhere(tamper)
    waiting += write(2)
    assert seal().entries == 5
    assert covered() == sealed + waiting
    assert seal().entries == 0
    with connection.cursor() as cursor:  # later the new life's count reaches the old one's
        cursor.execute("SELECT pg_current_xact_id()::text")
        now = int(cursor.fetchone()[0])
    tamper(f"UPDATE ledger_entry SET txid = '{now}' WHERE txid = '9000000000000'")
    late = write(1)
    assert seal().entries == 1
    assert covered() == sealed + waiting + late and verify.verify().sound


def _as_if_sealed_elsewhere(tamper: Callable[..., None]) -> None:
    """Make the seals anew, with the county's own key, as another cluster would have made them."""
    from dataclasses import replace

    from bihuan.core.ledger import seals
    from bihuan.core.ledger.encoding import FILE_HEADER, FILE_TRAILER
    from bihuan.core.ledger.links import BEGINNING, sign

    with connection.cursor() as cursor:
        links = list(seals._links(cursor, "ORDER BY number"))
        cursor.execute("SELECT leaves FROM ledger_seal ORDER BY number")
        leaves = [bytes(row[0]) for row in cursor.fetchall()]
    tamper("DELETE FROM ledger_seal")
    anchor.path().unlink()
    previous = BEGINNING
    for link, leaf in zip(links, leaves, strict=True):
        moved = sign(
            replace(link, system=1, horizon=8_999_999_999_999, previous=previous), keys.signing_key()
        )
        previous = moved.link()
        with connection.cursor() as cursor:
            target = f"COPY ledger_seal ({seals.SEAL_COLUMNS}, leaves) FROM STDIN (FORMAT BINARY)"
            with cursor.copy(target) as copy:
                copy.write(FILE_HEADER + moved.row(leaf) + FILE_TRAILER)
    note_in_anchor()


def test_sealing_inside_a_transaction_is_refused(county: Path) -> None:
    with transaction.atomic(), pytest.raises(RuntimeError):
        seal()


def test_a_lost_key_is_not_silently_replaced(county: Path) -> None:
    write(1)
    keys.mac_path().unlink()
    keys._kept.cache_clear()
    with pytest.raises(keys.KeyMissing, match=r"密钥.*restore"):
        write(1)


def test_keys_are_for_the_owners_eyes_only(county: Path) -> None:
    write(1)
    seal()
    for path in (keys.mac_path(), keys.seal_path()):
        assert path.stat().st_mode & 0o777 == 0o600


# RFC 6962 gives no vectors; these follow its definition of MTH recursively, as the text has it.
def _mth(leaves: list[bytes]) -> bytes:
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return hashlib.sha256(b"\x01" + _mth(leaves[:k]) + _mth(leaves[k:])).digest()


@given(st.lists(st.binary(max_size=5), min_size=1, max_size=70), st.data())
def test_root_and_paths_are_those_of_rfc_6962(contents: list[bytes], data: st.DataObject) -> None:
    leaves = [merkle.leaf(content) for content in contents]
    tree = merkle.levels(b"".join(leaves))
    assert tree[-1] == _mth(leaves)
    index = data.draw(st.integers(0, len(leaves) - 1))
    path = merkle.path(tree, index)
    assert merkle.climb(leaves[index], index, len(leaves), path) == tree[-1]
    other = data.draw(st.integers(0, len(leaves)))
    if other != index and (other == len(leaves) or leaves[other] != leaves[index]):
        assert merkle.climb(leaves[index], other, len(leaves), path) != tree[-1]
    assert merkle.climb(leaves[index], index, len(leaves), [*path, bytes(32)]) is None


@given(st.sets(st.integers(-(2**62), 2**62), max_size=50))
def test_numbers_survive_packing(numbers: set[int]) -> None:
    ranges = ranges_of(sorted(numbers))
    assert unpack_ranges(pack_ranges(ranges)) == ranges
    assert {n for start, after in ranges for n in range(start, after)} == numbers
