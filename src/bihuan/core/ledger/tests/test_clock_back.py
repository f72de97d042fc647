"""A clock that jumps back: the county does not start on it, and what was recorded meanwhile still verifies."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import typer
from django.db import transaction

from bihuan.cli.running import clock
from bihuan.core.ledger import append
from bihuan.core.ledger.seals import seal
from bihuan.core.ledger.tests.conftest import START, drafts
from bihuan.core.ledger.verify import verify


def recorded(at: datetime) -> list[int]:
    with transaction.atomic():
        return append.append(drafts(3, recorded_at=at))


def test_entries_recorded_after_the_clock_was_set_back_are_sealed_and_verify(county: Path) -> None:
    for hours in (0, -2, -1, 5):
        recorded(START + timedelta(hours=hours))
        assert seal().seals == 1
    report = verify()
    assert report.sound and report.entries == 12


def test_a_county_whose_ledger_is_ahead_of_the_clock_is_not_started_and_says_why(
    county: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recorded(datetime.now(UTC) + timedelta(hours=3))
    with pytest.raises(typer.Exit) as ended:
        clock.need_sound()
    said = capsys.readouterr().err
    assert ended.value.exit_code == 2 and clock.seconds_ahead() > 3 * 3600 - 60
    assert "时钟不对，没有启动" in said and "the clock is wrong" in said and "--clock-checked" in said
    clock.need_sound(checked=True)


@pytest.mark.parametrize("ago", [timedelta(days=400), timedelta(seconds=-2)])
def test_a_sound_clock_or_one_put_right_by_a_moment_starts(county: Path, ago: timedelta) -> None:
    recorded(datetime.now(UTC) - ago)
    clock.need_sound()


def test_an_empty_ledger_says_nothing_against_any_clock(county: Path) -> None:
    clock.need_sound()
    assert clock.seconds_ahead() == 0
