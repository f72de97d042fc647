"""Open boards are told that something changed at a site; what, they ask the page."""

from __future__ import annotations

from uuid import UUID

from bihuan.core.messages import events


def changed(site: UUID, stay: UUID | None = None) -> None:
    """Tell the site's open boards, when the running transaction commits."""
    events.publish(f"place:{site}", {"stay": str(stay) if stay else None})
