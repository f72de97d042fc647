"""Lists of one run are taken up one by one: the same people in whatever order, again after a failure, by two at once."""

from __future__ import annotations

import pytest
from django.db import transaction

from bihuan.core.access.tests.errands import COUNTY
from bihuan.core.people.identity import Identity
from bihuan.core.people.linking import Said, link
from bihuan.core.people.masks import masked
from bihuan.core.people.models import Person
from bihuan.core.people.people import register

pytestmark = pytest.mark.django_db

LIN = Said("林晓", "110105199003070017", "13800005520", "青禾县城关镇东大街12号301室")
LIN_AGAIN = Said(
    " 林 晓", "１１０１０５１９９００３０７００１７  ", "+86 138-0000-5520", "城关镇东大街12号301"
)
QIAO = Said("乔远", "110105198811220023", "13900001234", "青禾县南乡镇柳林路3号")
NOBODY = Said("卜言", "", "13700007777", "青禾县城关镇西大街9号")


def test_rows_with_one_identifier_however_written_are_one_person() -> None:
    linking = link([LIN, QIAO, LIN_AGAIN], COUNTY)
    first, other, again = linking.take_up([0, 1, 2])
    assert first == again != other
    assert linking.decided_by == ["exact", "exact", "exact"]
    assert Person.objects.count() == 2


def test_whom_the_county_knows_by_identifier_is_not_registered_again() -> None:
    known = register(Identity("林晓", "resident", LIN.identifier), COUNTY)
    assert link([LIN_AGAIN], COUNTY).take_up([0]) == [known]


def test_linking_writes_nothing() -> None:
    link([LIN, NOBODY], COUNTY)
    assert not Person.objects.exists()


def test_lists_are_taken_up_one_by_one_with_the_same_people() -> None:
    linking = link([LIN, NOBODY, LIN_AGAIN, QIAO], COUNTY)
    second = linking.take_up([2, 3])
    first = linking.take_up([0, 1])
    assert first[0] == second[0]
    assert linking.take_up([0, 1, 2, 3]) == [*first, *second]
    assert Person.objects.count() == 3


def test_a_list_is_taken_up_again_after_its_transaction_failed() -> None:
    linking = link([LIN, NOBODY], COUNTY)
    with pytest.raises(RuntimeError), transaction.atomic():
        linking.take_up([0, 1])
        raise RuntimeError
    assert not Person.objects.exists()
    assert len(masked(linking.take_up([0, 1]))) == 2


def test_whoever_was_registered_meanwhile_is_the_person() -> None:
    linking = link([LIN], COUNTY)
    meanwhile = register(Identity("林晓", "resident", LIN.identifier), COUNTY)
    assert linking.take_up([0]) == [meanwhile]


def test_somebody_without_identifier_keeps_what_the_row_says() -> None:
    (person,) = link([NOBODY], COUNTY).take_up([0])
    shown = masked([person])[person]
    assert (shown.name, shown.phone, shown.address) == ("卜*", "137****7777", "青禾县城关镇…")
