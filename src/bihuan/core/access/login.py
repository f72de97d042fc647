"""Failed log-ins: counted in the database for all processes, stopped, and written down when it is too much.

Whoever guesses is stopped for a quarter of an hour: one user name from one address after 5 failures, one user
name from anywhere after 20, one address (an office may share one) after 100. A right password during that
time does not help. What was typed as user name is kept as a keyed hash only: people type passwords there.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone

from bihuan.core.access.actors import system_actor
from bihuan.core.access.models import LoginFailure, Officer
from bihuan.core.access.recording import record
from bihuan.core.spec.text import Text

WINDOW = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Limit:
    """So many failures in the window, counted over a name, an address, or both, lock that out."""

    scope: str
    failures: int
    by_name: bool
    by_address: bool

    def of(self, mark: bytes, address: str) -> Q:
        """Return the filter for the failures that this limit counts."""
        found = Q()
        if self.by_name:
            found &= Q(mark=mark)
        if self.by_address:
            found &= Q(address=address)
        return found


LIMITS = (
    Limit("name_and_address", 5, True, True),
    Limit("name", 20, True, False),
    Limit("address", 100, False, True),
)


def name_mark(username: str) -> bytes:
    """Return the keyed hash under which a typed user name is counted."""
    return blake2b(
        username.strip().casefold().encode(), key=settings.SECRET_KEY[:64].encode(), digest_size=16
    ).digest()


def locked_until(username: str, address: str) -> datetime | None:
    """Return until when this user name is locked out from this address, or None."""
    mark, since = name_mark(username), timezone.now() - WINDOW
    until = None
    for limit in LIMITS:
        recent = LoginFailure.objects.filter(limit.of(mark, address), at__gt=since).order_by("-at")
        times = list(recent.values_list("at", flat=True)[: limit.failures])
        if len(times) == limit.failures:
            until = max(filter(None, (until, times[-1] + WINDOW)))
    return until


def lock_text(until: datetime) -> Text:
    """Return what the log-in page says to somebody who is locked out."""
    at = timezone.localtime(until).strftime("%H:%M")
    return Text(
        f"登录失败次数过多,请在 {at} 之后再试,或请管理员重设密码",
        f"Too many failed attempts. Try again after {at}, or ask the administrator for a new password",
    )


def address_of(request: HttpRequest | None) -> str:
    """Return the address a request came from, as the server saw it; a header can be made up."""
    return str(request.META.get("REMOTE_ADDR") or "") if request is not None else ""


class Lockout:
    """Stands before the other authentication backends and stops who is locked out, whatever the password.

    It knows no officers (no `get_user`), so that nobody is signed in under its name.
    """

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **_: Any
    ) -> None:
        """Raise PermissionDenied where the name or the address is locked out."""
        if username and locked_until(username, address_of(request)) is not None:
            raise PermissionDenied("locked out")


def count_failure(
    sender: object, credentials: dict[str, Any], request: HttpRequest | None = None, **_: Any
) -> None:
    """Count a failed log-in (signal `user_login_failed`); reaching a limit goes into the ledger."""
    username, address = str(credentials.get("username") or ""), address_of(request)
    if not username or locked_until(username, address) is not None:
        return
    mark, now = name_mark(username), timezone.now()
    LoginFailure.objects.create(mark=mark, address=address, at=now)
    for limit in LIMITS:
        recent = LoginFailure.objects.filter(limit.of(mark, address), at__gt=now - WINDOW)
        if recent.count() == limit.failures:
            officer = Officer.objects.filter(username=username).values_list("id", flat=True).first()
            payload = {"scope": limit.scope, "failures": limit.failures}
            if officer is not None and limit.by_name:
                payload["officer"] = str(officer)
            record("access.locked_out", actor=system_actor(settings.BIHUAN.jurisdiction), payload=payload)


def forgive(sender: object, request: HttpRequest | None, user: Officer, **_: Any) -> None:
    """Forget the failures of who has signed in (signal `user_logged_in`), at this address."""
    LoginFailure.objects.filter(mark=name_mark(user.username), address=address_of(request)).delete()


def unlock(officer: Officer) -> None:
    """Forget all failures of an officer's name; the administrator's way when somebody else locked it."""
    LoginFailure.objects.filter(mark=name_mark(officer.username)).delete()


def prune() -> int:
    """Delete failures older than a day; they count no more. Returns how many."""
    return LoginFailure.objects.filter(at__lt=timezone.now() - timedelta(days=1)).delete()[0]
