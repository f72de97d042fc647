"""Addresses of the verification pages."""

from __future__ import annotations

from django.urls import path

from bihuan.modules.verification.views import calls

app_name = "verification"
urlpatterns = [
    path("verification/calls/", calls.call_sheet, name="calls"),
    path("verification/calls/press/", calls.press, name="press"),
    path("verification/calls/back/", calls.take_back, name="take_back"),
    path("verification/calls/begin/", calls.begin, name="begin"),
    path("verification/calls/pause/", calls.pause, name="pause"),
    path("verification/calls/<uuid:item_id>/dial/", calls.dial, name="dial"),
    path("verification/calls/<uuid:item_id>/records/", calls.found_records, name="records"),
    path("verification/calls/<uuid:item_id>/keep/", calls.keep, name="keep"),
]
