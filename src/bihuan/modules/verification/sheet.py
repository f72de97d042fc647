"""What stands on a call sheet: who, why, what was tried, how far the officer has come. Personal values stay masked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import connection

from bihuan.core.access.actors import Actor
from bihuan.core.access.models import Officer
from bihuan.core.clock.calendar import SHANGHAI
from bihuan.core.matters.models import Matter
from bihuan.core.people.masks import Masked, masked
from bihuan.core.spec import Choice, Text
from bihuan.modules.verification import scripts
from bihuan.modules.verification.matter import ITEM
from bihuan.modules.verification.models import Item, Tried
from bihuan.modules.verification.payloads import Measure, Missed, Unverified, Why
from bihuan.modules.verification.records import Asking, Found, kind_text, look_up
from bihuan.modules.verification.roster import LANGUAGES
from bihuan.modules.verification.services import SOURCES
from bihuan.modules.verification.waiting import same_persons

MOST: Final = 1000
"""Up to here those who wait are counted one by one; beyond, it is "1,000 and more"."""
COUNTS = """
SELECT (SELECT count(*) FROM (SELECT 1 FROM verification_item WHERE stage = 'call' AND again_at IS NULL
          AND officer_id = %(officer)s LIMIT %(most)s) f),
       (SELECT count(*) FROM (SELECT 1 FROM verification_item WHERE stage = 'call' AND again_at IS NOT NULL
          AND officer_id = %(officer)s LIMIT %(most)s) a),
       (SELECT min(again_at) FROM verification_item WHERE stage = 'call' AND again_at IS NOT NULL
          AND officer_id = %(officer)s),
       (SELECT count(*) FROM verification_tried WHERE officer_id = %(officer)s AND at >= %(today)s
          AND method = 'phone' AND taken_back_at IS NULL),
       (SELECT count(*) FROM verification_tried WHERE officer_id = %(officer)s AND at >= %(today)s
          AND method = 'phone' AND taken_back_at IS NULL AND reached),
       (SELECT count(*) FROM verification_tried WHERE officer_id = %(officer)s AND at >= %(hour)s
          AND method = 'phone' AND taken_back_at IS NULL)
"""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an officer has come today. `pace`: calls within the last hour; `again_from`: when somebody may be rung."""

    fresh: int
    again: int
    again_from: datetime | None
    called: int
    reached: int
    pace: int

    @property
    def left(self) -> int:
        """Return how many wait, those to be rung again among them."""
        return self.fresh + self.again

    @property
    def many(self) -> bool:
        """Tell whether more wait than are counted."""
        return self.fresh >= MOST

    def done_at(self, now: datetime) -> datetime | None:
        """Return when the sheet is through at the pace of the last hour; None where there is no telling yet."""
        if self.pace < 3 or self.many or not self.left:
            return None
        return now + timedelta(hours=self.left / self.pace)


@dataclass(frozen=True, slots=True)
class Earlier:
    """An attempt before this one."""

    at: datetime
    text: Text
    who: str


@dataclass(frozen=True, slots=True)
class Back:
    """The latest result, which may be taken back: of whom, and which."""

    person: Masked | None
    text: Text
    entry: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """One person on a call sheet."""

    item: Item
    number: str
    person: Masked
    source: Text
    source_number: str
    says: Text
    earlier: Sequence[Earlier]


def progress(actor: Actor, now: datetime) -> Progress:
    """Return how far the officer has come today. One query."""
    today = now.astimezone(SHANGHAI).replace(hour=0, minute=0, second=0, microsecond=0)
    asked = {"officer": actor.officer_id, "most": MOST, "today": today, "hour": now - timedelta(hours=1)}
    with connection.cursor() as cursor:
        cursor.execute(COUNTS, asked)
        row = cursor.fetchone()
    assert row is not None
    return Progress(*row)


def sheet(item_id: UUID, back: Item | None) -> tuple[Sheet, Back | None]:
    """Return what stands on the sheet of one person, and what may be taken back. At most five queries."""
    wanted = {item_id, *((back.matter_id,) if back else ())}
    rows = {row.matter_id: row for row in Item.objects.filter(pk__in=wanted).select_related("matter")}
    item = rows[item_id]
    source = Matter.objects.only("number", "title_zh", "title_en").filter(pk=item.source_id).first()
    before = rows[back.matter_id].matter.person_id if back else None
    person_id = item.matter.person_id
    assert person_id is not None
    people = masked({one for one in (person_id, before) if one is not None})
    made = Sheet(
        item, item.matter.number, people[person_id], _named(source) or SOURCES[item.source],
        source.number if source else "", scripts.spoken(item), _earlier(item_id),
    )  # fmt: skip
    if back is None or back.last_entry is None:
        return made, None
    return made, Back(people.get(before) if before else None, step_text(back.last_step), back.last_entry)


def _named(source: Matter | None) -> Text | None:
    if source is None or not source.title_zh:
        return None
    return Text(source.title_zh, source.title_en or source.title_zh)


def _earlier(item_id: UUID) -> list[Earlier]:
    tried = list(Tried.objects.filter(item_id=item_id, taken_back_at=None).order_by("-at")[:6])
    if not tried:
        return []
    names = Officer.objects.in_bulk([t.officer_id for t in tried if t.officer_id is not None])
    return [
        Earlier(t.at, result_text(t.result), str(names.get(t.officer_id, "")) if t.officer_id else "")
        for t in tried
    ]


RESULTS: Final[tuple[type[Choice], ...]] = (Missed, Why, Unverified)


def result_text(code: str) -> Text:
    """Return the result of an attempt in words: a miss, a reason, or the step that was taken."""
    for kind in RESULTS:
        for member in kind:
            if member == code:
                return member.text
    return step_text(code)


def step_text(code: str) -> Text:
    """Return a step's label."""
    known = next((t for t in ITEM.transitions if t.code == code), None)
    return Text(code, code) if known is None else known.label


@dataclass(frozen=True, slots=True)
class Record:
    """A record found on the person, as the sheet shows it."""

    text: Text
    at: datetime
    entry: int
    settles: bool


def records(item: Item, person_id: UUID, jurisdiction: str) -> list[Record]:
    """Return what the county holds on the person that bears on this; the settling ones first."""
    same = same_persons([person_id])[person_id]
    asked = [Asking(item.matter_id, same, item.reason, item.pushed_at)]
    found: list[Found] = look_up(asked, jurisdiction).get(item.matter_id, [])
    return [Record(kind_text(one.kind), one.at, one.entry_id, one.settles) for one in found[:6]]


def choices() -> dict[str, object]:
    """Return what may be chosen on every sheet."""
    return {
        "measures": [one for one in Measure if one is not Measure.NONE],
        "languages": list(LANGUAGES.items()),
        "keys": KEYS,
    }


@dataclass(frozen=True, slots=True)
class Key:
    """One of the eight keys."""

    digit: str
    text: Text
    note: Text


KEYS: Final = (
    Key("1", Text("属实", "As stated"), Text("与登记一致，办结", "as registered; closed")),
    Key("2", Text("不属实", "Not as stated"), Text("写一句实情", "write how it is")),
    Key("3", Text("已离开本县", "Moved away"), Text("记去向县，转出当地", "name the county; forwarded")),
    Key("4", Text("需上门核查", "Needs a visit"), Text("派给所在乡镇", "goes to the township")),
    Key("5", Text("无人接听", "No answer"), Text("换时段自动再排", "again at another time of day")),
    Key("6", Text("空号或不是本人", "Wrong number"), Text("不再拨，改上门", "not rung again; a visit")),
    Key("7", Text("不愿回答", "Will not answer"), Text("尊重，记录，转组长", "respected; goes to the lead")),
    Key(
        "8", Text("需要帮助", "Needs help"), Text("就医、生活、语言，转组长", "medical, daily life, language")
    ),
)
