"""Addresses of the kit's own pages."""

from allauth.account import views as allauth
from django.contrib.auth.views import LogoutView
from django.urls import include, path

from bihuan.kit import gallery, views

urlpatterns = [
    path("language/", views.switch_language, name="language"),
    path("theme/", views.switch_theme, name="theme"),
    path("post/", views.switch_post, name="post"),
    path("login/", views.Login.as_view(), name="login"),
    path("logout/", LogoutView.as_view(next_page="/login/"), name="logout"),
    path("account/", views.account, name="account"),
    path("account/mail/", views.account_mail, name="account_mail"),
    path("account/protection/", include("allauth.mfa.urls")),
    # the names by which allauth finds its way
    path("login/", views.Login.as_view(), name="account_login"),
    path("logout/", LogoutView.as_view(next_page="/login/"), name="account_logout"),
    path("account/confirm/", allauth.reauthenticate, name="account_reauthenticate"),
    path("account/closed/", allauth.account_inactive, name="account_inactive"),
    path("kit/", gallery.gallery, name="kit"),
]
