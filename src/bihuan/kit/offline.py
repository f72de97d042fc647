"""Pages that work on without a network: their service worker, what makes them installable, what they are made of.

A page keeps itself and its files (`SHELL` and its own) with a worker, and what is recorded in an outbox of its own
(`kit/js/outbox.js`). The worker is served from below the pages it serves, not from the static files.
"""

from __future__ import annotations

from pathlib import Path

from django.contrib.staticfiles import finders
from django.http import HttpResponse, JsonResponse
from django.templatetags.static import static

from bihuan.core.spec.text import Text
from bihuan.kit.language import language, said

WORKER = "kit/js/field-worker.js"
SHELL = (
    "vendor/tabler/tabler.min.css", "vendor/tabler/icons.svg", "kit/css/tokens.css", "kit/css/base.css",
    "kit/css/frame.css", "kit/css/parts.css", "kit/css/forms.css", "kit/css/field.css", "kit/js/theme.js",
    "kit/js/kit.js", "kit/js/keys.js", "kit/js/live.js", "vendor/htmx/htmx.min.js", "kit/icon.svg", "kit/js/outbox.js",
)  # fmt: skip
"""What every field page is made of."""


def shell(*own: str) -> str:
    """Return the addresses of a field page's files, its own after those of all, as the page hands them to its worker."""
    return " ".join(static(name) for name in (*SHELL, *own))


def worker(name: str, page: str) -> HttpResponse:
    """Return the service worker: `name` (with its version) of what it keeps, `page` the pattern of its pages' paths."""
    found = finders.find(WORKER)
    assert isinstance(found, str)
    told = f'const KEPT = "{name}";\nconst PAGE = /{page}/;\n'
    return HttpResponse(
        told.encode() + Path(found).read_bytes(), content_type="text/javascript; charset=utf-8"
    )


def manifest(here: str, scope: str, name: Text, short: Text, where: str = "") -> HttpResponse:
    """Return what makes a field page installable on a phone; `where` follows its name."""
    answer = JsonResponse(
        {
            "id": here,
            "name": f"{said(name)} · {where}" if where else said(name),
            "short_name": said(short),
            "lang": "zh-Hans" if language() == "zh-hans" else "en",
            "start_url": here,
            "scope": scope,
            "display": "standalone",
            "background_color": "#f3f5f7",
            "theme_color": "#13294a",
            "icons": [
                {"src": static("kit/icon.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": "any"}
            ],
        }
    )
    answer["Content-Type"] = "application/manifest+json"
    return answer
