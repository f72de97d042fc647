"""The same workbook handed in twice at once is one directive. In a file of its own, for it commits."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from django.db import connection

from bihuan.core.intake.parcels import Parcelled
from bihuan.core.ledger.models import Entry
from bihuan.modules.directives.models import Directive, FeedbackRow, ListedRow
from bihuan.modules.directives.tests.county import build, invented, written


@pytest.mark.django_db(transaction=True)
def test_two_who_take_the_same_workbook_in_at_once_have_one_directive(tmp_path: Path) -> None:
    county, made = build(), invented(61, number=61, listed=30, missing=0.1)
    paths = [written(tmp_path, made, seed, name=f"{seed}.xlsx") for seed in (5, 6)]
    gate, told = threading.Barrier(2), list[list[Parcelled] | BaseException]()

    def hand_in(path: Path) -> None:
        try:
            gate.wait()
            told.append(county.take(path))
        except BaseException as error:
            told.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=hand_in, args=(path,)) for path in paths]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert all(isinstance(one, list) for one in told), told
    one = Directive.objects.get(reference=made.reference)
    assert {parcel.matter_id for parcels in told if isinstance(parcels, list) for parcel in parcels} == {
        one.pk
    }
    assert ListedRow.objects.filter(directive=one).count() == 30
    assert FeedbackRow.objects.filter(directive=one).count() == len(made.answers)
    kinds = list(Entry.objects.filter(matter_id=one.pk).values_list("kind", flat=True))
    assert kinds.count("directives.directive.sign") == 1 == kinds.count("papers.issued")
    items = ListedRow.objects.filter(directive=one).values("item_id")
    told_once = Entry.objects.filter(matter_id__in=items, kind="verification.item.record_feedback").count()
    assert told_once == len(made.answers)
