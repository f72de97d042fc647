"""The doors of the whole: worklist, report, ledger, configuration, merge queue."""

from __future__ import annotations

from django.core.cache import cache
from django.http import HttpRequest
from django.utils import timezone

from bihuan.command.matter import REPORT
from bihuan.command.worklist.counts import Tally, tally
from bihuan.command.worklist.filters import Filters
from bihuan.core.access.actors import Actor
from bihuan.core.access.posts import AUDITOR
from bihuan.core.spec.posts import ADMINISTRATOR, REGISTRAR, REPORTER, SIGNATORY, SUPERVISOR
from bihuan.core.spec.text import Text
from bihuan.kit import session
from bihuan.kit.doors import Door

SECONDS = 15  # on other pages than the list itself the number in the bar may be so old


def _key(actor: Actor) -> str:
    places = "-".join(sorted(map(str, actor.place_ids or ())))
    return f"waiting/{actor.jurisdiction}/{actor.organ}/{actor.post}/{places}"


def keep(actor: Actor, counted: Tally) -> None:
    """Keep the number of the usual list, so that the bar does not ask for it on every page."""
    cache.set(_key(actor), counted.rows("today"), SECONDS)


def forget(actor: Actor) -> None:
    """Let the number be asked for again: the actor has just changed it."""
    cache.delete(_key(actor))


def waiting(request: HttpRequest) -> int | None:
    """Return how many rows the list of today has for this post. One query, where it was not asked just now."""
    if session.appointment(request) is None:
        return None
    actor = session.actor(request)
    held: int | None = cache.get(_key(actor))
    if held is None:
        counted = tally(actor, Filters.asked({}, actor), timezone.now())
        keep(actor, counted)
        held = counted.rows("today")
    return held


OPENERS = {REPORT.code: "reports"}
PAGES = {REPORT.code: "report"}

DOORS = (
    Door("worklist", Text("待办", "Worklist"), "list-check", 10, under=("/matters/", "/worklist/", "/search/"), count=waiting),
    Door("reports", Text("日报", "Report"), "report", 40, posts=(REPORTER.code, SIGNATORY.code, SUPERVISOR.code)),
    Door("intake", Text("登记导入", "Registers in"), "file-spreadsheet", 50, posts=(REGISTRAR.code, ADMINISTRATOR.code)),
    Door("merge_queue", Text("合并核对", "Merging"), "arrow-merge", 60, posts=(REGISTRAR.code,)),
    Door("ledger", Text("台账与封存", "Ledger"), "shield-check", 70, posts=(AUDITOR.code, SUPERVISOR.code, ADMINISTRATOR.code)),
    Door("configuration", Text("配置", "Setup"), "settings", 90, posts=(ADMINISTRATOR.code,)),
)  # fmt: skip
