"""Figures over the API: values at a moment, and the records behind each."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router

from bihuan.api.schemas import FigureOut, Problem, When, Words
from bihuan.core.access.actors import actor_of
from bihuan.core.figures.evaluate import Moment, records, value, values
from bihuan.core.matters.errors import NotDone
from bihuan.core.matters.registry import figures
from bihuan.core.spec.figures import Figure
from bihuan.core.spec.text import Text

router = Router()
ERRORS = {400: Problem, 401: Problem, 403: Problem, 404: Problem, 422: Problem}


def _moment(request: HttpRequest, at: datetime | None, known_at: datetime | None) -> Moment:
    actor_of(request)
    return Moment.of(at or timezone.now(), settings.BIHUAN.jurisdiction, known_at)


@router.get("/", response={200: dict[str, int], **ERRORS}, summary="全部指标 / All figures")
def all_figures(request: HttpRequest, at: When | None = None, known_at: When | None = None) -> dict[str, int]:
    """Return every figure's value at a cut-off, as known at a time."""
    return values(_moment(request, at, known_at))


@router.get("/{key}", response={200: FigureOut, **ERRORS}, summary="一个指标 / One figure")
def one_figure(
    request: HttpRequest, key: str, at: When | None = None, known_at: When | None = None
) -> FigureOut:
    """Return a figure's value and its definition."""
    figure, moment = _figure(key), _moment(request, at, known_at)
    return FigureOut(
        key=key,
        value=value(figure, moment),
        label=_words(figure.label),
        unit=_words(figure.unit),
        means=_words(figure.means),
        version=figure.version,
        cutoff=moment.cutoff,
        known_at=moment.known_at,
    )


@router.get("/{key}/rows", response={200: list[dict[str, Any]], **ERRORS}, summary="指标的记录 / Its records")
def figure_rows(
    request: HttpRequest,
    key: str,
    at: When | None = None,
    known_at: When | None = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
    offset: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
) -> list[dict[str, Any]]:
    """Return the records behind a figure: ledger numbers and what tells them apart, never a name."""
    return records(_figure(key), _moment(request, at, known_at), limit, offset)


def _figure(key: str) -> Figure:
    if key not in figures():
        raise NoSuchFigure(Text("没有这个指标", "There is no such figure"))
    return figures()[key]


class NoSuchFigure(NotDone):
    """The key names no declared figure."""


def _words(text: Text) -> Words:
    return Words(zh=text.zh, en=text.en)
