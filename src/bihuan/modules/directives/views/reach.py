"""What an officer reaches here: the county's directives for the desk, a unit's own parts for its officers."""

from __future__ import annotations

from urllib.parse import quote
from uuid import UUID

from django.http import Http404, HttpResponse

from bihuan.core.access.actors import Actor
from bihuan.core.access.permissions import visible
from bihuan.core.matters.models import Matter
from bihuan.core.spec import Text
from bihuan.modules.directives.matter import DESKS, DIRECTIVE, TASK, UNIT_OFFICER
from bihuan.modules.directives.models import Directive, Part

POSTS = tuple(post.code for post in DIRECTIVE.seen_by)
WORKING = tuple(post.code for post in DESKS)
ON_PARTS = (*WORKING, UNIT_OFFICER.code)
PART_POSTS = tuple(post.code for post in TASK.seen_by)
NAME = Text("合成作战指令", "Directives")


def directive_of(actor: Actor, directive_id: UUID) -> Directive:
    """Return a directive that the actor sees; 404 where there is none."""
    seen = Matter.objects.filter(visible(actor), type=DIRECTIVE.code)
    found = (
        Directive.objects.filter(pk=directive_id, matter__in=seen)
        .select_related("matter__organ", "receipt")
        .first()
    )
    if found is None:
        raise Http404
    return found


def part_of(actor: Actor, part_id: UUID) -> Part:
    """Return a unit's part that the actor sees; 404 where there is none, or it is another unit's."""
    seen = Matter.objects.filter(visible(actor), type=TASK.code)
    found = (
        Part.objects.filter(pk=part_id, matter__in=seen)
        .select_related("matter__place", "directive__matter")
        .first()
    )
    if found is None:
        raise Http404
    return found


def attachment(content: bytes, name: str, kind: str) -> HttpResponse:
    """Return a file to be saved; no store on the way keeps it."""
    answer = HttpResponse(content, content_type=kind)
    answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    answer["Cache-Control"] = "no-store"
    return answer
