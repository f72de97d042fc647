"""The tables of messages; each stands in the file that uses it."""

from bihuan.core.messages.events import LiveEvent

__all__ = ["LiveEvent"]
