"""Papers about invented people, as large as real ones."""

from __future__ import annotations

from datetime import UTC, date, datetime

from bihuan.core.papers.notices import ObservationNotice
from bihuan.core.papers.receipts import Item, NextStep, Receipt
from bihuan.core.spec.text import Text

AT = datetime(2026, 10, 8, 1, 30, 27, 123456, tzinfo=UTC)


def receipt(**changed: object) -> Receipt:
    """Return a receipt for two files and a bundle of paper."""
    values: dict[str, object] = {
        "number": "青法收〔2026〕7号",
        "matter_number": "QH-LA-2026-000017",
        "organ": Text("青禾县人民法院", "Qinghe County People's Court"),
        "handed_in_by": "欧阳㛃",
        "received_at": AT,
        "received_by": "立案窗口 沈某",
        "items": (
            Item(Text("民事起诉状", "Statement of claim"), "9f86d081884c7d659a2feaa0c55ad015" * 2, 812_004),
            Item(
                Text("租赁合同照片", "Photographs of the lease"),
                "60303ae22b998861bce3b28f33eec1be" * 2,
                64_000,
            ),
            Item(Text("身份证明复印件", "Copy of proof of identity"), pages=2),
        ),
        "next_step": NextStep(
            Text("立案庭审查并答复是否立案", "The filing division reviews and answers whether it accepts"),
            datetime(2026, 10, 15, 15, 59, tzinfo=UTC),
            Text("《中华人民共和国民事诉讼法》第一百二十六条：七日", "Civil Procedure Law, art. 126: 7 days"),
        ),
        "page": "https://qinghe.example/m/7KQ4-M2XD-PW9A",
        "code": "7KQ4-M2XD-PW9A",
        "contact": Text("12368，工作日 8:30–18:00", "12368, working days 08:30–18:00"),
    }
    return Receipt(**{**values, **changed})  # type: ignore[arg-type]


def notice(**changed: object) -> ObservationNotice:
    """Return the notice of a 14-day order."""
    values: dict[str, object] = {
        "number": "青卫隔告〔2026〕318号",
        "organ": Text("青禾县卫生健康局", "Qinghe County Health Bureau"),
        "person": "张若曦",
        "identifier": "6207************24",
        "site": Text("第12集中隔离医学观察点（河西宾馆）", "Quarantine site 12 (Hexi Hotel)"),
        "room": "3-0412",
        "category": Text("密切接触者", "a close contact"),
        "reason": Text(
            "您与一名确诊病例于2026年10月6日同乘一车，最后接触时间为当日18:20。",
            "On 6 October 2026 you shared a vehicle with a confirmed case; the last contact was at 18:20 that day.",
        ),
        "basis": (
            Text(
                "《中华人民共和国传染病防治法》关于对密切接触者采取医学观察措施的规定；",
                "Law on Prevention and Treatment of Infectious Diseases: medical observation of close contacts;",
            ),
            Text("县疫情防控指挥部第18号令。", "Order 18 of the county's epidemic control headquarters."),
        ),
        "day_zero": date(2026, 10, 6),
        "first_day": date(2026, 10, 7),
        "last_day": date(2026, 10, 20),
        "protocol": Text("执行方案第3版（14天）。", "Protocol version 3 applies (14 days)."),
        "daily": (
            Text(
                "每天上午、下午各测体温一次，并询问症状；",
                "Temperature in the morning and the afternoon, with a question about symptoms;",
            ),
            Text(
                "第1、4、7、14天采样做核酸检测，结果在您的个人页面公布；",
                "Samples on days 1, 4, 7 and 14; results appear on your page;",
            ),
            Text(
                "三餐送到房间；需要药品、特殊饮食或心理帮助可随时提出。",
                "Meals come to the room; ask at any time for medicine, a diet or psychological help.",
            ),
        ),
        "issued_at": AT,
        "page": "https://qinghe.example/p/H4TN-8QKC-V2RX",
        "code": "H4TN-8QKC-V2RX",
        "contact": Text(
            "隔离点值班电话 0936-0000000（24小时）。", "Duty phone of the site 0936-0000000 (24 hours)."
        ),
    }
    return ObservationNotice(**{**values, **changed})  # type: ignore[arg-type]
