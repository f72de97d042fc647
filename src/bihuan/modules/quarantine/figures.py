"""The figures of centralised quarantine, each a question to the ledger (definitions: `means`)."""

from __future__ import annotations

from bihuan.core.spec import Figure, Text
from bihuan.core.spec.figures import ReportSentence, Rows

PERSONS = Text("人", "persons")
ITEMS = Text("项", "items")
TIMES = Text("人次", "transfers")
SITES = Text("个", "sites")

# The last change of state of every stay, as known. Records that do not move a stay (observations) are passed over.
STANDING = """standing AS MATERIALIZED (
  SELECT DISTINCT ON (matter_id) id, matter_id, person_id, place_id, to_state, occurred_at
    FROM known
   WHERE kind LIKE 'quarantine.stay.%%' AND to_state IS DISTINCT FROM from_state
   ORDER BY matter_id, occurred_at DESC, version DESC
)"""
# Records merged as one person count as one: a merge is knowledge, not an event, so it holds for every cut-off
# from the moment it was recorded, until it is undone.
SAME = """same AS MATERIALIZED (
  SELECT DISTINCT ON (person_id) person_id, kind, (payload->>'into')::uuid AS into_id
    FROM ledger_entry WHERE kind IN ('people.merged', 'people.unmerged') AND recorded_at <= %(known_at)s
   ORDER BY person_id, recorded_at DESC, id DESC
)"""
# Where each person stands: in a site before anywhere else, else where the last stay led.
PERSON_STANDING = """person_standing AS (
  SELECT DISTINCT ON (person) *
    FROM (SELECT s.*, CASE WHEN m.kind = 'people.merged' THEN m.into_id ELSE s.person_id END AS person
            FROM standing s LEFT JOIN same m USING (person_id)) p
   WHERE to_state <> 'ordered'
   ORDER BY person, (to_state IN ('admitted', 'observed', 'release_due')) DESC, occurred_at DESC, id DESC
)"""
STOOD = (STANDING, SAME, PERSON_STANDING)


def _persons(*states: str) -> Rows:
    return Rows(
        "SELECT id AS entry_id, matter_id, person_id, place_id, to_state, occurred_at FROM person_standing"
        " WHERE to_state = ANY(%(states)s)",
        given=STOOD,
        parameters={"states": list(states)},
    )


def _entries(kind: str) -> Rows:
    return Rows(
        "SELECT id AS entry_id, matter_id, person_id, place_id, occurred_at FROM known WHERE kind = %(kind)s",
        parameters={"kind": kind},
    )


POSITIVE = """positive AS (
  SELECT DISTINCT ON (k.matter_id) k.id, k.matter_id, k.person_id, k.place_id, k.occurred_at,
         (k.payload->>'day')::int AS day, k.payload->>'onset' AS onset
    FROM known k
   WHERE k.kind = 'quarantine.stay.record_test' AND k.payload->>'result' = 'positive'
   ORDER BY k.matter_id, k.occurred_at, k.id
)"""


def _positives(onset: str | None = None) -> Rows:
    return Rows(
        "SELECT id AS entry_id, matter_id, person_id, place_id, day, onset, occurred_at FROM positive"
        " WHERE %(onset)s::text IS NULL OR onset = %(onset)s",
        given=(POSITIVE,),
        parameters={"onset": onset},
    )


# A stay as figures see it: when it began, by which protocol its items are due, when it ended. `since` and `till` are
# minutes from the first day's 00:00, local time, as the protocol's offsets are.
CHANGED = """changed AS MATERIALIZED (
  SELECT DISTINCT ON (matter_id) matter_id, (payload->>'protocol_id')::int AS protocol
    FROM known WHERE kind = 'quarantine.stay.change_protocol' ORDER BY matter_id, occurred_at DESC, id DESC
)"""
LOCAL_MINUTES = "(extract(epoch FROM {} AT TIME ZONE 'Asia/Shanghai' - s.day_one) / 60)::float8"
BOUND = f"""bound AS MATERIALIZED (
  SELECT s.id, s.matter_id, s.person_id, s.place_id, s.day_one, s.protocol,
         {LOCAL_MINUTES.format("s.admitted_at")} AS since, {LOCAL_MINUTES.format("s.until")} AS till
    FROM (SELECT a.id, a.matter_id, a.person_id, a.place_id, a.occurred_at AS admitted_at,
                 (a.payload->>'day_one')::date::timestamp AS day_one,
                 coalesce(c.protocol, (a.payload->>'protocol_id')::int) AS protocol,
                 least(%(cutoff)s - interval '1 microsecond', e.occurred_at) AS until
            FROM known a LEFT JOIN changed c ON c.matter_id = a.matter_id
            LEFT JOIN standing e ON e.matter_id = a.matter_id
             AND e.to_state IN ('released', 'transferred', 'hospital', 'home', 'died', 'revoked', 'handed_over')
           WHERE a.kind = 'quarantine.stay.admit') s
)"""  # noqa: S608
DUE = """due AS (
  SELECT b.id, b.matter_id, b.person_id, b.place_id, i.code AS item,
         (b.day_one + i.offset * interval '1 minute') AT TIME ZONE 'Asia/Shanghai' AS due_at
    FROM bound b JOIN quarantine_protocolitem i
      ON i.protocol_id = b.protocol AND i.offset > b.since AND i.offset <= b.till
)"""
DONE = """done AS MATERIALIZED (
  SELECT k.id, k.matter_id, k.payload->>'item' AS item, k.occurred_at FROM known k
   WHERE k.kind IN ('quarantine.stay.observe', 'quarantine.stay.record_test', 'quarantine.stay.waive')
     AND (k.payload->'no_answer' IS NULL OR k.payload->>'no_answer' = 'false')
     AND k.payload->>'result' IS DISTINCT FROM 'invalid'
)"""
# The same numbers without making every item a row: how many due times of the protocol lie in a stay's time, and
# how many settled items of the narrow copy do.
CLOCK = """clock AS MATERIALIZED (
  SELECT protocol_id, array_agg("offset"::float8 ORDER BY "offset") AS dues
    FROM quarantine_protocolitem GROUP BY protocol_id
)"""
COUNTED = """counted AS MATERIALIZED (
  SELECT (SELECT coalesce(sum(greatest(0, width_bucket(b.till, c.dues) - width_bucket(b.since, c.dues))), 0)
            FROM bound b JOIN clock c ON c.protocol_id = b.protocol) AS due,
         (SELECT count(*)
            FROM (SELECT d.item, b.protocol, b.since, b.till
                    FROM quarantine_done d JOIN bound b ON b.matter_id = d.stay_id
                   WHERE d.jurisdiction = %(jurisdiction)s AND d.occurred_at < %(cutoff)s
                     AND d.recorded_at <= %(known_at)s AND (d.replaced_at IS NULL OR d.replaced_at > %(known_at)s)
                  OFFSET 0) d  -- stays first: the planner would rather make every item of every stay a row
            JOIN quarantine_protocolitem i
              ON i.protocol_id = d.protocol AND i.code = d.item AND i.offset > d.since AND i.offset <= d.till) AS done
)"""
ITEM_CTES = (STANDING, CHANGED, BOUND, CLOCK, COUNTED, DUE, DONE)
ITEMS_DUE = Rows(
    "SELECT id AS entry_id, matter_id, place_id, item, due_at FROM due",
    given=ITEM_CTES,
    count="SELECT due FROM counted",
)
ITEMS_DONE = Rows(
    "SELECT o.id AS entry_id, d.matter_id, d.place_id, d.item, d.due_at, o.occurred_at"
    " FROM due d JOIN done o ON o.matter_id = d.matter_id AND o.item = d.item",
    given=ITEM_CTES,
    count="SELECT done FROM counted",
)
ITEMS_OVERDUE = Rows(
    "SELECT d.id AS entry_id, d.matter_id, d.place_id, d.item, d.due_at FROM due d WHERE NOT EXISTS"
    " (SELECT 1 FROM done o WHERE o.matter_id = d.matter_id AND o.item = d.item)",
    given=ITEM_CTES,
    count="SELECT due - done FROM counted",
)

ONSET = {
    "community": Text("社区感染(入住 2 天内)", "community onset (day ≤ 2)"),
    "indeterminate": Text("来源未定(第 3–7 天)", "indeterminate (days 3–7)"),
    "probable": Text("可能为点内感染(第 8–14 天)", "probable site onset (days 8–14)"),
    "definite": Text("确定为点内感染(第 15 天起)", "definite site onset (day ≥ 15)"),
}

FIGURES = (
    Figure(
        "quarantine.sites", "集中隔离点", "Quarantine sites", SITES,
        Text("截止时刻处于启用状态的集中隔离点", "Sites that stood open at the cut-off"),
        Rows(
            "SELECT entry_id, matter_id, place_id, occurred_at FROM (SELECT DISTINCT ON (matter_id) id AS entry_id,"
            " matter_id, place_id, to_state, occurred_at FROM known WHERE kind LIKE 'quarantine.site.%%'"
            " AND to_state IS DISTINCT FROM from_state ORDER BY matter_id, occurred_at DESC, version DESC) s"
            " WHERE to_state = 'open'"
        ),
        order=10,
    ),
    Figure(
        "quarantine.persons_observed", "累计集中隔离", "Persons observed in all", PERSONS,
        Text("截止时刻前办理过入住的人,同一人只计一次", "Persons ever checked in before the cut-off, each once"),
        Rows(
            "SELECT id AS entry_id, matter_id, person_id, place_id, to_state, occurred_at FROM person_standing"
            " WHERE to_state <> 'revoked' OR EXISTS (SELECT 1 FROM known k WHERE k.matter_id ="
            " person_standing.matter_id AND k.kind = 'quarantine.stay.admit')",
            given=STOOD,
        ),
        order=11,
    ),
    Figure(
        "quarantine.persons_present", "在隔人员", "Persons present", PERSONS,
        Text("截止时刻在隔离点内的人", "Persons in a site at the cut-off"),
        _persons("admitted", "observed", "release_due"),
        order=12,
        part_of="quarantine.persons_observed",
    ),
    Figure(
        "quarantine.persons_released", "已解除", "Persons released", PERSONS,
        Text(
            "末次集中隔离已解除(含经批准转居家隔离)、截止时刻不在点内的人",
            "Persons whose last stay ended in release, or in home quarantine with approval",
        ),
        _persons("released", "home"),
        order=13,
        part_of="quarantine.persons_observed",
    ),
    Figure(
        "quarantine.transfers_between_sites", "点间转运", "Transfers between sites", TIMES,
        Text("转至其他隔离点的人次", "Departures to another site"), _entries("quarantine.stay.transfer_site"),
        order=14,
    ),
    Figure(
        "quarantine.transfers_to_hospital", "转定点医院", "Transfers to hospital", TIMES,
        Text("转至定点医院的人次", "Departures to a designated hospital"),
        _entries("quarantine.stay.transfer_hospital"),
        order=15,
    ),
    Figure(
        "quarantine.positives", "核酸阳性", "Positives", PERSONS,
        Text("隔离期间首次核酸阳性的隔离记录", "Stays with a first positive test"), _positives(),
        order=16,
    ),
    *(
        Figure(
            f"quarantine.positives.{code}", f"其中{label.zh}", f"of these {label.en}", PERSONS,
            Text(f"阳性中按采样日属于“{label.zh}”的", f"Positives whose day of stay falls in: {label.en}"),
            _positives(code), part_of="quarantine.positives", order=17,
        )
        for code, label in ONSET.items()
    ),
    Figure(
        "quarantine.items_due", "应做观察项目", "Items due", ITEMS,
        Text("截止时刻前按所适用方案应完成的观察项目", "Protocol items due before the cut-off"), ITEMS_DUE,
        order=20,
    ),
    Figure(
        "quarantine.items_done", "已完成", "Items done", ITEMS,
        Text("应做项目中已做或经批准免做的", "Of the items due, done or waived"), ITEMS_DONE,
        part_of="quarantine.items_due", order=21,
    ),
    Figure(
        "quarantine.items_overdue", "逾期未做", "Items overdue", ITEMS,
        Text("应做项目中截止时刻仍未完成的", "Of the items due, still open at the cut-off"), ITEMS_OVERDUE,
        part_of="quarantine.items_due", order=22,
    ),
)  # fmt: skip

FRONT = Text("疫情防控一线", "On the front line")

SENTENCES = (
    ReportSentence(
        FRONT,
        Text(
            "全县启用集中隔离医学观察点 {quarantine.sites} 个,累计集中隔离医学观察 {quarantine.persons_observed} 人,"
            "现有在隔人员 {quarantine.persons_present} 人,解除隔离 {quarantine.persons_released} 人。",
            "{quarantine.sites} quarantine sites are open; {quarantine.persons_observed} persons have been under "
            "observation, {quarantine.persons_present} are present, {quarantine.persons_released} were released. ",
        ),
        order=10,
    ),
    ReportSentence(
        FRONT,
        Text(
            "隔离点之间转运 {quarantine.transfers_between_sites} 人次,转定点医院 "
            "{quarantine.transfers_to_hospital} 人次。",
            "There were {quarantine.transfers_between_sites} transfers between sites and "
            "{quarantine.transfers_to_hospital} to hospital.",
        ),
        order=11,
    ),
    ReportSentence(
        FRONT,
        Text(
            "按方案应完成观察 {quarantine.items_due} 项,已完成 {quarantine.items_done} 项,逾期未做 "
            "{quarantine.items_overdue} 项。",
            "{quarantine.items_due} observation items were due; {quarantine.items_done} were done, "
            "{quarantine.items_overdue} are overdue.",
        ),
        order=12, paragraph=1,
    ),
    ReportSentence(
        FRONT,
        Text(
            "检出核酸阳性 {quarantine.positives} 人,按入住后首次阳性采样日:2 天内 {quarantine.positives.community} 人,"
            "第 3 至 7 天 {quarantine.positives.indeterminate} 人,第 8 至 14 天 {quarantine.positives.probable} 人,"
            "第 15 天起 {quarantine.positives.definite} 人;是否为点内感染以流行病学调查结论为准。",
            "{quarantine.positives} positives were found; by day of the first positive sample: "
            "{quarantine.positives.community} by day 2, {quarantine.positives.indeterminate} on days 3 to 7, "
            "{quarantine.positives.probable} on days 8 to 14, {quarantine.positives.definite} from day 15. Whether "
            "any was acquired in a site is for the case investigation to say.",
        ),
        order=13, paragraph=2,
    ),
)  # fmt: skip
