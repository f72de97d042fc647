"""The root of all addresses; each face brings its own `urls.py`."""

from __future__ import annotations

from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path

from bihuan.config.discovery import module_apps
from bihuan.config.health import healthz

urlpatterns: list[URLPattern | URLResolver] = [path("healthz", healthz, name="healthz")]
urlpatterns += [
    path("", include(f"{app}.urls"))
    for app in ("bihuan.command", "bihuan.portal", "bihuan.api", "bihuan.kit", *module_apps())
    if find_spec(f"{app}.urls") is not None
]

handler400 = "bihuan.kit.views.bad_request"
handler403 = "bihuan.kit.views.forbidden"
handler404 = "bihuan.kit.views.not_found"
handler500 = "bihuan.kit.views.failed"
