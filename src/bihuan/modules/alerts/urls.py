"""Addresses of the pages of alert lists."""

from __future__ import annotations

from django.urls import path

from bihuan.modules.alerts.views import feedback, lists

app_name = "alerts"
urlpatterns = [
    path("alerts/", lists.lists, name="lists"),
    path("alerts/<uuid:list_id>/", lists.one, name="list"),
    path("alerts/<uuid:list_id>/feedback/", feedback.feed_back, name="feed_back"),
    path("alerts/<uuid:list_id>/feedback/<int:feedback_id>/", feedback.feedback_file, name="feedback_file"),
    path("alerts/<uuid:list_id>/papers/<uuid:paper_id>/", feedback.paper, name="paper"),
    path("alerts/<uuid:list_id>/lines/", feedback.reveal_lines, name="lines"),
]
