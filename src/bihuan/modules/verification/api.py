"""The visitor's list and records as JSON, for the phone: session, CSRF token, a key for every record."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from bihuan.core.access.actors import Actor, NoAppointment, actor_of
from bihuan.core.matters import errors
from bihuan.core.matters.meanwhile import with_who_was_first
from bihuan.core.spec import Text
from bihuan.modules.verification import visits
from bihuan.modules.verification.matter import VISITOR

KEY = re.compile(r"[\x21-\x7e]{8,100}")
LARGEST = 8192
STATUS = {
    errors.NotAllowed: HTTPStatus.FORBIDDEN,
    errors.UnknownMatter: HTTPStatus.NOT_FOUND,
    errors.Stale: HTTPStatus.CONFLICT,
    errors.NotFromHere: HTTPStatus.CONFLICT,
    errors.Conflict: HTTPStatus.CONFLICT,
    visits.NotYours: HTTPStatus.CONFLICT,
}
SIGNED_OUT = Text(
    "登录已过期：记录还在本机，登录后自动上传",
    "Signed out: records stay on the phone and go up after you sign in",
)
NOT_YOURS = Text("您的岗位不上门核查", "Your post makes no visits")
MALFORMED = Text(
    "记录的内容不完整或不合理，没有保存", "The record is incomplete or implausible; it was not saved"
)
NO_KEY = Text("记录缺少编号，没有保存", "The record has no key; it was not saved")
Answer = Callable[[HttpRequest, Actor], JsonResponse]


def _problem(status: int, text: Text) -> JsonResponse:
    return JsonResponse({"zh": text.zh, "en": text.en}, status=status)


def _told(error: errors.NotDone) -> JsonResponse:
    lines = error.lines
    words = Text("；".join(line.zh for line in lines), "; ".join(line.en for line in lines))
    return _problem(STATUS.get(type(error), HTTPStatus.UNPROCESSABLE_ENTITY), words)


def on_visits(answer: Answer) -> Callable[[HttpRequest], JsonResponse]:
    """Let a signed-in visitor through; say in JSON why not."""

    @never_cache
    @wraps(answer)
    def view(request: HttpRequest) -> JsonResponse:
        try:
            actor = actor_of(request)
            return answer(request, actor) if actor.post == VISITOR.code else _problem(403, NOT_YOURS)
        except NoAppointment as error:
            return _problem(403, error.text) if request.user.is_authenticated else _problem(401, SIGNED_OUT)
        except errors.NotDone as error:
            return _told(error)

    return view


def _body(request: HttpRequest) -> Any:
    body = request.body
    return json.loads(body) if len(body) <= LARGEST else {}


@require_GET
@on_visits
def visits_data(request: HttpRequest, actor: Actor) -> JsonResponse:
    """Return whom the visitor goes to, masked."""
    return JsonResponse(visits.data(actor, timezone.now()))


@require_POST
@on_visits
def carry(request: HttpRequest, actor: Actor) -> JsonResponse:
    """Return names, addresses and numbers of those taken along; every view is written in the ledger."""
    try:
        wanted = [UUID(str(one)) for one in _body(request)["items"]][: visits.MOST]
    except (ValueError, KeyError, TypeError):
        return _problem(422, MALFORMED)
    return JsonResponse({"people": visits.carry(wanted, actor)})


@require_POST
@on_visits
def visit_record(request: HttpRequest, actor: Actor) -> JsonResponse:
    """Write one visit down, or take one's latest result back (`{"item": …, "back": true}`)."""
    key = request.headers.get("Idempotency-Key", "")
    if not KEY.fullmatch(key):
        return _problem(400, NO_KEY)
    try:
        read = _body(request)
        if read.get("back") is True:
            done = visits.take_back(UUID(str(read["item"])), actor=actor, key=key)
            return JsonResponse({"entry": done.entry}, status=201)
        visit = visits.parse(read, timezone.now())
    except (ValueError, KeyError, TypeError, AttributeError):
        return _problem(422, MALFORMED)
    try:
        done = visits.write(visit, actor=actor, key=key)
    except errors.NotDone as error:
        raise with_who_was_first(error, visit.item, None) from error
    return JsonResponse({"entry": done.entry}, status=201)
