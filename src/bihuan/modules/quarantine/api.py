"""The round's data and records as JSON, for the phone: session, CSRF token, a key for every record."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.http import Http404, HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from bihuan.core.access.actors import Actor, NoAppointment, actor_of
from bihuan.core.matters import errors
from bihuan.core.matters.meanwhile import with_who_was_first
from bihuan.core.spec import Text
from bihuan.modules.quarantine import rounds
from bihuan.modules.quarantine.views.reach import inside, may, stay_of

KEY = re.compile(r"[\x21-\x7e]{8,100}")
LARGEST = 4096
STATUS = {
    errors.NotAllowed: HTTPStatus.FORBIDDEN,
    errors.UnknownMatter: HTTPStatus.NOT_FOUND,
    errors.Stale: HTTPStatus.CONFLICT,
    errors.NotFromHere: HTTPStatus.CONFLICT,
    errors.Conflict: HTTPStatus.CONFLICT,
}
SIGNED_OUT = Text(
    "登录已过期：记录还在本机，登录后自动上传",
    "Signed out: records stay on the phone and go up after you sign in",
)
NOT_HERE = Text("没有这个隔离点，或不在您的岗位范围内", "No such site, or not within your post")
NOT_YOURS = Text("您的岗位不做巡查", "Your post does no rounds")
MALFORMED = Text(
    "记录的内容不完整或不合理，没有保存", "The record is incomplete or implausible; it was not saved"
)
NO_KEY = Text("记录缺少编号，没有保存", "The record has no key; it was not saved")

Answer = Callable[[HttpRequest, Actor, str], JsonResponse]


def _problem(status: int, text: Text, **more: Any) -> JsonResponse:
    return JsonResponse({"zh": text.zh, "en": text.en, **more}, status=status)


def on_the_round(answer: Answer) -> Callable[[HttpRequest, str], JsonResponse]:
    """Let a signed-in officer whose post does rounds through; say in JSON why not."""

    @never_cache
    @wraps(answer)
    def view(request: HttpRequest, code: str) -> JsonResponse:
        try:
            actor = actor_of(request)
            inside(actor, code)
            if not may(actor, "observe"):
                return _problem(403, NOT_YOURS)
            return answer(request, actor, code)
        except NoAppointment as error:
            signed_in = request.user.is_authenticated
            return _problem(403, error.text) if signed_in else _problem(401, SIGNED_OUT)
        except Http404:
            return _problem(404, NOT_HERE)
        except errors.NotDone as error:
            return _problem(STATUS.get(type(error), HTTPStatus.UNPROCESSABLE_ENTITY), error.text)

    return view


@require_GET
@on_the_round
def round_data(request: HttpRequest, actor: Actor, code: str) -> JsonResponse:
    """Return who is to be visited now, in walking order."""
    return JsonResponse(rounds.data(inside(actor, code), actor, timezone.now()))


@require_POST
@on_the_round
def round_record(request: HttpRequest, actor: Actor, code: str) -> JsonResponse:
    """Write one visit down. `Idempotency-Key`: the same key and body again bring the first answer (200)."""
    key = request.headers.get("Idempotency-Key", "")
    if not KEY.fullmatch(key):
        return _problem(400, NO_KEY)
    body = request.body
    try:
        read: Any = json.loads(body) if len(body) <= LARGEST else {}
        visit = rounds.parse(read, timezone.now())
    except (ValueError, KeyError, TypeError, ArithmeticError):
        return _problem(422, MALFORMED)
    stay_of(actor, inside(actor, code), visit.stay)
    try:
        repeated, entries = rounds.write(visit, actor=actor, key=key)
    except errors.NotDone as error:
        raise with_who_was_first(error, visit.stay, None) from error
    return JsonResponse({"repeated": repeated, "entries": entries}, status=200 if repeated else 201)
