"""The doors of the whole: worklist, report, ledger, configuration, merge queue."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils import timezone

from bihuan.command.matter import REPORT
from bihuan.command.worklist.counts import Tally, tally
from bihuan.command.worklist.filters import Filters
from bihuan.core.access.posts import AUDITOR
from bihuan.core.spec.posts import ADMINISTRATOR, REGISTRAR, REPORTER, SIGNATORY, SUPERVISOR
from bihuan.core.spec.text import Text
from bihuan.kit import session
from bihuan.kit.doors import Door

_KEPT = "_bihuan_tally"


def keep(request: HttpRequest, counted: Tally) -> None:
    """Keep the numbers of the usual list, so that the bar does not ask for them again."""
    setattr(request, _KEPT, counted)


def waiting(request: HttpRequest) -> int | None:
    """Return how many rows the list of today has for this post. One query, unless a page counted already."""
    if session.appointment(request) is None:
        return None
    counted: Tally | None = getattr(request, _KEPT, None)
    if counted is None:
        actor = session.actor(request)
        counted = tally(actor, Filters.asked({}, actor), timezone.now())
    return counted.rows("today")


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
