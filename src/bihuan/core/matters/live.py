"""Open screens hear that matters changed: one event a matter, a place and the lists, however many steps there were.

Events point and say nothing: a screen asks its own page again, where permissions and masks are.
"""

from __future__ import annotations

from collections.abc import Sequence

from bihuan.core.matters.details import OPENED, Applied
from bihuan.core.messages import events


def tell_screens(steps: Sequence[Applied]) -> None:
    """Publish what these steps changed, when the transaction commits. One statement.

    A matter that was just opened has no page open anywhere, so an import brings an event a site, not one a stay.
    """
    new = {step.matter_id for step in steps if step.transition == OPENED}
    matters = dict.fromkeys(step.matter_id for step in steps if step.matter_id not in new)
    places = dict.fromkeys(step.place_id for step in steps if step.place_id is not None)
    events.publish_many(
        [
            *((f"matter:{matter}", {"matter": str(matter)}) for matter in matters),
            *((f"place:{place}", {"place": str(place)}) for place in places),
            (events.LISTS, {}),
        ]
    )
