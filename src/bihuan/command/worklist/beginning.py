"""What to do first in a county that has no matter yet: whose turn it is, and the way there for this post."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse

from bihuan.command.intake.page import POSTS as TAKE_IN
from bihuan.command.pages.opening import may_open
from bihuan.core.access.actors import Actor
from bihuan.core.matters.models import Matter
from bihuan.core.spec.posts import ADMINISTRATOR
from bihuan.core.spec.text import Text
from bihuan.kit.parts import Empty, Suggestion


def beginning(actor: Actor) -> Empty | None:
    """Return the empty list of a county at its beginning; None where something was registered. One query."""
    if Matter.objects.filter(jurisdiction=actor.jurisdiction).exists():
        return None
    return Empty(
        Text("本县还没有登记任何事项", "Nothing is registered in this county yet"),
        Text(
            "先由系统管理岗建立账号和任职，再由各岗位登记，或由台账岗导入各单位的台账；要办的事随后出现在这里。",
            "First the administrator sets up accounts and posts; then the posts register what comes in, or the"
            " registrar takes in the offices' registers. What is to be done then appears here.",
        ),
        tuple(_first(actor)),
    )


def _first(actor: Actor) -> Iterator[Suggestion]:
    """Offer what this post can begin with."""
    if actor.post == ADMINISTRATOR.code:
        yield Suggestion(Text("建立账号和任职", "Set up accounts and posts"), reverse("config_officers"), "users",
                         Text("每人一个账号，能做什么只看任职", "one account each; a post decides what it may do"))  # fmt: skip
    if may_open(actor):
        yield Suggestion(Text("登记第一件事项", "Register the first matter"), reverse("new_matter"), "plus",
                         Text("例如新设一个隔离点", "such as setting up a site"))  # fmt: skip
    if actor.post in TAKE_IN:
        yield Suggestion(Text("导入台账", "Take in registers"), reverse("intake"), "file-spreadsheet",
                         Text("各单位的表格是什么样就交什么样", "the offices' workbooks, just as they are"))  # fmt: skip
