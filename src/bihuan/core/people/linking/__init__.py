"""Which rows of lists are one person, and whom the county knows already: `link`, then `take_up` list by list."""

from bihuan.core.people.linking.linking import DECIDED_BY, Linking, link
from bihuan.core.people.linking.said import Said

__all__ = ["DECIDED_BY", "Linking", "Said", "link"]
