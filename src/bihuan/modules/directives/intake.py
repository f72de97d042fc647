"""How directives' workbooks are taken in: whole, signed for as one."""

from __future__ import annotations

from bihuan.modules.directives.taking import Directives

PARCELS = (Directives(),)
