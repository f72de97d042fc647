"""Two records found to be one person: decided once, undoable, with nothing lost on either side."""

from __future__ import annotations

import pytest
import uuid_utils.compat as uuid

from bihuan.core.access.errors import Denied
from bihuan.core.access.posts import ADMINISTRATOR, REGISTRAR
from bihuan.core.access.tests.errands import CLERK, COUNTY, ELSEWHERE, acting
from bihuan.core.ledger.models import Entry
from bihuan.core.people import merging
from bihuan.core.people.identity import Identity
from bihuan.core.people.masks import masked
from bihuan.core.people.merging import (
    NotMergeable,
    canonical,
    decide,
    merge,
    propose,
    same_person,
    undo,
    waiting,
)
from bihuan.core.people.models import MergeCandidate
from bihuan.core.people.people import register_many

pytestmark = pytest.mark.django_db

REGISTRY = acting(REGISTRAR, "committee")
EVIDENCE = {"name": "sounds_alike", "phone": "same", "identifier": "one_missing"}


@pytest.fixture
def three() -> list[uuid.UUID]:
    return register_many([Identity("张三"), Identity("章三"), Identity("李四")], COUNTY)


def test_a_pair_is_asked_once_whichever_way_it_is_proposed(three: list[uuid.UUID]) -> None:
    a, b, _ = three
    assert propose(a, b, EVIDENCE)
    assert not propose(b, a, EVIDENCE)
    assert not propose(a, a, EVIDENCE)
    assert [(c.first_id, c.second_id, c.evidence) for c in waiting(COUNTY)] == [(a, b, EVIDENCE)]


def test_evidence_holds_codes_only(three: list[uuid.UUID]) -> None:
    with pytest.raises(KeyError):
        propose(three[0], three[1], {"name": "张三/章三"})


def test_people_of_two_counties_are_not_proposed(three: list[uuid.UUID]) -> None:
    (there,) = register_many([Identity("张三")], ELSEWHERE)
    assert not propose(three[0], there, EVIDENCE)


def test_a_merge_shows_one_person_and_keeps_both_records(three: list[uuid.UUID]) -> None:
    a, b, _ = three
    propose(a, b, EVIDENCE)
    done = decide(waiting(COUNTY)[0].id, True, actor=REGISTRY)
    assert done is not None
    assert canonical(b) == canonical(a) == a
    assert same_person(b) == [a, b]
    assert masked([b])[b].name == "张*"
    entry = Entry.objects.get(kind="people.merged")
    assert (entry.person_id, entry.payload["into"]) == (b, str(a))


def test_undoing_a_merge_gives_each_its_own_again(three: list[uuid.UUID]) -> None:
    a, b, _ = three
    done = merge(a, b, actor=REGISTRY)
    undo(done.id, actor=REGISTRY)
    assert canonical(b) == b
    assert masked([b])[b].name == "章*"
    assert Entry.objects.filter(kind="people.unmerged", person_id=b).count() == 1
    with pytest.raises(NotMergeable):
        undo(done.id, actor=REGISTRY)


def test_a_chain_stays_one_hop_and_comes_apart_in_any_order(three: list[uuid.UUID]) -> None:
    a, b, c = three
    first = merge(b, a, actor=REGISTRY)
    second = merge(c, b, actor=REGISTRY)
    assert set(merging.canonical_many([a, b, c]).values()) == {c}
    undo(first.id, actor=REGISTRY)
    assert [canonical(p) for p in (a, b, c)] == [a, c, c]
    undo(second.id, actor=REGISTRY)
    assert [canonical(p) for p in (a, b, c)] == [a, b, c]


def test_undoing_the_later_merge_keeps_the_earlier(three: list[uuid.UUID]) -> None:
    a, b, c = three
    merge(b, a, actor=REGISTRY)
    undo(merge(c, b, actor=REGISTRY).id, actor=REGISTRY)
    assert [canonical(p) for p in (a, b, c)] == [b, b, c]


def test_records_that_are_one_already_cannot_be_merged_again(three: list[uuid.UUID]) -> None:
    a, b, _ = three
    merge(a, b, actor=REGISTRY)
    with pytest.raises(NotMergeable):
        merge(b, a, actor=REGISTRY)
    assert not propose(a, b, EVIDENCE)


def test_a_pair_kept_apart_is_never_asked_again(three: list[uuid.UUID]) -> None:
    a, b, _ = three
    propose(a, b, EVIDENCE)
    candidate = waiting(COUNTY)[0]
    assert decide(candidate.id, False, actor=REGISTRY) is None
    assert not propose(a, b, {"name": "same"})
    assert waiting(COUNTY) == []
    assert MergeCandidate.objects.get().decided_by == REGISTRY.officer_id
    assert Entry.objects.filter(kind="people.kept_apart").count() == 1
    with pytest.raises(NotMergeable):
        decide(candidate.id, True, actor=REGISTRY)


def test_an_undone_merge_is_not_proposed_again(three: list[uuid.UUID]) -> None:
    a, b, _ = three
    propose(a, b, EVIDENCE)
    done = decide(waiting(COUNTY)[0].id, True, actor=REGISTRY)
    assert done is not None
    undo(done.id, actor=REGISTRY)
    assert not propose(a, b, EVIDENCE)
    assert waiting(COUNTY) == []


@pytest.mark.parametrize("post", [CLERK, ADMINISTRATOR])
def test_other_posts_do_not_merge(three: list[uuid.UUID], post: object) -> None:
    with pytest.raises(Denied):
        merge(three[0], three[1], actor=acting(post))  # type: ignore[arg-type]


def test_a_registrar_of_another_county_does_not_merge_ours(three: list[uuid.UUID]) -> None:
    stranger = acting(REGISTRAR, "committee", jurisdiction=ELSEWHERE)
    with pytest.raises(NotMergeable):
        merge(three[0], three[1], actor=stranger)
