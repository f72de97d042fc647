"""The JSON API: the same doors as the pages, described by OpenAPI, derived from the declarations."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import ValidationError
from ninja.security import SessionAuth
from pydantic import ValidationError as PayloadError

from bihuan.api import figures, matters
from bihuan.api.schemas import Problem
from bihuan.core.matters.errors import (
    Conflict,
    KeyReused,
    NotAllowed,
    NotDone,
    NotFromHere,
    Refused,
    Stale,
    UnknownMatter,
)

api = NinjaAPI(
    title="闭环 Bihuan",
    version="1",
    description="同一扇门:网页、接口、导入都经过同一个引擎。 The same doors as the pages.",
    auth=SessionAuth(csrf=True),
    urls_namespace="api",
)
STATUS = {
    figures.NoSuchFigure: HTTPStatus.NOT_FOUND,
    Refused: HTTPStatus.UNPROCESSABLE_ENTITY,
    NotAllowed: HTTPStatus.FORBIDDEN,
    NotFromHere: HTTPStatus.CONFLICT,
    Stale: HTTPStatus.CONFLICT,
    KeyReused: HTTPStatus.UNPROCESSABLE_ENTITY,
    UnknownMatter: HTTPStatus.NOT_FOUND,
    Conflict: HTTPStatus.CONFLICT,
}


@api.exception_handler(NotDone)
def not_done(request: HttpRequest, error: NotDone) -> HttpResponse:
    """Say why nothing was changed, what is missing, and what to do instead."""
    problem = Problem.of(error)
    return api.create_response(request, problem.model_dump(), status=STATUS.get(type(error), 422))


@api.exception_handler(PayloadError)
def payload_error(request: HttpRequest, error: PayloadError) -> HttpResponse:
    """Name the fields of a payload that were wrong."""
    fields = [".".join(str(part) for part in item["loc"]) for item in error.errors()]
    problem = Problem(zh=f"填写有误:{'、'.join(fields)}", en=f"not valid: {', '.join(fields)}", missing=fields)
    return api.create_response(request, problem.model_dump(), status=422)


@api.exception_handler(ValidationError)
def request_error(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Name the parts of a request that were wrong."""
    parts = [".".join(str(part) for part in item.get("loc", ())) for item in error.errors]
    problem = Problem(zh=f"请求有误:{'、'.join(parts)}", en=f"not valid: {', '.join(parts)}", missing=parts)
    return api.create_response(request, problem.model_dump(), status=422)


api.add_router("/matters", matters.router, tags=["事项 matters"])
api.add_router("/figures", figures.router, tags=["指标 figures"])


def openapi() -> dict[str, Any]:
    """Return the description of the API, as it is served."""
    described: dict[str, Any] = json.loads(json.dumps(api.get_openapi_schema(), default=str))
    return described
