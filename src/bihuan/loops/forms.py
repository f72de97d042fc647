"""What the forms of matters that span modules are chosen from."""

from __future__ import annotations

from collections.abc import Callable

from bihuan.core.access.actors import Actor
from bihuan.core.spec import Snapshot
from bihuan.kit.fields import Option
from bihuan.modules.quarantine.models import Site


def sites_open(proposal: Snapshot, actor: Actor) -> list[Option]:
    """Return the quarantine sites that are open, by their codes."""
    found = Site.objects.filter(matter__state="open", matter__jurisdiction=actor.jurisdiction)
    return [
        Option(site.place_id, site.place.name)
        for site in found.select_related("place").order_by("place__code")
    ]


LISTS: dict[str, Callable[[Snapshot, Actor], list[Option]]] = {"sites_open": sites_open}
