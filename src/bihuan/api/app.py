"""The JSON API: the same doors as the pages, described by OpenAPI, derived from the declarations."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any

from django.db import DataError, IntegrityError
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema
from ninja.security import SessionAuth
from pydantic import ValidationError as PayloadError

from bihuan.api import figures, matters
from bihuan.api.describe import with_payloads
from bihuan.api.schemas import Problem
from bihuan.core.access.actors import NoAppointment
from bihuan.core.access.errors import Denied
from bihuan.core.ledger.encoding import NotEncodable
from bihuan.core.matters.errors import (
    Conflict,
    KeyReused,
    NotAllowed,
    NotCorrectable,
    NotDone,
    NotFromHere,
    Refused,
    Stale,
    UnknownMatter,
)


class Api(NinjaAPI):
    """The API; its description also holds the payload of every transition, by `<type>.<transition>`."""

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> OpenAPISchema:
        """Return the description, with the payloads that the declarations ask for among its schemas."""
        described = super().get_openapi_schema(path_prefix=path_prefix, path_params=path_params)
        return with_payloads(described)


api = Api(
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
    NotCorrectable: HTTPStatus.CONFLICT,
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


@api.exception_handler(NoAppointment)
@api.exception_handler(Denied)
def not_yours(request: HttpRequest, error: NoAppointment | Denied) -> HttpResponse:
    """Say that the officer holds no post, or not the one that may do this."""
    problem = Problem(zh=error.text.zh, en=error.text.en)
    return api.create_response(request, problem.model_dump(), status=HTTPStatus.FORBIDDEN)


@api.exception_handler(AuthenticationError)
def not_signed_in(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    """Say that nobody is signed in, or that the token of the page is missing."""
    problem = Problem(
        zh="请先登录；写操作还须带上页面的 X-CSRFToken",
        en="sign in first; writes also need the page's X-CSRFToken",
    )
    return api.create_response(request, problem.model_dump(), status=HTTPStatus.UNAUTHORIZED)


@api.exception_handler(HttpError)
def unreadable(request: HttpRequest, error: HttpError) -> HttpResponse:
    """Say that the request could not be read (no JSON, wrong media type)."""
    problem = Problem(zh="请求无法读取，请检查 JSON 格式", en=f"the request cannot be read: {error}")
    return api.create_response(request, problem.model_dump(), status=error.status_code)


@api.exception_handler(UnicodeEncodeError)
@api.exception_handler(NotEncodable)
def not_text(request: HttpRequest, error: ValueError) -> HttpResponse:
    """Say that a text holds what no text may hold (half a character, a NUL)."""
    problem = Problem(zh="文字中有无法保存的字符", en="a text holds a character that cannot be kept")
    return api.create_response(request, problem.model_dump(), status=HTTPStatus.UNPROCESSABLE_ENTITY)


@api.exception_handler(IntegrityError)
@api.exception_handler(DataError)
def contradicts(request: HttpRequest, error: IntegrityError | DataError) -> HttpResponse:
    """Say that the database refused it: it names something that is not there, or contradicts what stands."""
    problem = Problem(
        zh="与已有登记矛盾，或指向不存在的记录；没有任何内容被更改",
        en="contradicts what is recorded, or names something that does not exist; nothing was changed",
    )
    return api.create_response(request, problem.model_dump(), status=HTTPStatus.CONFLICT)


@api.exception_handler(PayloadError)
def payload_error(request: HttpRequest, error: PayloadError) -> HttpResponse:
    """Name the fields of a payload that were wrong."""
    fields = [".".join(str(part) for part in item["loc"]) for item in error.errors()]
    problem = Problem(
        zh=f"填写有误:{'、'.join(fields)}", en=f"not valid: {', '.join(fields)}", missing=fields
    )
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
