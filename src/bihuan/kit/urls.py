"""Addresses of the kit's own pages."""

from django.contrib.auth.views import LogoutView
from django.urls import path

from bihuan.kit import gallery, views

urlpatterns = [
    path("language/", views.switch_language, name="language"),
    path("theme/", views.switch_theme, name="theme"),
    path("post/", views.switch_post, name="post"),
    path("login/", views.Login.as_view(), name="login"),
    path("logout/", LogoutView.as_view(next_page="/login/"), name="logout"),
    path("account/", views.account, name="account"),
    path("kit/", gallery.gallery, name="kit"),
]
