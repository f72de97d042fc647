"""The desk's small county, for drafts to be held against."""

from bihuan.command.tests.conftest import county

__all__ = ["county"]
