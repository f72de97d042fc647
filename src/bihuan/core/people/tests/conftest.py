"""The invented procedure that the people's tests run on."""

from bihuan.core.access.tests.errands import errands

__all__ = ["errands"]
