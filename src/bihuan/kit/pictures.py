"""Icons and marks: drawn from one sprite each, decoration unless they are given words."""

from __future__ import annotations

from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from bihuan.kit.language import language, said

STATUS_ICONS = {
    "overdue": "alert-octagon",
    "due": "hourglass-high",
    "soon": "clock",
    "later": "calendar-event",
    "active": "progress",
    "paused": "player-pause",
    "done": "circle-check",
    "idle": "circle-dashed",
    "positive": "diamonds",
}


def icon(name: str, size: str = "", label: object = "") -> SafeString:
    """Draw an icon of `vendor/icons.txt`; `size="lg"` is 24 px; without a `label` it is decoration."""
    style = "bh-icon bh-icon-lg" if size == "lg" else "bh-icon"
    address = f"{static('vendor/tabler/icons.svg')}#i-{name}"
    if label:
        return format_html(
            '<svg class="{}" role="img" aria-label="{}"><use href="{}"/></svg>', style, said(label), address
        )
    return format_html('<svg class="{}" aria-hidden="true"><use href="{}"/></svg>', style, address)


def mark(name: str, zh: str = "", en: str = "") -> SafeString:
    """Draw a board mark: ok test due tdue late pos fever plan tplan; shapes differ, not only colours."""
    style = {"test": "ok", "tdue": "due", "tplan": "plan"}.get(name, name)
    address = f"{static('kit/marks.svg')}#m-{name}"
    words = en if language() == "en" else zh
    if words:
        return format_html(
            '<svg class="bh-mk {}" role="img" aria-label="{}"><use href="{}"/></svg>', style, words, address
        )
    return format_html('<svg class="bh-mk {}" aria-hidden="true"><use href="{}"/></svg>', style, address)
