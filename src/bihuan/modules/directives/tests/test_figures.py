"""Every figure of directives is the number of its records at any cut-off, and what the workbooks say is what it counts."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from bihuan.core.figures.evaluate import Moment, records, values
from bihuan.core.matters.registry import figures
from bihuan.modules.directives import sending
from bihuan.modules.directives.drill_workbooks import Invention
from bihuan.modules.directives.payloads import Again, AskedTime, GrantedTime, MoreTime, Remark, Returned
from bihuan.modules.directives.tests.county import County, build, directive, invented, rows, written

KEYS = (
    "directives.received", "directives.epidemic", "directives.fed_back_in_time", "directives.late", "directives.feedback_rows",
    "directives.feedback_late", "directives.feedback_missing",
)  # fmt: skip


@pytest.fixture(scope="module")
def made(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any
) -> Iterator[tuple[County, list[Invention]]]:
    """Ten directives over twenty days in many dialects, three of them not epidemic-related."""
    folder: Path = tmp_path_factory.mktemp("books")
    with django_db_blocker.unblock(), transaction.atomic():
        county, chance = build(), random.Random(8)
        found = [
            invented(
                70 + n, number=70 + n, received=timezone.now() - timedelta(days=22 - 2 * n), hours=chance.choice((12, 24, 48)),
                listed=chance.randint(1, 25), epidemic=n % 3 > 0, missing=0.0 if n % 2 else 0.2, late=0.2 if n % 4 else 0.0,
            )
            for n in range(10)
        ]  # fmt: skip
        county.take(*[written(folder, one, n) for n, one in enumerate(found)])
        yield county, found
        transaction.set_rollback(True)


def at(cutoff: datetime | None = None) -> Moment:
    return Moment.of(cutoff or timezone.now() + timedelta(seconds=1), settings.BIHUAN.jurisdiction)


@pytest.mark.django_db
def test_they_say_what_the_workbooks_say(made: tuple[County, list[Invention]]) -> None:
    asked = values(at(), KEYS)
    found = made[1]
    assert asked["directives.received"] == 10 and asked["directives.epidemic"] == sum(
        one.epidemic for one in found
    )
    assert asked["directives.feedback_rows"] == sum(len(one.answers) for one in found)
    assert asked["directives.feedback_late"] == sum(one.late for one in found) > 0
    assert asked["directives.feedback_missing"] == sum(one.missing for one in found) > 0
    in_time = sum(not one.missing and max(a.at for a in one.answers) <= one.due for one in found)
    assert (asked["directives.fed_back_in_time"], asked["directives.late"]) == (
        in_time,
        10 - in_time,
    ) and in_time


@pytest.mark.django_db
def test_they_say_it_at_any_moment(made: tuple[County, list[Invention]]) -> None:
    chance = random.Random(4)
    for _ in range(15):
        cutoff = timezone.now() - timedelta(days=chance.uniform(0, 24))
        asked = values(at(cutoff), KEYS)
        came = [one for one in made[1] if one.received < cutoff]
        told = [[a for a in one.answers if a.at < cutoff] for one in came]
        assert asked["directives.received"] == len(came)
        assert asked["directives.feedback_rows"] == sum(map(len, told))
        assert asked["directives.feedback_late"] == sum(
            a.at > one.due for one, t in zip(came, told, strict=True) for a in t
        )
        over = [(one, t) for one, t in zip(came, told, strict=True) if one.due < cutoff]
        assert asked["directives.feedback_missing"] == sum(
            len(one.people) - len({a.person for a in t}) for one, t in over
        )
        for key in KEYS:
            found = records(figures()[key], at(cutoff))
            assert asked[key] == len(found) and all(row["entry_id"] for row in found), key
        assert asked["directives.fed_back_in_time"] + asked["directives.late"] <= len(came)


@pytest.mark.django_db
def test_time_that_was_granted_counts_from_then_and_rework_is_open_again(
    made: tuple[County, list[Invention]],
) -> None:
    county, found = made
    late = next(one for one in found if one.missing)
    one, before = directive(late), values(at(), KEYS)
    until = timezone.now() + timedelta(hours=12)
    county.do(one, "ask_for_time", AskedTime(until=until, reason=MoreTime.UNREACHED))
    county.do(one, "grant_time", GrantedTime(until=until, agreed_by="值班员"))
    after = values(at(), KEYS)
    assert after["directives.late"] == before["directives.late"] - 1
    assert after["directives.feedback_missing"] == before["directives.feedback_missing"] - late.missing
    assert after["directives.feedback_late"] == before["directives.feedback_late"], (
        "what came late before, came late"
    )

    whole = next(o for o in found if not o.missing and max(a.at for a in o.answers) <= o.due)
    back = directive(whole)
    county.do(back, "send_back", Returned(due_at=until, again=Again.FORM, reason="表头"))
    assert values(at(), KEYS)["directives.fed_back_in_time"] == before["directives.fed_back_in_time"] - 1
    sending.feed_back(back.pk, actor=county.actor("desk"), key="again")
    assert values(at(), KEYS)["directives.fed_back_in_time"] == before["directives.fed_back_in_time"]


@pytest.mark.django_db
def test_withdrawn_directives_are_neither_late_nor_missing(made: tuple[County, list[Invention]]) -> None:
    county, found = made
    gone = [o for o in found if o.missing][-1]
    before = values(at(), KEYS)
    county.do(directive(gone), "withdraw", Remark(reason="来电撤销"))
    after = values(at(), KEYS)
    assert after["directives.late"] == before["directives.late"] - 1
    assert after["directives.feedback_missing"] == before["directives.feedback_missing"] - gone.missing
    assert after["directives.feedback_rows"] == before["directives.feedback_rows"] and rows(directive(gone))


@pytest.mark.django_db
def test_lists_that_are_not_epidemic_related_are_no_work_and_no_verifications(
    made: tuple[County, list[Invention]],
) -> None:
    asked = values(at(), ["verification.items", "verification.pending", "verification.by_phone"])
    epidemic = [one for one in made[1] if one.epidemic]
    assert asked["verification.items"] == sum(len(one.people) for one in epidemic)
    assert asked["verification.pending"] == sum(one.missing for one in epidemic)
    assert asked["verification.by_phone"] == sum(a.method == "phone" for one in epidemic for a in one.answers)
