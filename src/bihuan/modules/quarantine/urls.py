"""Addresses of the quarantine pages."""

from __future__ import annotations

from django.urls import path

from bihuan.modules.quarantine import api
from bihuan.modules.quarantine.views import (
    admission,
    board,
    companions,
    people,
    protocols,
    releases,
    results,
    rounds,
    site_setup,
    sites,
    slips,
    steps,
)

app_name = "quarantine"
urlpatterns = [
    path("sites/", sites.sites, name="sites"),
    path("sites/protocols/", protocols.protocols, name="protocols"),
    path("sites/protocols/<int:protocol_id>/version/", protocols.add_version, name="add_version"),
    path("sites/protocols/<int:protocol_id>/apply/", protocols.apply_version, name="apply_version"),
    path("sites/round-worker.js", rounds.worker, name="round_worker"),
    path("sites/new/", site_setup.new_site, name="new_site"),
    path("sites/<str:code>/", board.site_board, name="board"),
    path("sites/<str:code>/rooms/", site_setup.site_rooms, name="site_rooms"),
    path("sites/<str:code>/people/", people.people, name="people"),
    path("sites/<str:code>/admit/", admission.admit, name="admit"),
    path("sites/<str:code>/admit/found/", admission.found, name="admit_found"),
    path("sites/<str:code>/round/", rounds.daily_round, name="round"),
    path("sites/<str:code>/round/list/", rounds.round_list, name="round_list"),
    path("sites/<str:code>/round/manifest.webmanifest", rounds.manifest, name="round_manifest"),
    path("sites/<str:code>/round/data/", api.round_data, name="round_data"),
    path("sites/<str:code>/round/records/", api.round_record, name="round_record"),
    path("sites/<str:code>/results/", results.results, name="results"),
    path("sites/<str:code>/releases/", releases.releases, name="releases"),
    path("sites/<str:code>/stays/<uuid:stay_id>/release/", releases.release, name="release"),
    path("sites/<str:code>/stays/<uuid:stay_id>/waive/", releases.waive, name="waive"),
    path("sites/<str:code>/stays/<uuid:stay_id>/companions/", companions.companions_page, name="companions"),
    path(
        "sites/<str:code>/stays/<uuid:stay_id>/companions.csv",
        companions.companions_file,
        name="companions_file",
    ),
    path("sites/<str:code>/stays/<uuid:stay_id>/slip/", slips.slip, name="slip"),
    path("sites/<str:code>/stays/<uuid:stay_id>/notice/", slips.notice, name="notice"),
    path("sites/<str:code>/stays/<uuid:stay_id>/do/<slug:transition>/", steps.step, name="step"),
]
