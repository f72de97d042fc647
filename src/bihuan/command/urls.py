"""Addresses of the desk: worklist, matters, report, ledger, configuration, merging."""

from __future__ import annotations

from django.urls import include, path

from bihuan.command.views import (
    compare,
    configuration,
    export,
    ledger,
    matter,
    merging,
    opening,
    report,
    report_files,
    step,
    worklist,
)

urlpatterns = [
    path("", worklist.worklist, name="worklist"),
    path("search/", worklist.search, name="search"),
    path("worklist/step/", worklist.take_many, name="take_many"),
    path("worklist/export.<slug:form>", export.export, name="export"),
    path("worklist/<str:code>/<str:state>/<str:place>/", worklist.place_rows, name="place_rows"),
    path("matters/new/", opening.choose, name="new_matter"),
    path("matters/new/<str:code>/", opening.open_new, name="open_matter"),
    path("matters/<uuid:matter_id>/", matter.matter, name="matter"),
    path("matters/<uuid:matter_id>/person/", matter.person_card, name="person_card"),
    path("matters/<uuid:matter_id>/reveal/", matter.reveal_person, name="reveal"),
    path("matters/<uuid:matter_id>/papers/<uuid:paper_id>/", matter.paper, name="matter_paper"),
    path("matters/<uuid:matter_id>/<slug:code>/", step.step, name="step"),
    path("intake/", include("bihuan.command.intake.urls")),
    path("report/", report.reports_list, name="reports"),
    path("report/begin/", report.begin, name="report_begin"),
    path("report/at/", report.report_at, name="report_at"),
    path("report/compare/", compare.compare_reports, name="report_compare"),
    path("report/figure/<str:key>/", report.figure, name="figure"),
    path("report/figure/<str:key>/rows.csv", report_files.figure_rows, name="figure_rows"),
    path("report/<uuid:report_id>/", report.report, name="report"),
    path("report/<uuid:report_id>/file.<slug:form>", report_files.report_file, name="report_file"),
    path("ledger/", ledger.ledger, name="ledger"),
    path("ledger/verify/", ledger.verify, name="verify"),
    path("ledger/verification/", ledger.verification, name="verification"),
    path("ledger/proof/<int:entry_id>.json", ledger.proof, name="proof"),
    path("ledger/views/", ledger.views_of_people, name="view_log"),
    path("config/", configuration.organs, name="configuration"),
    path("config/posts/", configuration.posts_declared, name="config_posts"),
    path("config/officers/", configuration.officers, name="config_officers"),
    path("config/officers/<slug:what>/", configuration.change_officer, name="change_officer"),
    path("config/calendars/", configuration.calendars, name="config_calendars"),
    path("config/rules/", configuration.deadline_rules, name="config_rules"),
    path("people/merge/", merging.queue, name="merge_queue"),
    path("people/merge/<int:candidate_id>/", merging.decide, name="merge_decide"),
    path("people/merge/<int:merge_id>/undo/", merging.undo, name="merge_undo"),
]
