"""What may go wrong with PostgreSQL, said so that the operator knows what to do."""

from __future__ import annotations

from bihuan.core.spec.text import Text


class PostgresUnavailable(RuntimeError):
    """The database cannot be used; `text` says why and what to do, in both languages."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(f"{zh} / {en}")
        self.text = Text(zh, en)
