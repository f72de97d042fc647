"""Messages: an officer's own, each leading to its matter; and for who keeps the county running, what went outside."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.cache import cache
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from bihuan.command.worklist.filters import Filters
from bihuan.core.access.actors import acting, choices, running, switch
from bihuan.core.access.permissions import overseen
from bihuan.core.access.posts import AUDITOR
from bihuan.core.matters.models import Matter
from bihuan.core.matters.registry import posts
from bihuan.core.messages import delivery, queries
from bihuan.core.messages.addresses import LABELS, MAIL, SMS
from bihuan.core.messages.outbox import Message
from bihuan.core.spec.posts import ADMINISTRATOR
from bihuan.core.spec.text import Text
from bihuan.kit import frame
from bihuan.kit.language import said
from bihuan.kit.pages import OfficerRequest, found, officer_page
from bihuan.kit.parts import Crumb, Empty, Suggestion

PAGE = 50
NAME, OUTSIDE = Text("消息", "Messages"), Text("发出的消息", "Messages sent")
STATES = {
    Message.QUEUED: ("idle", Text("待发", "Queued")),
    Message.SENDING: ("active", Text("发送中", "Sending")),
    Message.SENT: ("done", Text("已发出", "Sent")),
    Message.DELIVERED: ("done", Text("已送达", "Delivered")),
    Message.FAILED: ("overdue", Text("未送达", "Failed")),
    Message.UNCERTAIN: ("due", Text("结果不明", "Uncertain")),
}
KEPT = Text("留在内置信箱", "Kept in the embedded sink")
NONE_YET = Empty(
    Text("没有消息", "No messages"),
    Text(
        "报警、超期等不能等的事会在这里通知您；要办的事都在待办。",
        "Alarms and passed deadlines are told here; what there is to do is on the worklist.",
    ),
    [Suggestion(Text("看待办", "See the worklist"), "/", "list-check")],
)


@officer_page()
def inbox(request: OfficerRequest) -> HttpResponseBase:
    """List the officer's messages, newest first; or mark all of them as read."""
    officer = _me(request)
    if request.method == "POST":
        unread = Message.objects.filter(officer_id=officer).exclude(state=Message.DELIVERED)
        queries.mark_read(officer, list(unread.values_list("id", flat=True)))
        _forget(request)
        return HttpResponseRedirect(reverse("inbox"))
    mine = Message.objects.filter(officer_id=officer).order_by("-created_at")
    page = Paginator(mine, PAGE).get_page(request.GET.get("page"))
    context = {
        "crumbs": [Crumb(NAME)],
        "page": page,
        "shown": queries.shown(page.object_list),
        "read": Message.DELIVERED,
        "empty": NONE_YET,
        "outside": request.actor.post in {ADMINISTRATOR.code, AUDITOR.code},
    }
    return render(request, "command/inbox.html", context)


@officer_page()
def inbox_count(request: OfficerRequest) -> HttpResponseBase:
    """Draw the bar's bell anew, with the number as it is now."""
    frame.inbox(request, fresh=True)
    return render(request, "command/partials/inbox_count.html")


@officer_page()
def open_message(request: OfficerRequest, message_id: UUID) -> HttpResponseBase:
    """Mark one message as read and go on to its matter; one about many matters leads to the overdue ones."""
    message = found(Message.objects.filter(id=message_id, officer_id=_me(request)).first())
    queries.mark_read(_me(request), [message.id])
    _forget(request)
    if message.matter_id is None:
        return HttpResponseRedirect(reverse("worklist") + Filters(tab="overdue").address())
    _in_the_post_that_sees(request, message.matter_id)
    return HttpResponseRedirect(reverse("matter", args=[message.matter_id]))


def _in_the_post_that_sees(request: OfficerRequest, matter_id: UUID) -> None:
    """Work on in the post to which the message went, where the present one does not see the matter; and say so."""
    officer: Any = request.user
    if Matter.objects.filter(overseen(request.actor), id=matter_id).exists():
        return
    held = list(running(officer))
    for one in choices(officer):
        if Matter.objects.filter(overseen(acting(officer, held, str(one.id))), id=matter_id).exists():
            switch(request, one.id)
            post = posts()[one.post]
            messages.info(request, said(Text(f"已换到岗位“{post.zh}”", f"You now work as {post.en}")))
            return


def _me(request: OfficerRequest) -> UUID:
    return cast("UUID", request.user.pk)


def _forget(request: OfficerRequest) -> None:
    cache.delete(frame.unread_key(_me(request)))


@officer_page(ADMINISTRATOR.code, AUDITOR.code)
def outbox(request: OfficerRequest) -> HttpResponseBase:
    """Show what went outside, addresses masked, and what became of it; what needs a decision comes first."""
    context = {
        "crumbs": [Crumb(NAME, reverse("inbox")), Crumb(OUTSIDE)],
        "undecided": [line(one) for one in queries.undecided()],
        "lines": [line(one) for one in queries.sink()],
        "sends": request.actor.post == ADMINISTRATOR.code,
        "kept": [LABELS[name] for name, address in _gateways() if not address],
    }
    return render(request, "command/outbox.html", context)


def _gateways() -> list[tuple[str, str | None]]:
    return [(SMS, settings.BIHUAN.sms_url), (MAIL, settings.BIHUAN.smtp_url)]


def line(one: queries.Shown) -> dict[str, Any]:
    """Return a message to the outside as lists draw it."""
    status, words = STATES[one.state]
    if one.via == "sink" and one.state == Message.SENT:
        status, words = "paused", KEPT
    return {"shown": one, "channel": LABELS[one.channel], "status": status, "words": words}


@require_POST
@officer_page(ADMINISTRATOR.code)
def send_again(request: OfficerRequest, message_id: UUID) -> HttpResponse:
    """Send a failed or unclear message again; the ledger says who decided so."""
    message = found(Message.objects.filter(id=message_id, jurisdiction=request.actor.jurisdiction).first())
    if delivery.send_again(message, request.actor):
        messages.success(request, said(Text("已重新发送", "It is being sent again")))
    else:
        messages.warning(request, said(Text("这条消息不需要重发", "This message need not be sent again")))
    return HttpResponseRedirect(reverse("outbox"))
