"""Addresses of the desk: worklist, matters, report, ledger, configuration, merging."""

from __future__ import annotations

from django.urls import path

from bihuan.command.views import compare, export, matter, opening, report, step, worklist

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
    path("report/", report.reports_list, name="reports"),
    path("report/begin/", report.begin, name="report_begin"),
    path("report/at/", report.report_at, name="report_at"),
    path("report/compare/", compare.compare_reports, name="report_compare"),
    path("report/figure/<str:key>/", report.figure, name="figure"),
    path("report/figure/<str:key>/rows.csv", report.figure_rows, name="figure_rows"),
    path("report/<uuid:report_id>/", report.report, name="report"),
    path("report/<uuid:report_id>/file.<slug:form>", report.report_file, name="report_file"),
]
