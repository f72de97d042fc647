"""Intake in a real browser: a folder handed in, looked at, taken in; at desk and phone width, light and dark."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from bihuan.core.access.setup import ensure_organs
from bihuan.core.intake import batches
from bihuan.core.intake.models import Batch
from bihuan.modules.quarantine.drill_registers import write_registers


@pytest.fixture
def desk(page: Page, login_as: Callable[..., Any]) -> Page:
    login_as(page, "registrar", kind="committee")
    ensure_organs()
    return page


def test_a_folder_goes_from_the_desk_to_a_receipt(
    desk: Page,
    tmp_path: Path,
    axe_clean: Callable[..., None],
    screenshot: Callable[..., Path],
    seen_as: Callable[..., None],
) -> None:
    folder = tmp_path / "county"
    write_registers(folder, 21, sites=8, persons=160, each=2)
    (folder / "说明.docx").write_bytes(b"PK")
    desk.goto("/intake/")
    axe_clean(desk)
    screenshot(desk, "intake-empty")
    desk.set_input_files("#folder", str(folder))
    expect(desk.locator("[data-chosen]")).to_contain_text("已选 10 个文件")
    desk.get_by_role("button", name="上传并核对").click()
    expect(desk.locator("#live")).to_contain_text("可以离开此页")
    screenshot(desk, "intake-reading")
    batch = Batch.objects.exclude(key="").latest("started_at")
    assert batch.files.filter(path__startswith="stays/").count() == 8, "paths below the folder are kept"
    batches.read(batch.id)
    take_in = desk.get_by_role("button", name="收录")
    expect(take_in).to_be_visible()
    for width, theme, language in (
        (1440, "light", "zh-hans"),
        (360, "dark", "en"),
        (1440, "dark", "en"),
        (360, "light", "zh-hans"),
    ):
        seen_as(desk, theme=theme, language=language, width=width)
        desk.reload()
        axe_clean(desk)
        screenshot(desk, f"intake-checked-{width}-{theme}")
        overflow = desk.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert overflow <= 0
    seen_as(desk)
    desk.reload()
    take_in.click()
    expect(desk.locator("#live")).to_contain_text("收录中")
    batches.apply(batch.id)
    expect(desk.get_by_role("link", name="回执")).to_be_visible()
    axe_clean(desk)
    screenshot(desk, "intake-done")
    seen_as(desk, width=360)
    desk.goto("/intake/")
    axe_clean(desk)
    screenshot(desk, "intake-list-360")
    seen_as(desk)
    desk.goto("/intake/")
    screenshot(desk, "intake-list")
