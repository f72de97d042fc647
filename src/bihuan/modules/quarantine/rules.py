"""What must hold before a step: pure functions of the matter as it stands, the payload and the time."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

from bihuan.core.spec import Refusal, Snapshot, Text
from bihuan.modules.quarantine.facts import SiteFacts, StayFacts
from bihuan.modules.quarantine.laws import DISEASE_LAW
from bihuan.modules.quarantine.payloads import (
    Admission,
    Departure,
    Observation,
    Order,
    Release,
    TestResult,
    Waiver,
)
from bihuan.modules.quarantine.protocol import AS_REGISTERED, LOCAL, LONGEST, open_items


def order_is_founded(stay: Snapshot, order: Order, now: datetime) -> Refusal | None:
    """Refuse an order without a legal basis, or with an exposure that cannot be what it rests on."""
    if not order.legal_basis.strip():
        return Refusal(
            Text("隔离决定须写明法律依据", "An order must name its legal basis"),
            instead=Text("填写法律依据,例如法律名称和条", "Fill in the law and its article"),
        )
    # what a register tells is taken in as it was written: nothing is counted from its exposure
    ordered = None if order.protocol == AS_REGISTERED.code else stay.opened_at.astimezone(LOCAL).date()
    wrong = exposure_refused(order.last_exposure, ordered, now.astimezone(LOCAL).date())
    if wrong is None:
        return None
    return Refusal(
        wrong, instead=Text("请核对日期；不清楚就不填", "Check the date; leave it empty if unknown")
    )


def exposure_refused(exposure: date | None, ordered: date | None, today: date) -> Text | None:
    """Return why an exposure cannot found an order of this day, or None.

    It lies in the past, and no further back than the longest protocol observes (`LONGEST`): whoever was exposed
    earlier has nothing left to be observed for, so the year or the month is a slip of the pen.
    """
    if exposure is None:
        return None
    if exposure > today:
        return Text("末次暴露不能晚于今天", "The last exposure cannot be after today")
    if ordered is not None and exposure < ordered - timedelta(days=LONGEST):
        return Text(
            f"末次暴露早于隔离决定 {LONGEST} 天以上：没有方案观察这么久，日期应有误",
            f"The last exposure is more than {LONGEST} days before the order: no protocol observes that long,"
            " so the date must be wrong",
        )
    return None


def people_present(site: Snapshot, now: datetime) -> Refusal | None:
    """Refuse to close a site while somebody is in it."""
    facts: SiteFacts = site.facts
    if facts.present == 0:
        return None
    return Refusal(
        Text(f"还有 {facts.present} 人在住,不能关闭", f"{facts.present} people are still there"),
        instead=Text("先办理解除或转出", "Release or transfer them first"),
    )


def site_is_open(stay: Snapshot, admission: Admission, now: datetime) -> Refusal | None:
    """Refuse check-in to a site that is not open."""
    facts: StayFacts = stay.facts
    if facts.site_open:
        return None
    return Refusal(
        Text("该隔离点未启用或已关闭,不能办理入住", "The site is not open; nobody can be checked in"),
        instead=Text("请选择其他隔离点,或先启用本点", "Choose another site, or open this one first"),
    )


def item_of_protocol(stay: Snapshot, record: Observation | TestResult, now: datetime) -> Refusal | None:
    """Refuse a record for an item that the stay's protocol does not have."""
    facts: StayFacts = stay.facts
    if record.item in facts.item_codes:
        return None
    return Refusal(
        Text(f"方案中没有“{record.item}”这一项", f"The protocol has no item “{record.item}”"),
        instead=Text("请从当日应做项目中选择", "Choose one of the day's items"),
    )


BODY_HEAT = (Decimal(34), Decimal(43))
"""Temperatures in °C that a living person's thermometer shows: from the first up to, not including, the second."""


def believable(temperature: Decimal) -> bool:
    """Tell whether a thermometer shows that of a person; anything else was mistyped."""
    return BODY_HEAT[0] <= temperature < BODY_HEAT[1]


def heat_of_a_person(stay: Snapshot, record: Observation, now: datetime) -> Refusal | None:
    """Refuse a temperature that was mistyped (3.7, 99, 366): it would raise or hide an alarm."""
    if record.temperature is None or believable(record.temperature):
        return None
    return Refusal(
        Text(
            f"体温 {record.temperature} ℃ 不会是人的体温", f"{record.temperature} °C is nobody's temperature"
        ),
        instead=Text("请核对体温,填 34 至 42.9", "Check the reading: 34 to 42.9"),
    )


def not_recorded_twice(stay: Snapshot, record: Observation | TestResult, now: datetime) -> Refusal | None:
    """Refuse a second record of an item: a wrong one is corrected by an entry that points to it."""
    facts: StayFacts = stay.facts
    if stay.corrects is not None or record.item not in facts.done:
        return None
    return Refusal(
        Text("这一项已经记录", "This item has been recorded already"),
        instead=Text(
            "记错了请用“更正”,原记录会保留", "Correct the record if it is wrong; the old one is kept"
        ),
    )


def item_still_open(stay: Snapshot, waiver: Waiver, now: datetime) -> Refusal | None:
    """Refuse to waive what is done already, or does not exist."""
    facts: StayFacts = stay.facts
    if waiver.item not in facts.item_codes:
        return item_of_protocol(stay, Observation(item=waiver.item), now)
    if waiver.item in facts.done:
        return Refusal(Text("这一项已经做了,不必免做", "This item is done already"))
    return None


def loop_still_open(stay: Snapshot, now: datetime) -> Refusal | None:
    """Refuse release until the loop is closed: every item of the protocol done or waived, no positive result.

    Law on Infectious Diseases, art. 41: isolation ends when its conditions have ceased.
    """
    facts: StayFacts = stay.facts
    missing = open_items(facts.schedule(), frozenset(facts.done))
    if facts.positive_at is not None:
        return Refusal(
            Text("核酸阳性,应转定点医院,不能解除", "A test was positive: transfer to hospital, no release"),
            instead=Text("办理“转定点医院”", "Do “Transfer to hospital”"),
            basis=DISEASE_LAW[39],
        )
    if not missing:
        return None
    return Refusal(
        Text(
            f"还有 {len(missing)} 项未完成,不能解除", f"{len(missing)} items are still open; no release yet"
        ),
        missing=tuple(due.item.label for due in missing),
        instead=Text(
            "补做,或由隔离点负责人写明理由免做", "Do them, or the site manager waives them with a reason"
        ),
        basis=DISEASE_LAW[41],
    )


def approval_is_named(stay: Snapshot, release: Release, now: datetime) -> Refusal | None:
    """Refuse an early release that names no approval."""
    if release.approved and release.approval.strip():
        return None
    return Refusal(
        Text("提前解除须写明批准文号或批准单位", "An early release must name its approval"),
        instead=Text("填写批准文号", "Fill in the approval"),
    )


def home_is_approved(stay: Snapshot, departure: Departure, now: datetime) -> Refusal | None:
    """Refuse a transfer to home quarantine without approval."""
    if departure.approved_by.strip():
        return None
    return Refusal(
        Text("转居家隔离须写明批准单位", "Home quarantine needs its approving authority"),
        instead=Text("填写批准单位", "Fill in who approved it"),
    )
