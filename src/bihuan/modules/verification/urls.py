"""Addresses of the verification pages."""

from __future__ import annotations

from django.urls import path

from bihuan.modules.verification import api
from bihuan.modules.verification.views import calls, lead, routing, visits

app_name = "verification"
urlpatterns = [
    path("verification/", lead.team_page, name="team"),
    path("verification/at/<str:code>/", lead.at_township, name="at"),
    path("verification/out/", lead.give_out, name="give_out"),
    path("verification/routing/", routing.preview, name="preview"),
    path("verification/routing/press/", routing.press, name="route"),
    path("verification/routing/<uuid:run_id>/", routing.progress, name="run"),
    path("verification/routing/<uuid:run_id>/undo/", routing.undo, name="undo"),
    path("verification/officers/<uuid:officer_id>/", lead.describe, name="officer"),
    path("verification/officers/<uuid:officer_id>/shift/", lead.shift, name="shift"),
    path("verification/officers/<uuid:officer_id>/over/", lead.give_over, name="give_over"),
    path("verification/calls/", calls.call_sheet, name="calls"),
    path("verification/calls/press/", calls.press, name="press"),
    path("verification/calls/back/", calls.take_back, name="take_back"),
    path("verification/calls/begin/", calls.begin, name="begin"),
    path("verification/calls/pause/", calls.pause, name="pause"),
    path("verification/calls/<uuid:item_id>/dial/", calls.dial, name="dial"),
    path("verification/calls/<uuid:item_id>/records/", calls.found_records, name="records"),
    path("verification/calls/<uuid:item_id>/keep/", calls.keep, name="keep"),
    path("verification/visits/", visits.visit_page, name="visits"),
    path("verification/visits/list/", visits.visit_list, name="visit_list"),
    path("verification/visits/worker.js", visits.worker, name="visits_worker"),
    path("verification/visits/manifest.webmanifest", visits.manifest, name="visits_manifest"),
    path("verification/visits/data/", api.visits_data, name="visits_data"),
    path("verification/visits/carry/", api.carry, name="carry"),
    path("verification/visits/records/", api.visit_record, name="visit_record"),
]
