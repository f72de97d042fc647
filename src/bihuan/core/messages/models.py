"""The tables of messages; each stands in the file that uses it."""

from bihuan.core.messages.events import LiveEvent
from bihuan.core.messages.outbox import Message

__all__ = ["LiveEvent", "Message"]
