"""Pages of the kit itself: language, theme, post, login, and failures."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Final, cast

from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import perform_login
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import views as auth_views
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.csrf import requires_csrf_token
from django.views.decorators.http import require_POST

from bihuan.core.access.drill import drill_accounts
from bihuan.core.access.setup import nobody_yet
from bihuan.core.messages import addresses
from bihuan.core.spec.text import Text
from bihuan.kit import refusals, room
from bihuan.kit.frame import THEME_COOKIE
from bihuan.kit.language import said
from bihuan.kit.login import LoginForm
from bihuan.kit.session import choose

if TYPE_CHECKING:
    from bihuan.core.access.models import Officer

YEAR = 365 * 24 * 3600
NO_MAIL_ADDRESS: Final = Text(
    "这不是邮箱地址，没有保存。例：lihua@example.cn",
    "This is no mail address; nothing was saved. Example: lihua@example.cn",
)
MAIL_KEPT: Final = Text(
    "已保存，以后的提醒也发到这个邮箱", "Saved; alerts go to this address too from now on"
)
MAIL_REMOVED: Final = Text("已删除，提醒只在站内", "Removed; alerts stay inside the application")


def _back(request: HttpRequest) -> HttpResponseRedirect:
    target = request.POST.get("next", "/")
    ours = url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()})
    return HttpResponseRedirect(target if ours else "/")


@require_POST
def switch_language(request: HttpRequest) -> HttpResponse:
    """Show everything in the other language; an officer's choice is kept with the account."""
    chosen = request.POST.get("language", "")
    answer = _back(request)
    if chosen in dict(settings.LANGUAGES):
        answer.set_cookie(settings.LANGUAGE_COOKIE_NAME, chosen, max_age=YEAR, samesite="Lax")
        user: Any = request.user
        if user.is_authenticated and user.language != chosen:
            user.language = chosen
            user.save(update_fields=["language"])
    return answer


@require_POST
def switch_theme(request: HttpRequest) -> HttpResponse:
    """Change between light and dark; the page's script does the same without a request."""
    now = request.COOKIES.get(THEME_COOKIE, "light")
    answer = _back(request)
    answer.set_cookie(THEME_COOKIE, "light" if now == "dark" else "dark", max_age=YEAR, samesite="Lax")
    return answer


@require_POST
@login_required
def switch_post(request: HttpRequest) -> HttpResponse:
    """Work under another of one's own running appointments."""
    if not choose(request, request.POST.get("appointment", "")):
        return refusals.refusal_page(request, refusals.notice(403))
    return _back(request)


@login_required
def account(request: HttpRequest) -> HttpResponse:
    """Show one's own account: posts, language, mail, second factors."""
    return render(request, "kit/account.html", {"mail": cast("Officer", request.user).mail})


@require_POST
@login_required
def account_mail(request: HttpRequest) -> HttpResponse:
    """Set or remove the office address to which one's messages go too."""
    officer, given = cast("Officer", request.user), request.POST.get("mail", "").strip()
    try:
        officer.mail = addresses.normal(addresses.MAIL, given) if given else ""
    except addresses.BadAddress:
        content = {"mail": given, "mail_problem": NO_MAIL_ADDRESS}
        return render(request, "kit/account.html", content, status=422)
    officer.save(update_fields=["mail"])
    messages.success(request, said(MAIL_KEPT if given else MAIL_REMOVED))
    return HttpResponseRedirect(reverse("account"))


class Login(auth_views.LoginView):
    """The officers' door. In the drill county it tells the drill accounts, which are invented people."""

    template_name = "kit/login.html"
    authentication_form = LoginForm
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the drill accounts where there are some (their password is the operator's), or how to make the first."""
        return {**super().get_context_data(**kwargs), "drill": drill_accounts(), "nobody": nobody_yet()}

    def form_valid(self, form: Any) -> HttpResponse:
        """Go on in the officer's own language, by way of the second factor where the account has one."""
        officer = form.get_user()
        record_authentication(self.request, officer, method="password", username=officer.username)
        answer: HttpResponse = perform_login(self.request, officer, redirect_url=self.get_success_url())
        if officer.language in dict(settings.LANGUAGES):
            answer.set_cookie(settings.LANGUAGE_COOKIE_NAME, officer.language, max_age=YEAR, samesite="Lax")
        return answer


@requires_csrf_token
def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 400."""
    return refusals.refusal_page(request, refusals.notice(400))


@requires_csrf_token
def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 403."""
    return refusals.refusal_page(request, refusals.notice(403))


@requires_csrf_token
def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 404."""
    return refusals.refusal_page(request, refusals.notice(404))


@requires_csrf_token
def failed(request: HttpRequest) -> HttpResponse:
    """Answer 500, or 507 where the disk is full, from a page that asks neither database nor session.

    They may be what failed. Django calls this while the error is being handled, so it can be looked at.
    """
    told = room.NO_ROOM if room.lacks_room(sys.exc_info()[1]) else refusals.notice(500)
    if "json" in request.headers.get("Accept", "") or request.path.startswith("/api/"):
        words = {"zh": f"{told.title.zh}：{told.next.zh}", "en": f"{told.title.en}: {told.next.en}"}
        return JsonResponse(words, status=told.status)
    return render(None, "kit/errors/failed.html", {"notice": told}, status=told.status)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form whose token is no longer valid."""
    return refusals.refusal_page(request, refusals.CSRF)
