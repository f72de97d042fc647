"""Refusals and failures in words: what happened, what was kept, what to do next, in both languages."""

from __future__ import annotations

from dataclasses import replace

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from bihuan.core.access.actors import NoAppointment
from bihuan.core.matters import errors
from bihuan.core.spec.text import Text
from bihuan.kit.carrying import carried
from bihuan.kit.forms import KEY, VERSION
from bihuan.kit.parts import Notice

NOTHING_CHANGED = Text("没有任何内容被更改。", "Nothing was changed.")
TYPED_IS_KEPT = Text(
    "没有提交，台账没有变化。您填写的内容还在浏览器里，按“后退”即可看到。",
    "Nothing was submitted and the ledger is unchanged. What you typed is still in the browser: go back.",
)

TYPED_IS_BELOW = Text(
    "没有提交，台账没有变化。您填写的内容都在下面。",
    "Nothing was submitted and the ledger is unchanged. What you typed is below.",
)

TYPED_STAYS = Text(
    "没有提交，台账没有变化。您填写的内容都还在这一页。",
    "Nothing was submitted and the ledger is unchanged. What you typed is still on this page.",
)

_NOTICES = {
    400: Notice(
        400,
        Text("这个请求无法处理", "This request cannot be handled"),
        Text("地址或表单的内容不完整，或格式不对。", "The address or the form is incomplete or malformed."),
        NOTHING_CHANGED,
        Text("请后退，刷新页面后再试一次。", "Go back, reload the page and try again."),
    ),
    403: Notice(
        403,
        Text("您的岗位不能打开这一页", "Your post does not reach this page"),
        Text("这一页属于其他岗位或其他机关。", "The page belongs to another post or another organ."),
        NOTHING_CHANGED,
        Text(
            "可在右上角换一个岗位；如果应该由您办理，请联系本机关的系统管理岗。",
            "Choose another post in the upper right corner; if it should be yours, ask your administrator.",
        ),
    ),
    404: Notice(
        404,
        Text("没有找到这一页", "There is no such page"),
        Text(
            "地址有误，事项已不在这里，或不在您的岗位范围内。",
            "The address is wrong, the matter is no longer here, or it is not within your post.",
        ),
        NOTHING_CHANGED,
        Text("请用编号查找，或回到待办。", "Search by number, or go back to the worklist."),
    ),
    409: Notice(
        409,
        Text("没有办成：情况已经变化", "Not done: things have changed"),
        Text("在您填写时，别人已经办理了这一项。", "While you were writing, somebody else dealt with it."),
        TYPED_IS_KEPT,
        Text("请先看最新情况，再决定是否办理。", "Look at the matter as it stands, then decide again."),
    ),
    422: Notice(
        422,
        Text("暂时不能办理", "Not yet"),
        Text("还缺少法律或方案要求的内容。", "Something that the law or the protocol demands is missing."),
        TYPED_IS_KEPT,
        Text("补齐下列内容后再办。", "Complete what is listed, then try again."),
    ),
    500: Notice(
        500,
        Text("系统出错了", "Something went wrong in the system"),
        Text(
            "不是您操作的问题，出错的经过已记入系统日志。",
            "It is not your doing; what happened is in the system's log.",
        ),
        Text(
            "这一步要么全部办成，要么完全没有办，不会只办一半。",
            "The step was done completely or not at all, never by half.",
        ),
        Text(
            "请后退，再提交一次；同一次提交不会重复登记。",
            "Go back and submit again; it will not be recorded twice.",
        ),
    ),
}

CSRF = Notice(
    403,
    Text("页面过期，没有提交", "The page had expired; nothing was submitted"),
    Text(
        "为防止他人冒用，每一页的提交凭证只在登录期间有效。",
        "So that nobody can submit in your name, a page's token is valid only while you are signed in.",
    ),
    TYPED_IS_KEPT,
    Text(
        "内容在下面的，核对后按“再次提交”；没有的，请回到那一页重新打开。浏览器须允许本站的 Cookie。",
        "If the content is below, look it over and submit again; if not, open the page anew. This site's cookies"
        " must be allowed.",
    ),
)
NO_POST = Notice(
    403,
    Text("您目前没有任职岗位", "You hold no post at present"),
    NoAppointment.text,
    NOTHING_CHANGED,
    Text("任职登记后，重新打开这一页即可。", "Once you are appointed, open this page again."),
)
SIGNED_OUT = Notice(
    401,
    Text("登录已过期，没有提交", "You were signed out; nothing was submitted"),
    Text("登录在一个班次后自动结束。", "A login ends after one shift."),
    TYPED_IS_KEPT,
    Text(
        "请在新标签页登录，再回到这一页按“再次提交”，就会到您离开的那一页。",
        "Sign in in a new tab, come back to this page and submit again: you arrive where you left off.",
    ),
)

_BESIDE = {
    CSRF.title: Text(
        "请在新标签页重新登录，再回到这一页按原来的按钮。浏览器须允许本站的 Cookie。",
        "Sign in again in a new tab, come back to this page and press the same button. This site's cookies must be"
        " allowed.",
    ),
    SIGNED_OUT.title: Text(
        "请在新标签页登录，再回到这一页按原来的按钮。",
        "Sign in in a new tab, come back to this page and press the same button.",
    ),
}


def notice(status: int) -> Notice:
    """Return the general words for a status code."""
    return _NOTICES.get(status, _NOTICES[400])


def notice_of(error: errors.NotDone) -> Notice:
    """Return the words for something the engine did not do, with the status the API gives it too."""
    if isinstance(error, errors.Refused):
        refusal, base = error.refusal, _NOTICES[422]
        basis = refusal.basis.citation if refusal.basis else None
        return Notice(
            422, base.title, refusal.reason, base.kept, base.next, refusal.missing, refusal.instead, basis
        )
    status = 409
    if isinstance(error, errors.NotAllowed):
        status = 403
    elif isinstance(error, errors.UnknownMatter):
        status = 404
    base = _NOTICES[status]
    return Notice(status, base.title, error.text, base.kept, base.next)


def refusal_page(request: HttpRequest, said: Notice) -> HttpResponse:
    """Answer with a refusal: a whole page, or for htmx a note that goes to the page's message area.

    A whole page takes the place of the form, so it brings along what was filled in; beside a note the form stays.
    """
    if getattr(request, "htmx", False):
        note = beside(said)
        answer = render(request, "kit/partials/notice.html", {"notice": note}, status=note.status)
        answer["HX-Retarget"] = "#bh-messages"
        answer["HX-Reswap"] = "innerHTML show:top"
        return answer
    return render(request, "kit/errors/notice.html", carrying(request, said), status=said.status)


def beside(said: Notice) -> Notice:
    """Return a refusal as a note beside its form, which stands as it was filled in and is sent by its own button."""
    if said.kept != TYPED_IS_KEPT:
        return said
    return replace(said, kept=TYPED_STAYS, next=_BESIDE.get(said.title, said.next))


def carrying(request: HttpRequest, said: Notice) -> dict[str, object]:
    """Return a refusal for its page, with what was filled in.

    After a conflict key and version are left behind: the form then asks once more instead of being refused again.
    """
    taken = carried(request, leave=(KEY, VERSION) if said.status == 409 else ())
    if taken is None or not (taken.typed or said in (SIGNED_OUT, CSRF)):
        return {"notice": said}
    kept = TYPED_IS_BELOW if said.kept == TYPED_IS_KEPT else said.kept
    return {"notice": replace(said, kept=kept), "carried": taken}


def signed_out(request: HttpRequest) -> HttpResponse:
    """Answer somebody whose login ended in the middle of a form."""
    return refusal_page(request, SIGNED_OUT)
