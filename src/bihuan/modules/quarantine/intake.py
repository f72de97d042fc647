"""How the registers of quarantine are taken in, in reading order: sites before the stays placed in them."""

from __future__ import annotations

from bihuan.modules.quarantine.registers.taking_sites import SiteTaker
from bihuan.modules.quarantine.registers.taking_stays import StayTaker

TAKERS = (SiteTaker(), StayTaker())
