"""The drill's alert lists: a twentieth of the reference scale, pushed over three weeks, the last of them this morning.

Signed for through the same door as a user's upload; the verification team (order 60) then has their people to call.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Final
from uuid import UUID

from bihuan.core.access.setup import command_line_actor
from bihuan.core.intake.parcels import Glimpse
from bihuan.core.intake.watching import NOBODY
from bihuan.core.matters.drills import Drill, Scene
from bihuan.core.matters.models import Matter
from bihuan.core.spec import Text
from bihuan.modules.alerts.drill_lists import write_lists
from bihuan.modules.alerts.matter import ALERT_DESK, LIST
from bihuan.modules.alerts.taking import AlertLists

SEED: Final = 90_390
ROWS, LISTS, FIRST_PERSON = 4_520, 20, 600_000


def load(scene: Scene) -> int:
    """Bring the lists; killed and run again it goes on with those not signed for, complete it does nothing."""
    known = Matter.objects.filter(type=LIST.code, jurisdiction=scene.jurisdiction).count()
    if known >= LISTS:
        return 0
    desk = command_line_actor(ALERT_DESK)
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        write_lists(folder, rows=ROWS, lists=LISTS, seed=SEED, until=scene.begun, first=FIRST_PERSON)
        files = [Glimpse(path, path.name) for path in sorted(folder.iterdir())]
        told = AlertLists().take(files, actor=desk, batch=UUID(int=SEED), watch=NOBODY)
    scene.progress(Text("预警名单", "alert lists"), len(told), LISTS)
    return max(0, len(told) - known)


DRILL = Drill(order=30, load=load)
