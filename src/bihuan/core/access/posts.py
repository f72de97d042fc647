"""The posts that belong to no procedure: those who set up, look after and watch over the whole."""

from __future__ import annotations

from typing import Final

from bihuan.core.spec.posts import ADMINISTRATOR, REGISTRAR, REPORTER, SIGNATORY, SUPERVISOR, Post

AUDITOR: Final = Post("auditor", "审计岗", "Auditor", "committee")
"""Sees who looked at whom and why, seals, breaches and exports; never what a matter is about."""

POSTS: Final = (ADMINISTRATOR, REGISTRAR, REPORTER, SIGNATORY, SUPERVISOR, AUDITOR)

OVERSEEING: Final = frozenset({SUPERVISOR.code, AUDITOR.code})
"""Posts that see states, deadlines and counts of all matters of the jurisdiction, and no content."""
