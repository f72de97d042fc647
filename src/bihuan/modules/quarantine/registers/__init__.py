"""The registers of quarantine: the list of sites and each site's register of people under observation."""

from bihuan.modules.quarantine.registers.rows import Outcome, Remark, Room, SiteRow, StayRow, Zone
from bihuan.modules.quarantine.registers.sites import SITES
from bihuan.modules.quarantine.registers.stays import STAYS

REGISTERS = (SITES, STAYS)
"""In the order in which they must be read: stays are placed in sites."""

__all__ = ["REGISTERS", "SITES", "STAYS", "Outcome", "Remark", "Room", "SiteRow", "StayRow", "Zone"]
