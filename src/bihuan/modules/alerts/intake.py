"""How pushed lists are taken in: whole, signed for as one."""

from __future__ import annotations

from bihuan.modules.alerts.taking import AlertLists

PARCELS = (AlertLists(),)
