"""Why an act of administration or access was refused; each says it in both languages."""

from __future__ import annotations

from bihuan.core.spec.text import Text


class Denied(Exception):
    """The actor's post may not do this, or not to that; nothing was changed or shown."""

    def __init__(self, text: Text | None = None) -> None:
        self.text = text or Text("您的岗位没有这项权限", "Your post does not permit this")
        super().__init__(self.text.zh)
