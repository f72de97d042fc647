"""What an officer reaches here: the sites of his or her post, the stays in them. Anything else is not found."""

from __future__ import annotations

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.urls import NoReverseMatch, reverse

from bihuan.core.access.actors import Actor
from bihuan.core.access.permissions import content_types, visible
from bihuan.core.matters.models import Matter
from bihuan.core.spec import Text
from bihuan.kit.parts import Crumb, Suggestion
from bihuan.modules.quarantine import matter
from bihuan.modules.quarantine.models import Site

SITES = Text("隔离点", "Quarantine sites")


def site_of(actor: Actor, code: str) -> Site:
    """Return the site with this code; 404 where there is none or the post does not reach it. One query."""
    seen = Matter.objects.filter(visible(actor), type=matter.SITE.code)
    found = (
        Site.objects.filter(matter__in=seen, place__code=code, place__jurisdiction=actor.jurisdiction)
        .select_related("place", "matter")
        .first()
    )
    if found is None:
        raise Http404
    return found


def inside(actor: Actor, code: str) -> Site:
    """Return the site for a page that shows people; 403 for posts that see counts only."""
    site = site_of(actor, code)
    if not sees_stays(actor):
        raise PermissionDenied
    return site


def sees_stays(actor: Actor) -> bool:
    """Tell whether the post sees stays, or only how many there are."""
    return matter.STAY.code in content_types(actor.post)


def stay_of(actor: Actor, site: Site, stay_id: UUID) -> Matter:
    """Return a stay of this site; 404 where it is not one, or not the actor's to see."""
    found = Matter.objects.filter(
        visible(actor), id=stay_id, type=matter.STAY.code, place_id=site.place_id
    ).first()
    if found is None:
        raise Http404
    return found


def may(actor: Actor, transition: str) -> bool:
    """Tell whether the post takes this step on stays at all (whether it may now, the engine says)."""
    return actor.post in {post.code for post in matter.STAY.transition(transition).posts}


def matter_address(matter_id: UUID) -> str:
    """Return the address of a matter's own page."""
    try:
        return reverse("matter", args=[matter_id])
    except NoReverseMatch:
        return f"/matters/{matter_id}/"


def back_to_board(code: str) -> list[Suggestion]:
    """Return what an empty page of a site offers: its board."""
    words = Text("回到看板", "Back to the board")
    return [Suggestion(words, reverse("quarantine:board", args=[code]), "layout-board")]


def crumbs(site: Site | None = None, *more: Crumb) -> list[Crumb]:
    """Return where the reader is: sites, this site, and what follows."""
    first = Crumb(SITES, reverse("quarantine:sites"))
    if site is None:
        return [first, *more]
    name = Text(site.place.name, site.place.name)
    return [first, Crumb(name, reverse("quarantine:board", args=[site.place.code])), *more]
