"""The drill's accounts: one for each post, one password for this county alone, printable again."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import pytest

from bihuan.core.access import drill
from bihuan.core.access.actors import acting, running
from bihuan.core.access.drill import create_drill_accounts, drill_accounts
from bihuan.core.access.models import Appointment, Officer
from bihuan.core.access.tests.errands import POSTS, place
from bihuan.core.spec import Post

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("errands")]


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "keys" / "drill-accounts"
    monkeypatch.setattr(drill, "_file", lambda: file)
    return file


def test_every_post_of_an_organ_gets_an_officer_who_can_sign_in_and_act(kept: Path) -> None:
    site = place("1", drill.settings.BIHUAN.jurisdiction)
    accounts = create_drill_accounts(POSTS.values(), {"errand_keeper": [site.id]})
    assert {a.username for a in accounts} == {c for c in POSTS if c != "public"}
    for account in accounts:
        officer = Officer.objects.get(username=account.username)
        assert officer.check_password(account.password)
        assert acting(officer, list(running(officer))).post == account.username
    keeper = Officer.objects.get(username="errand_keeper")
    assert acting(keeper, list(running(keeper))).place_ids == (site.id,)


def test_the_password_is_kept_for_printing_in_a_private_file_and_hashed_in_the_database(kept: Path) -> None:
    accounts = create_drill_accounts(_some())
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert drill_accounts() == accounts
    assert len({a.password for a in accounts}) == 1
    assert not Officer.objects.filter(password__contains=accounts[0].password).exists()


def test_another_county_has_another_password(kept: Path) -> None:
    here = create_drill_accounts(_some())[0].password
    kept.unlink()
    assert drill._password() != here


def test_running_again_makes_nothing_twice_and_keeps_the_password(kept: Path) -> None:
    first = create_drill_accounts(_some())
    before = Officer.objects.count(), Appointment.objects.count()
    assert create_drill_accounts(_some()) == first
    assert (Officer.objects.count(), Appointment.objects.count()) == before


def test_a_post_bound_to_places_without_one_is_left_out(kept: Path) -> None:
    assert "errand_keeper" not in {a.username for a in create_drill_accounts(_some())}


def test_without_drill_there_are_no_accounts(kept: Path) -> None:
    assert drill_accounts() == []


def _some() -> list[Any]:
    chosen: list[Post] = [POSTS[code] for code in ("errand_clerk", "errand_keeper", "administrator")]
    return chosen
