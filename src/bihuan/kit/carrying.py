"""What was filled in on a form that could not be taken, carried on the page that says so and sent again from there.

Nothing of it is kept on the server: it goes back to the browser it came from, in the answer to that very request.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from uuid import UUID

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import HttpRequest

NOT_CARRIED = ("login", "account_", "mfa_", "switch_")  # passwords and one-time codes are typed anew
_CHOSEN = re.compile(r"(\d+:)?[a-z_]+(:[\w:-]*)?")


@dataclass(frozen=True, slots=True)
class Carried:
    """A form's content: where it goes, all its fields, what of it a person typed, whether files are left behind."""

    address: str
    fields: list[tuple[str, str]]
    typed: list[str]
    files: bool


def carried(request: HttpRequest, leave: tuple[str, ...] = ()) -> Carried | None:
    """Return what this request would have submitted, but for the fields to `leave`; None where it carries nothing.

    A password is never carried, nor what another site's page sent here: only our own forms come back.
    """
    if request.method != "POST" or not _ours(request) or _of_an_account(request):
        return None
    try:
        fields = [
            (name, str(value))
            for name, values in request.POST.lists()
            if name != "csrfmiddlewaretoken" and name not in leave
            for value in values
        ]
        files = bool(request.FILES)
    except (RequestDataTooBig, SuspiciousOperation):
        return None
    if any("password" in name for name, _ in fields):
        return None
    typed = [value.strip() for name, value in fields if "bihuan_" not in name and _was_typed(value)]
    return Carried(request.get_full_path(), fields, typed, files)


def _ours(request: HttpRequest) -> bool:
    """Tell whether one of our own pages sent it. Browsers name the origin of every form; without, nobody knows."""
    origin = request.headers.get("Origin") or request.headers.get("Referer", "")
    here = f"{request.scheme}://{request.get_host()}"
    return origin == here or origin.startswith(f"{here}/")


def _of_an_account(request: HttpRequest) -> bool:
    match = request.resolver_match
    return match is None or (match.url_name or "").startswith(NOT_CARRIED)


def _was_typed(value: str) -> bool:
    """Tell words from what a list, a box or the page itself put there."""
    if not value.strip() or _CHOSEN.fullmatch(value) or (value.isdecimal() and len(value) < 7):
        return False
    try:
        UUID(value)
    except ValueError:
        return True
    return False
