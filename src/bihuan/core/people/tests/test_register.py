"""One person however many registers name them: in one list, in two imports at once, and over time."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import connection, transaction

from bihuan.core.access.posts import REGISTRAR
from bihuan.core.access.tests.errands import CLERK, COUNTY, ELSEWHERE, acting, matter
from bihuan.core.ledger.models import Entry
from bihuan.core.people.identity import Identity
from bihuan.core.people.masks import masked
from bihuan.core.people.models import Person
from bihuan.core.people.people import (
    AnotherHasIt,
    find_by_identifier,
    find_by_phone,
    register,
    register_many,
    update_identity,
)  # fmt: skip
from bihuan.core.people.sealing import IDENTITY, open_sealed
from bihuan.core.people.search import search

pytestmark = pytest.mark.django_db

ZHANG = Identity("张晓岚", "resident", "622223199003071234", "13812345520", "青禾县城关镇东大街12号")


def numbered(n: int, **more: str) -> Identity:
    return Identity(
        f"王{'甲乙丙丁戊'[n % 5]}{'子丑寅卯'[n % 4]}", "resident", f"62222319900101{n:04d}", **more
    )


def test_the_same_identifier_in_one_list_is_one_person_with_the_gaps_filled() -> None:
    bare = Identity("张晓岚", "resident", " 62222319900307１２34 ")
    first, other, again = register_many([bare, numbered(1), ZHANG], COUNTY)
    assert first == again != other
    shown = masked([first, other])
    assert (shown[first].name, shown[first].identifier) == ("张*", "6222…1234")
    assert (shown[first].phone, shown[first].address) == ("138****5520", "青禾县城关镇…")


def test_registering_again_finds_the_person() -> None:
    assert register(ZHANG, COUNTY) == register(Identity("张晓兰", "resident", ZHANG.identifier), COUNTY)
    assert Person.objects.count() == 1


def test_another_county_has_people_of_its_own() -> None:
    assert register(ZHANG, COUNTY) != register(ZHANG, ELSEWHERE)


def test_without_identifier_everyone_is_somebody_else() -> None:
    one, two = register_many([Identity("李四"), Identity("李四")], COUNTY)
    assert one != two


def test_registering_in_a_transaction_that_fails_leaves_nobody() -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        register(ZHANG, COUNTY)
        _ = 1 / 0
    assert not Person.objects.exists()


def test_an_identity_does_not_print_itself() -> None:
    assert "张晓岚" not in f"{ZHANG} {ZHANG!r} {[ZHANG]}"


@pytest.mark.django_db(transaction=True)
def test_two_imports_of_the_same_people_at_once_make_them_once() -> None:
    people = [numbered(n) for n in range(400)]
    start = threading.Barrier(2)
    results: dict[int, list[object]] = {}

    def bring_in(number: int, order: Callable[[list[Identity]], list[Identity]]) -> None:
        start.wait()
        mine = order(people)
        try:
            ids = register_many(mine, COUNTY)
            by_identifier = dict(zip([i.identifier for i in mine], ids, strict=True))
            results[number] = [by_identifier[i.identifier] for i in people]
        finally:
            connection.close()

    threads = [
        threading.Thread(target=bring_in, args=(0, lambda rows: rows)),
        threading.Thread(target=bring_in, args=(1, lambda rows: rows[::-1])),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results[0] == results[1]
    assert Person.objects.count() == 400
    assert {m.name for m in masked(results[0]).values()} == {"王*"}  # type: ignore[arg-type]


def test_a_corrected_identity_is_found_by_the_new_value_and_leaves_a_sealed_trace() -> None:
    person = register(ZHANG, COUNTY)
    actor = acting(REGISTRAR, "committee")
    changed = update_identity(
        person, Identity(name="张晓兰", phone="13900001111"), actor=actor, reason="本人更正"
    )
    assert changed == ["name", "phone"]
    assert find_by_phone("139 0000 1111", COUNTY) == [person]
    assert find_by_phone("13812345520", COUNTY) == []
    entry = Entry.objects.get(kind="people.identity_corrected")
    assert (entry.person_id, entry.actor_id, entry.payload) == (person, actor.officer_id, {"fields": changed})
    trace = open_sealed(person, IDENTITY, bytes(entry.sealed or b""))
    assert trace["name"] == {"before": "张晓岚", "after": "张晓兰"}


def test_changing_nothing_writes_nothing() -> None:
    person = register(ZHANG, COUNTY)
    assert update_identity(person, ZHANG, actor=acting(REGISTRAR, "committee"), reason="核对") == []
    assert not Entry.objects.exists()


def test_an_identifier_that_another_has_is_refused_and_names_the_other() -> None:
    other, person = register_many([ZHANG, numbered(1)], COUNTY)
    with pytest.raises(AnotherHasIt) as refused:
        update_identity(
            person, Identity(identifier=ZHANG.identifier), actor=acting(REGISTRAR, "committee"), reason="更正"
        )
    assert refused.value.person_id == other
    assert find_by_identifier("622223199001010001", COUNTY) == person


@pytest.mark.usefixtures("errands")
def test_search_finds_only_people_in_matters_that_the_officer_sees() -> None:
    mine, theirs = register_many([ZHANG, Identity("张晓雯", "resident", "622223199003075678")], COUNTY)
    matter(person_id=mine, at="health")
    matter(person_id=theirs, at="health-2")
    clerk = acting(CLERK, "health")
    for typed in ("晓岚", "zhang", "zxl", "张晓", "622223199003071234", "138-1234-5520"):
        assert [f.person_id for f in search(typed, clerk)] == [mine], typed
    assert search("zxw", clerk) == []
    assert search("622223199003075678", clerk) == []
    assert search("  ", clerk) == []
    assert search("zhang", clerk)[0].masked.name == "张*"


def test_masked_reads_all_in_one_query(django_assert_num_queries: Callable[..., object]) -> None:
    ids = register_many([numbered(n, phone="13800138000") for n in range(30)], COUNTY)
    with django_assert_num_queries(1):  # type: ignore[attr-defined]
        assert len(masked(ids)) == 30
