"""The merge queue: evidence and weight side by side, masked; one key a decision, put off, and every decision undone."""

from __future__ import annotations

import pytest

from bihuan.command.tests.conftest import County
from bihuan.core.people import merging
from bihuan.core.people.identity import Identity
from bihuan.core.people.models import Merge, MergeCandidate, Person
from bihuan.core.people.people import register_many

pytestmark = pytest.mark.django_db

EVIDENCE = {"name": "same", "identifier": "one_place", "phone": "same", "address": "one_missing"}


def queue(weights: list[float | None]) -> list[MergeCandidate]:
    here = Person.objects.values_list("jurisdiction", flat=True)[0]
    people = register_many([Identity(f"周复{n}", phone="19900007777") for n in "甲乙丙丁戊己"], here)
    pairs = list(zip(people[::2], people[1::2], strict=True))[: len(weights)]
    merging.propose_many([(a, b, EVIDENCE) for a, b in pairs], weights=weights)
    return list(MergeCandidate.objects.filter(same__isnull=True).order_by("id"))


def test_the_weight_stands_beside_the_evidence_in_words(county: County) -> None:
    queue([6.6, 33.0, None])
    page = county.client("registrar").get("/people/merge/").content.decode()
    assert "匹配权重" in page and "6.6" in page
    assert "同一人的可能约为两人的 97 倍" in page
    assert "同一人的可能为两人的 100 万倍以上" in page
    assert page.count("一位不同") == 3 and "周复甲" not in page


def test_a_pair_put_off_makes_room_for_the_next_and_stays(county: County) -> None:
    first, second = queue([5.0, 4.0])
    client = county.client("registrar")
    page = client.get(f"/people/merge/?after={first.pk}").content.decode()
    assert f'id="p{second.pk}"' in page and f'id="p{first.pk}"' not in page
    done = client.post(f"/people/merge/{second.pk}/", {"decision": "apart", "after": first.pk}, follow=True)
    assert done.redirect_chain[-1][0].endswith(f"?after={first.pk}")
    assert "跳过的 1 对还在等待" in done.content.decode()
    assert client.get("/people/merge/?after=abc").status_code == 200
    assert MergeCandidate.objects.get(same__isnull=True) == first


def test_that_two_are_apart_is_taken_back_and_asked_again(county: County) -> None:
    (pair,) = queue([5.0])
    client = county.client("registrar")
    client.post(f"/people/merge/{pair.pk}/", {"decision": "apart"})
    assert "不是同一人" in client.get("/people/merge/").content.decode()
    client.post(f"/people/merge/{pair.pk}/again/")
    pair.refresh_from_db()
    assert (pair.same, pair.decided_at, pair.decided_by) == (None, None, None)
    again = client.post(f"/people/merge/{pair.pk}/again/", follow=True)
    assert "已处理过" in again.content.decode()


def test_who_may_not_merge_takes_nothing_back(county: County) -> None:
    (pair,) = queue([5.0])
    county.client("registrar").post(f"/people/merge/{pair.pk}/", {"decision": "apart"})
    county.client("site_nurse").post(f"/people/merge/{pair.pk}/again/")
    pair.refresh_from_db()
    assert pair.same is False
    assert not Merge.objects.exists()
