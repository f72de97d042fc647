"""Addresses of the JSON API; its description stands at /api/docs (OpenAPI at /api/openapi.json)."""

from __future__ import annotations

from django.urls import path

from bihuan.api.app import api

urlpatterns = [path("api/", api.urls)]
