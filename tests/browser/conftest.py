"""A real Chromium against the real pages. Every browser test works on one database of its own.

The database is a copy of the test database, made once for this folder and thrown away after it: what a page
writes stays written, as in a county, and no other test meets it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import setup_databases, teardown_databases
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # playwright's loop is in this thread

from bihuan.kit.vendoring import icon_names

CHROMIUM = "/usr/bin/chromium"
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
AXE = Path(__file__).parent / "vendor" / "axe.min.js"
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]

LoginAs = Callable[..., Any]
AxeClean = Callable[..., None]
Screenshot = Callable[[Page, str], Path]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark everything here as a browser test, so that it can be left out."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="package")
def browser_county(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The database of the browser tests: a copy of the test database, or a new one where only they run."""
    with django_db_blocker.unblock():
        made = connection.settings_dict["NAME"]
        with _copy_of(made) if made.startswith("test_") else _new_database():
            yield
            connection.close()


@contextmanager
def _copy_of(original: str) -> Iterator[None]:
    copy = f"{original}_browser"
    connection.close()
    with connection._nodb_cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [original]
        )
        cursor.execute(f'DROP DATABASE IF EXISTS "{copy}" WITH (FORCE)')
        cursor.execute(f'CREATE DATABASE "{copy}" TEMPLATE "{original}"')
    connection.settings_dict["NAME"] = copy
    yield
    connection.settings_dict["NAME"] = original
    with connection._nodb_cursor() as cursor:
        cursor.execute(f'DROP DATABASE "{copy}" WITH (FORCE)')


@contextmanager
def _new_database() -> Iterator[None]:
    made = setup_databases(0, False, aliases=["default"], serialized_aliases=[])
    yield
    with connection.cursor() as cursor:  # the live server's threads may not have let go yet
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    teardown_databases(made, 0)


@pytest.fixture(scope="package")
def live(browser_county: None) -> Iterator[str]:
    """The address of the running product, without a slash at its end."""
    from pytest_django.live_server_helper import LiveServer

    server = LiveServer("127.0.0.1:0")
    yield server.url
    server.stop()


@pytest.fixture(scope="package")
def chromium(browser_county: None, django_db_blocker: Any) -> Iterator[Browser]:
    """One Chromium for all browser tests; each test has a context, so cookies of its own.

    While playwright's loop runs in this thread, Django keeps another connection for it than before and after.
    So the database is copied before the loop begins, and the loop's connection is closed before it ends.
    """
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()
        with django_db_blocker.unblock():
            connection.close()


@pytest.fixture
def context(chromium: Browser, live: str) -> Iterator[BrowserContext]:
    """A fresh browser profile, in Chinese, at desk size."""
    context = chromium.new_context(
        base_url=live, viewport={"width": 1440, "height": 900}, locale="zh-CN", reduced_motion="reduce"
    )
    context.set_default_timeout(10_000)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext, live: str) -> Iterator[Page]:
    """A page that fails its test when it breaks the security policy, throws, or asks another host."""
    page = context.new_page()
    wrong: list[str] = []
    streams = {f"http://127.0.0.1:{settings.BIHUAN.port + 1}"}

    def said(message: Any) -> None:
        if message.type == "error" and "Failed to load resource" not in message.text:
            wrong.append(message.text)

    def asked(request: Any) -> None:
        own = request.url.startswith((live, "data:", "blob:", "about:", *streams))
        if not own:
            wrong.append(f"asked another host: {request.url}")

    page.on("console", said)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("request", asked)
    yield page
    assert not [words for words in wrong if "/stream/" not in words]


@pytest.fixture
def login_as(live: str, browser_county: None) -> LoginAs:
    """Sign the page's browser in as an officer in a post; the organ is made where it is missing.

    `login_as(page, "filing_clerk", kind="court", place=None, more=("administrator",))` returns the officer.
    """
    from bihuan.core.access.models import Appointment, Officer, Organ

    def sign_in(
        page: Page, post: str, *, kind: str = "court", place: Any = None, more: tuple[str, ...] = ()
    ) -> Any:
        names = {
            "court": ("县人民法院", "County People's Court"),
            "health": ("县卫生健康局", "Health Bureau"),
        }
        zh, en = names.get(kind, ("县委政法委", "Political-Legal Committee"))
        organ, _ = Organ.objects.get_or_create(
            code=f"{settings.BIHUAN.jurisdiction}-{kind}",
            defaults={
                "kind": kind,
                "name_zh": zh,
                "name_en": en,
                "jurisdiction": settings.BIHUAN.jurisdiction,
            },
        )
        officer = Officer.objects.filter(username=f"{kind}-{post}").first()
        if officer is None:
            officer = Officer.objects.create_user(f"{kind}-{post}", "drill", name="李明")
        for one in (post, *more):
            held = {"officer": officer, "organ": organ, "post": one, "place": place}
            Appointment.objects.get_or_create(**held, defaults={"since": timezone.now()})
        client = Client()
        client.force_login(officer)
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live}])
        return officer

    return sign_in


@pytest.fixture
def axe_clean() -> AxeClean:
    """Fails where axe finds a violation of WCAG 2.2 AA, naming rule and elements: `axe_clean(page)`."""
    source = AXE.read_text()

    def check(page: Page, *, leave_out: tuple[str, ...] = ()) -> None:
        page.evaluate(source)
        found = page.evaluate(
            "([tags, out]) => axe.run({exclude: out.map(s => [s])}, {runOnly: tags})",
            [WCAG, list(leave_out)],
        )
        told = [
            f"{one['id']}: {one['help']}\n" + "\n".join(node["html"][:240] for node in one["nodes"][:5])
            for one in found["violations"]
        ]
        assert not told, "\n\n".join(told)
        drawn = page.evaluate(
            "[...document.querySelectorAll('use')].map(use => use.getAttribute('href').split('#i-')[1])"
        )
        assert {name for name in drawn if name} <= set(icon_names()), "an icon that the sprite has not"

    return check


@pytest.fixture
def screenshot(tmp_path_factory: pytest.TempPathFactory) -> Screenshot:
    """Keep a picture of the whole page: `screenshot(page, "worklist-dark")` returns where it lies."""
    folder = tmp_path_factory.getbasetemp() / "screenshots"
    folder.mkdir(exist_ok=True)

    def take(page: Page, name: str) -> Path:
        path = folder / f"{name}.png"
        page.screenshot(path=path, full_page=True)
        return path

    return take


@pytest.fixture
def seen_as() -> Callable[..., None]:
    """Look at pages as one reader does: `seen_as(page, theme="dark", language="en", width=360)`."""

    def change(page: Page, *, theme: str = "light", language: str = "zh-hans", width: int = 1440) -> None:
        address = {"domain": "127.0.0.1", "path": "/"}
        page.context.add_cookies(
            [
                {"name": "bihuan_theme", "value": theme, **address},
                {"name": settings.LANGUAGE_COOKIE_NAME, "value": language, **address},
            ]
        )
        page.set_viewport_size({"width": width, "height": 780 if width < 768 else 900})

    return change
