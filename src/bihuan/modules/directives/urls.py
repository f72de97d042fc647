"""Addresses of the pages of directives."""

from __future__ import annotations

from django.urls import path

from bihuan.modules.directives.views import directives, feedback, issuers, parts, registering, splitting

app_name = "directives"
urlpatterns = [
    path("directives/", directives.directives, name="directives"),
    path("directives/new/", registering.register, name="new"),
    path("directives/issuers/", issuers.issuers, name="issuers"),
    path("directives/parts/", parts.parts, name="parts"),
    path("directives/parts/<uuid:part_id>/", parts.part, name="part"),
    path("directives/parts/<uuid:part_id>/answer/", parts.answer, name="answer"),
    path("directives/parts/<uuid:part_id>/reveal/", parts.reveal, name="reveal"),
    path("directives/<uuid:directive_id>/", directives.one, name="directive"),
    path("directives/<uuid:directive_id>/sign/", registering.sign, name="sign"),
    path("directives/<uuid:directive_id>/list/", registering.attach, name="attach"),
    path("directives/<uuid:directive_id>/split/", splitting.split, name="split"),
    path("directives/<uuid:directive_id>/feedback/", feedback.feed_back, name="feed_back"),
    path("directives/<uuid:directive_id>/feedback/look/", feedback.look, name="look"),
    path("directives/<uuid:directive_id>/feedback/<int:sent_id>/", feedback.workbook, name="workbook"),
    path("directives/<uuid:directive_id>/papers/<uuid:paper_id>/", feedback.paper, name="paper"),
]
