"""The living style page: every part of the kit on one page, on invented content, for builders and tests."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from bihuan.core.clock.calendar import SHANGHAI
from bihuan.core.spec.payload import Choice, asked
from bihuan.core.spec.posts import ADMINISTRATOR
from bihuan.core.spec.text import Text
from bihuan.kit.forms import Option, form_for
from bihuan.kit.parts import Column, Crumb, Empty, Step, Suggestion, Table, TimelineLine
from bihuan.kit.refusals import notice
from bihuan.kit.session import appointment

NOW = datetime(2026, 10, 8, 10, 12, tzinfo=SHANGHAI)


class Route(Choice):
    """How somebody is taken to another place."""

    AMBULANCE = ("ambulance", "救护车", "Ambulance")
    CLOSED_BUS = ("closed_bus", "专用转运车", "Closed transfer bus")


@dataclass(frozen=True, slots=True)
class Example:
    """One field of every kind."""

    room: int = asked("房间", "Room", choices="rooms", help=Text("只列出空房", "Only rooms that are free"))
    route: Route = asked("转运方式", "Transport")
    reason: str = asked("理由", "Reason", long=True)
    temperature: Decimal | None = asked("体温 ℃", "Temperature °C", default=None, sealed=True)
    day: date | None = asked("哪一天", "Which day", default=None)
    at: datetime | None = asked("什么时间", "What time", default=None)
    symptoms: tuple[str, ...] = asked(
        "症状", "Symptoms", default=(), sealed=True, help=Text("用顿号分开", "Separate them with commas")
    )
    told: bool = asked("已当面告知本人", "Told in person", default=False)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the invented worklist."""

    number: str
    title: Text
    who: Text
    due_at: datetime | None
    why: Text
    consequence: Text
    state: Text
    step: Text
    primary: bool = False


def gallery(request: HttpRequest) -> HttpResponse:
    """Show every part; only while developing, or to an administrator."""
    held = appointment(request) if request.user.is_authenticated else None
    if not settings.DEBUG and (held is None or held.post != ADMINISTRATOR.code):
        raise Http404
    return render(request, "kit/gallery.html", _content(request))


def _content(request: HttpRequest) -> dict[str, Any]:
    rooms = [Option(n, str(n)) for n in range(301, 308)]
    form = form_for(Example)(request.POST or None, lists={"rooms": rooms}, version=3)
    wrong = form_for(Example)(
        {"wrong-room": "301", "wrong-temperature": "三十六度五", "wrong-symptoms": "咳嗽、乏力"},
        lists={"rooms": rooms},
        prefix="wrong",
    )
    pages = Paginator(range(1, 6592), 50)
    return {
        "now": NOW,
        "crumbs": [
            Crumb(Text("工作台", "Desk"), "/"),
            Crumb(Text("样式", "Style"), "/kit/"),
            Crumb(Text("全部部件", "All parts")),
        ],
        "rows": _rows(),
        "form": form,
        "wrong": wrong,
        "page": pages.get_page(request.GET.get("page", "7")),
        "steps": _steps(),
        "lines": _lines(),
        "strip": _strip(),
        "facts": _facts(),
        "week": _week(),
        "empty": _empty(),
        "table": _table(),
        "notice": notice(409),
        "moments": [NOW - timedelta(days=7, hours=16), NOW + timedelta(hours=7), NOW + timedelta(days=1)],
        "midnight": datetime(2026, 10, 8, 23, 59, 59, 999999, tzinfo=SHANGHAI),
    }


def _rows() -> list[Row]:
    register, review = Text("登记立案", "Register"), Text("审查", "Review")
    reviewing = Text("审查中", "Under review")
    must = Text("逾期须先行登记立案", "If late it must be registered at once")
    return [
        Row(
            "（2026）网立字第0409号",
            Text("买卖合同纠纷", "Sale of goods"),
            Text("原告 张*", "Claimant 张*"),
            NOW - timedelta(days=7, hours=16),
            Text("应于 9月30日 17:30 前决定", "Decision was due by 30 Sep 17:30"),
            Text("须先行登记立案，并说明超期原因", "Register at once and state why it is late"),
            reviewing,
            register,
            primary=True,
        ),
        Row(
            "（2026）网立字第0417号",
            Text("民间借贷纠纷", "Private loan"),
            Text("原告 王*", "Claimant 王*"),
            NOW.replace(hour=17, minute=30),
            Text("7 日 · 因国庆顺延到今天", "7 days, rolled to today by the National Day holiday"),
            must,
            reviewing,
            review,
        ),
        Row(
            "（2026）网立字第0398号",
            Text("补正材料审查", "Corrected papers"),
            Text("原告 何*", "Claimant 何*"),
            NOW + timedelta(days=2),
            Text("补正次日起重算 7 日", "7 days afresh from the day after correction"),
            must,
            Text("补正已交", "Corrected"),
            review,
        ),
        Row(
            "（2026）跨立字第0003号",
            Text("跨域立案转交", "Cross-region filing"),
            Text("原告 马*", "Claimant 马*"),
            None,
            Text("等待管辖法院签收", "Waiting for the court that has jurisdiction"),
            Text("计时在管辖法院", "The clock runs there"),
            Text("已转交", "Passed on"),
            Text("催签收", "Remind"),
        ),
    ]


def _steps() -> list[Step]:
    return [
        Step(Text("提交", "Submitted"), "was", "9月29日 21:46"),
        Step(Text("审查中", "Under review"), "now", Text("7 日，顺延到今天", "7 days, rolled to today")),
        Step(Text("准予立案", "Accepted"), "", Text("或补正、不予受理", "or corrected, or refused")),
        Step(Text("缴费", "Fee paid"), "", Text("通知次日起 7 日", "7 days from the day after notice")),
    ]


def _lines() -> list[TimelineLine]:
    return [
        TimelineLine(
            NOW - timedelta(hours=1, minutes=41),
            Text("李* 查看了身份字段", "李* looked at the identity fields"),
            Text("目的：核对起诉主体 · 姓名", "Purpose: check the claimant · name"),
            now=True,
        ),
        TimelineLine(
            NOW - timedelta(days=1, hours=10),
            Text("时限顺延到 10月8日 17:30", "Deadline rolled to 8 Oct 17:30"),
            Text("末日为法定休假日", "The last day is a public holiday"),
            88412,
            sealed=True,
        ),
        TimelineLine(
            NOW - timedelta(days=8), Text("李* 签收并开始审查", "李* signed for it"), "", 87906, sealed=True
        ),
    ]


def _strip() -> list[dict[str, Any]]:
    marks = ["start", *["counted"] * 6, "rolled", "rolled", "due"]
    cells = []
    for n, mark in enumerate(marks):
        named = {"start": ("起始", "start"), "rolled": ("假", "hol."), "due": ("到期", "due")}
        zh, en = named.get(mark, (str(n), str(n)))
        when = date(2026, 9, 29) + timedelta(days=n)
        cells.append(
            {"date": when.isoformat(), "mark": mark, "n": n, "label": {"zh": zh, "en": en}, "gap": 0}
        )
    return cells


def _facts() -> list[tuple[Text, Text | str]]:
    return [
        (
            Text("法条", "Basis"),
            Text("民事诉讼法 第126条:7 日内决定", "Civil Procedure Law art. 126: within 7 days"),
        ),
        (Text("不计入", "Not counted"), Text("9月29日，期间开始之日", "29 Sep, the day of the start")),
        (Text("到几时", "Until"), "17:30"),
    ]


def _week() -> list[tuple[Text, int, bool]]:
    names = zip("今五六日一二三", ("now", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"), strict=True)
    counts = [9, 5, 3, 0, 4, 2, 6]
    return [(Text(zh, en), counts[n], n == 0) for n, (zh, en) in enumerate(names)]


def _empty() -> Empty:
    return Empty(
        Text("今天的都办完了", "Everything for today is closed"),
        Text(
            "16 项全部办结，没有超期。下一个时限是明天 17:30。",
            "All 16 are closed, none late. The next deadline is tomorrow 17:30.",
        ),
        [
            Suggestion(
                Text("签收 2 项新分配", "Sign for 2 new ones"),
                "#sign",
                "writing-sign",
                Text("签收后才开始由您负责。", "They are yours from then on."),
            ),
            Suggestion(
                Text("提前办 3 日内的 8 项", "Deal with 8 due in 3 days"),
                "#soon",
                "clock",
                Text("其中 5 项明天到期。", "5 of them are due tomorrow."),
            ),
            Suggestion(
                Text("登记一件新事项", "Register something new"),
                "#new",
                "plus",
                Text("来电或信件收到的，从这里进。", "What came by phone or mail starts here."),
            ),
        ],
        filters="经办：我、辖区：青禾县",
        clear="/kit/",
    )


def _table() -> Table:
    return Table(
        Text("隔离点", "Quarantine sites"),
        [
            Column(Text("隔离点", "Site")),
            Column(Text("在住", "Present"), number=True),
            Column(Text("本月累计", "This month"), number=True),
        ],
        [["第 12 集中隔离点", 118, "6,591"], ["第 3 集中隔离点", 87, "4,120"]],
    )
