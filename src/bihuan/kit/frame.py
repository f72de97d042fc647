"""What stands around every page: county, doors, officer, post, language, theme, state of the seals."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from bihuan.core.matters.registry import posts
from bihuan.core.messages import queries
from bihuan.core.spec.text import Text
from bihuan.kit import doors
from bihuan.kit.language import language
from bihuan.kit.session import appointment, appointments

THEME_COOKIE = "bihuan_theme"
_SEAL_SECONDS = 30.0
_UNREAD_SECONDS = 15
_seal: tuple[float, Sealed | None] = (0.0, None)


@dataclass(frozen=True, slots=True)
class Sealed:
    """The newest seal of the ledger: its number, the last entry it covers, when it was made."""

    number: int
    last_id: int
    at: datetime


@dataclass(frozen=True, slots=True)
class PostChoice:
    """One of an officer's running appointments, for the switcher."""

    id: str
    organ: Any
    text: Text
    place: str
    current: bool


@dataclass(frozen=True, slots=True)
class Inbox:
    """The officer's messages in the bar: how many are unread, where they are read, where the number is asked."""

    unread: int
    url: str
    count_url: str
    current: bool


@dataclass(slots=True)
class Frame:
    """Everything that `kit/base.html` draws around a page's own content."""

    lang: str
    county: Text
    theme: str = ""
    doors: list[doors.Opened] = field(default_factory=list)
    officer: Any = None
    post: PostChoice | None = None
    posts: list[PostChoice] = field(default_factory=list)
    seal: Sealed | None = None
    stream: str = ""
    search: str = "/"
    inbox: Inbox | None = None
    path: str = "/"


def frame(request: HttpRequest | None) -> Frame:
    """Return the frame of a page; without a request (a failure outside a view) only language and county."""
    county = Text(settings.BIHUAN.county, settings.BIHUAN.county_en)
    drawn = Frame(lang="zh-Hans" if language() == "zh-hans" else "en", county=county)
    if request is None:
        return drawn
    cookie = request.COOKIES.get(THEME_COOKIE, "")
    drawn.theme = cookie if cookie in {"light", "dark"} else ""
    drawn.path = request.get_full_path()
    officer = getattr(request, "user", None)
    if officer is None or not officer.is_authenticated:
        return drawn
    drawn.officer = officer
    drawn.posts = _choices(request)
    drawn.post = next((choice for choice in drawn.posts if choice.current), None)
    held = appointment(request)
    drawn.doors = doors.opened(request, held.post if held else "")
    drawn.seal = _newest_seal()
    drawn.stream = stream_address(request)
    drawn.search = _search_address()
    drawn.inbox = inbox(request)
    return drawn


def inbox(request: HttpRequest, *, fresh: bool = False) -> Inbox | None:
    """Return the officer's messages for the bar; None where no installed app shows them.

    The number stands on every page, so it may be a quarter of a minute old; a live event asks for a fresh one.
    """
    try:
        url, count_url = reverse("inbox"), reverse("inbox_count")
    except NoReverseMatch:
        return None
    officer = cast("UUID", request.user.pk)
    key = unread_key(officer)
    unread: int | None = None if fresh else cache.get(key)
    if unread is None:
        unread = queries.unread(officer)
        cache.set(key, unread, _UNREAD_SECONDS)
    return Inbox(unread, url, count_url, request.path == url)


def unread_key(officer_id: UUID) -> str:
    """Return under which key the number of unread messages is kept for a moment."""
    return f"unread/{officer_id}"


def stream_address(request: HttpRequest) -> str:
    """Return where live events come from: the next port; behind HTTPS the same host, by its proxy."""
    if settings.BIHUAN.secure:
        return "/stream/"
    host = request.get_host()
    name = host.rsplit(":", 1)[0] if not host.endswith("]") else host
    return f"{request.scheme}://{name}:{settings.BIHUAN.port + 1}/stream/"


def _choices(request: HttpRequest) -> list[PostChoice]:
    names, held = posts(), appointment(request)
    choices = []
    for one in appointments(request):
        post = names.get(one.post)
        text = Text(post.zh, post.en) if post else Text(one.post, one.post)
        place = one.place.name if one.place else ""
        choices.append(
            PostChoice(str(one.id), one.organ, text, place, held is not None and one.id == held.id)
        )
    return choices


def _search_address() -> str:
    try:
        return reverse("search")
    except NoReverseMatch:
        return "/"


def _newest_seal() -> Sealed | None:
    """Return the newest seal; looked up at most every half minute, for it stands on every page."""
    global _seal  # noqa: PLW0603 - one value of one process, safe to lose
    asked, kept = _seal
    if kept is not None and time.monotonic() - asked < _SEAL_SECONDS:
        return kept
    from bihuan.core.ledger.models import Seal

    row = Seal.objects.order_by("-number").values_list("number", "last_id", "sealed_at").first()
    found = Sealed(*row) if row else None
    _seal = (time.monotonic(), found)
    return found
