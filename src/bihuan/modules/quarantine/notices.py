"""The notice of an observation order, filled in from the stay and the protocol that binds it."""

from __future__ import annotations

import re
from datetime import datetime

from django.urls import reverse

from bihuan.core.access.actors import Actor
from bihuan.core.access.permissions import reveals
from bihuan.core.matters.models import Matter
from bihuan.core.papers import notices
from bihuan.core.papers.models import Paper
from bihuan.core.papers.services import About
from bihuan.core.people.masks import masked, masked_identifier
from bihuan.core.people.reveal import reveal
from bihuan.core.spec import Text
from bihuan.modules.quarantine import codes
from bihuan.modules.quarantine.models import Stay
from bihuan.modules.quarantine.payloads import Category
from bihuan.modules.quarantine.protocol import KIND_LABELS, Rules
from bihuan.modules.quarantine.protocols import binding

PURPOSE = "quarantine"
CONTACT = Text(
    "请用房内电话或房门上的值班电话联系本隔离点；急病请拨 120。您也可以在个人页面提出药品、饮食、心理等需要。",
    "Call the site by the telephone in the room or the number on the door; in an emergency dial 120. You can also "
    "ask for medicine, diet or psychological help on your own page.",
)


def latest(stay: Matter) -> Paper | None:
    """Return the newest notice of a stay, or None."""
    return Paper.objects.filter(matter_id=stay.id, kind=notices.KIND).order_by("-created_at").first()


def issue(stay: Matter, slip: codes.Slip, base: str, *, actor: Actor, now: datetime) -> Paper:
    """Set and keep the notice with the slip. `base`: the county's public address, as a person may type it.

    The full name is printed where the post may reveal it (that view is logged, purpose: to serve a document);
    otherwise the masked name, and the person fills it in when signing.
    """
    row = Stay.objects.select_related("site__place", "room").get(pk=stay.id)
    assert row.protocol_id is not None and row.day_one is not None and row.release_due is not None
    rules = binding(row.protocol_id).rules
    name, identifier = _who(stay, actor)
    category = Category(row.category).text
    draft = notices.ObservationNotice(
        number="",
        organ=Text(stay.organ.name_zh, stay.organ.name_en),
        person=name,
        identifier=identifier,
        site=Text(row.site.place.name, f"Quarantine site {row.site.place.code} ({row.site.place.name})"),
        room=row.room.number if row.room else "",
        category=category,
        reason=_exposure(row),
        basis=[_basis(row.legal_basis)],
        day_zero=rules.on(row.day_one, 0),
        first_day=row.day_one,
        last_day=row.release_due,
        protocol=Text(
            f"适用{rules.label.zh}第 {rules.version} 版（入住当天为第 {rules.first_day} 天，满 {rules.length} 天解除）。",
            f"{rules.label.en}, version {rules.version} (check-in is day {rules.first_day}; released after "
            f"{rules.length} days).",
        ),
        daily=daily(rules),
        issued_at=now,
        page=f"{base}{reverse('my:door')}#{slip.code}",
        code=slip.code,
        contact=CONTACT,
    )
    about = About(stay.id, stay.person_id, PURPOSE)
    return notices.issue(draft, organ_code=stay.organ_id, about=about, actor=actor)


def _who(stay: Matter, actor: Actor) -> tuple[str, str]:
    assert stay.person_id is not None
    if reveals(actor):
        found = reveal(stay.person_id, ["name", "identifier"], "serve", stay.id, actor)
        number = found.get("identifier", "")
        return found.get("name", ""), masked_identifier(number) if number else ""
    shown = masked([stay.person_id])[stay.person_id]
    return f"{shown.name}(______)", shown.identifier or ""


def _exposure(row: Stay) -> Text:
    day = row.last_exposure
    if day is None:
        return Text("具体事由见隔离决定。", "The particulars are in the order.")
    return Text(
        f"末次暴露日期为{day.year}年{day.month}月{day.day}日。",
        f"The last exposure was on {day:%d %B %Y}.".replace(" 0", " "),
    )


def basis_words(text: str) -> Text:
    """Return a legal basis as it is kept (传染病防治法 第39条) in both languages; what is not known stays as written."""
    law = "传染病防治法"
    if law not in text:
        return Text(text or "—", text or "—")
    amended, article = re.search(r"(\d{4}) ?年修[正订]", text), re.search(r"第 ?(\d+) ?条", text)
    year = f" (as amended in {amended[1]})" if amended else ""
    where = f", art. {article[1]}" if article else ""
    return Text(text, f"Law on the Prevention and Treatment of Infectious Diseases{year}{where}")


def _basis(text: str) -> Text:
    words = basis_words(text)
    return Text(f"{words.zh.replace('传染病防治法', '《中华人民共和国传染病防治法》', 1)}；", f"{words.en};")


def daily(rules: Rules) -> list[Text]:
    """Return what happens each day by these rules, a line for each kind of item."""
    found = []
    for one in rules.series:
        zh, en = KIND_LABELS[one.kind]
        times = [at.strftime("%H:%M") for _, at in one.times]
        days = _spans(one.days)
        found.append(
            Text(
                f"{zh}：第 {days} 天，每天 {len(times)} 次（{'、'.join(times)} 前）；",
                f"{en}: days {days.replace('、', ', ')}, {len(times)} a day (by {' and '.join(times)});",
            )
        )
    return found


def _spans(days: tuple[int, ...]) -> str:
    if len(days) > 2 and days == tuple(range(days[0], days[-1] + 1)):
        return f"{days[0]}–{days[-1]}"
    return "、".join(map(str, days))
