"""Addresses of the public's pages."""

from __future__ import annotations

from django.urls import include, path

from bihuan.portal import views

pages = [
    path("", views.door, name="door"),
    path("leave/", views.goodbye, name="leave"),
    path("stay/", views.stay, name="stay"),
    path("ask/", views.need, name="need"),
    path("ask/<slug:need>/", views.ask, name="ask"),
    path("contest/", views.contest, name="contest"),
    path("matters/<uuid:matter_id>/", views.matter, name="matter"),
    path("matters/<uuid:matter_id>/withdraw/", views.withdraw, name="withdraw"),
    path("matters/<uuid:matter_id>/receipt/", views.receipt, name="receipt"),
    path("views/", views.views, name="views"),
]
urlpatterns = [path("my/", include((pages, "my")))]
