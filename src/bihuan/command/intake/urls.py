"""Addresses of intake, below `/intake/`."""

from __future__ import annotations

from django.urls import path

from bihuan.command.intake import acts, papers, views

urlpatterns = [
    path("", views.batch_list, name="intake"),
    path("hand-in/", acts.hand_in_files, name="intake_hand_in"),
    path("<uuid:batch_id>/", views.batch_page, name="intake_batch"),
    path("<uuid:batch_id>/live/", views.live, name="intake_live"),
    path("<uuid:batch_id>/confirm/", acts.confirm_heading, name="intake_confirm"),
    path("<uuid:batch_id>/apply/", acts.apply_batch, name="intake_apply"),
    path("<uuid:batch_id>/pause/", acts.pause_batch, name="intake_pause"),
    path("<uuid:batch_id>/continue/", acts.continue_batch, name="intake_continue"),
    path("<uuid:batch_id>/cancel/", acts.cancel_batch, name="intake_cancel"),
    path("<uuid:batch_id>/again/", acts.read_again, name="intake_again"),
    path("<uuid:batch_id>/files/<int:file_id>/marked.xlsx", papers.marked, name="intake_marked"),
    path("<uuid:batch_id>/marked.zip", papers.marked_all, name="intake_marked_all"),
    path("<uuid:batch_id>/receipt.pdf", papers.receipt, name="intake_receipt"),
]
