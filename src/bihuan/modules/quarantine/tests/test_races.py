"""Two officers at once: the database lets one win and the other is told. In a file of its own, for it commits."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from bihuan.core.matters.errors import Conflict
from bihuan.core.people.identity import Identity
from bihuan.modules.quarantine.admission import CheckIn, check_in
from bihuan.modules.quarantine.models import Placement, Stay
from bihuan.modules.quarantine.payloads import Admission, Category, Order
from bihuan.modules.quarantine.tests.county import build
from bihuan.modules.quarantine.tests.test_admission import _free_room

ORDER = Order(category=Category.CONTACT)


@pytest.mark.django_db(transaction=True)
def test_two_admissions_to_one_room_at_once_let_one_win() -> None:
    county = build(sites=1, people=6)
    room, site, actor = _free_room(county), county.sites[0], county.actor("manager")
    gate, outcomes = threading.Barrier(2), []

    def admit(number: int) -> None:
        asked = CheckIn(
            identity=Identity(name=f"并发{number}", phone=f"1390000777{number}"),
            order=ORDER,
            admission=Admission(room=room.pk),
        )
        try:
            gate.wait()
            outcomes.append(check_in(asked, site, actor=actor, key=f"at-once-{number}", now=timezone.now()))
        except Conflict as refused:
            outcomes.append(refused)
        finally:
            connection.close()

    threads = [threading.Thread(target=admit, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    won: list[Any] = [one for one in outcomes if not isinstance(one, Conflict)]
    assert len(outcomes) == 2 and len(won) == 1
    assert Stay.objects.filter(room=room, ended_at__isnull=True).count() == 1
    assert Placement.objects.filter(occupancy__room=room, until__gt=timezone.now()).count() == 1
