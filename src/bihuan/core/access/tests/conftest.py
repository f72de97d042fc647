"""The invented procedure that the tests of permissions run on."""

from bihuan.core.access.tests.errands import errands

__all__ = ["errands"]
