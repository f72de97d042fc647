"""The records behind the figures of quarantine, as SELECTs over the ledger (`figures.py` says what they mean)."""

from __future__ import annotations

from bihuan.core.spec.figures import Rows

SITES_OPEN = Rows(
    "SELECT entry_id, matter_id, place_id, occurred_at FROM (SELECT DISTINCT ON (matter_id) id AS entry_id,"
    " matter_id, place_id, to_state, occurred_at FROM known WHERE kind LIKE 'quarantine.site.%%'"
    " AND to_state IS DISTINCT FROM from_state ORDER BY matter_id, occurred_at DESC, version DESC) s"
    " WHERE to_state = 'open'"
)

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


def persons(*states: str) -> Rows:
    """Return the persons whose last stay stands in one of these states."""
    return Rows(
        "SELECT id AS entry_id, matter_id, person_id, place_id, to_state, occurred_at FROM person_standing"
        " WHERE to_state = ANY(%(states)s)",
        given=STOOD,
        parameters={"states": list(states)},
    )


PRESENT, FREED = ("admitted", "observed", "release_due"), ("released", "home")


def persons_ever(*, but: tuple[str, ...] = ()) -> Rows:
    """Return the persons ever checked in, but for those whose last stay stands in one of these states."""
    return Rows(
        "SELECT id AS entry_id, matter_id, person_id, place_id, to_state, occurred_at FROM person_standing p"
        " WHERE to_state <> ALL(%(but)s) AND (to_state <> 'revoked' OR EXISTS"
        " (SELECT 1 FROM known k WHERE k.matter_id = p.matter_id AND k.kind = 'quarantine.stay.admit'))",
        given=STOOD,
        parameters={"but": list(but)},
    )


def entries(kind: str) -> Rows:
    """Return the entries of one kind, each a record."""
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


def positives(onset: str | None = None) -> Rows:
    """Return the first positive test of each stay; of one onset class where it is named."""
    return Rows(
        "SELECT id AS entry_id, matter_id, person_id, place_id, day, onset, occurred_at FROM positive"
        " WHERE %(onset)s::text IS NULL OR onset = %(onset)s",
        given=(POSITIVE,),
        parameters={"onset": onset},
    )


# A stay as figures see it: when it began, by which protocol its items are due, when it ended. `day_one` is 00:00 of
# the first day, local time; `since` and `till` are minutes from it, as the protocol's offsets are.
CHANGED = """changed AS MATERIALIZED (
  SELECT DISTINCT ON (matter_id) matter_id, (payload->>'protocol_id')::int AS protocol
    FROM known WHERE kind = 'quarantine.stay.change_protocol' ORDER BY matter_id, occurred_at DESC, id DESC
)"""
MINUTES = "(extract(epoch FROM {} - s.day_one) / 60)::float8"
BOUND = f"""bound AS MATERIALIZED (
  SELECT s.id, s.matter_id, s.person_id, s.place_id, s.day_one, s.protocol,
         {MINUTES.format("s.admitted_at")} AS since, {MINUTES.format("s.until")} AS till
    FROM (SELECT a.id, a.matter_id, a.person_id, a.place_id, a.occurred_at AS admitted_at,
                 ((a.payload->>'day_one') || 'T00:00:00+08:00')::timestamptz AS day_one,
                 coalesce(c.protocol, (a.payload->>'protocol_id')::int) AS protocol,
                 least(%(cutoff)s - interval '1 microsecond', e.occurred_at) AS until
            FROM known a LEFT JOIN changed c ON c.matter_id = a.matter_id
            LEFT JOIN standing e ON e.matter_id = a.matter_id
             AND e.to_state IN ('released', 'transferred', 'hospital', 'home', 'died', 'revoked', 'handed_over')
           WHERE a.kind = 'quarantine.stay.admit') s
)"""  # noqa: S608
DUE = """due AS (
  SELECT b.id, b.matter_id, b.person_id, b.place_id, i.code AS item,
         b.day_one + i.offset * interval '1 minute' AS due_at
    FROM bound b JOIN quarantine_protocolitem i
      ON i.protocol_id = b.protocol AND i.offset > b.since AND i.offset <= b.till
)"""
SETTLES = """k.kind IN ('quarantine.stay.observe', 'quarantine.stay.record_test', 'quarantine.stay.waive')
     AND coalesce(k.payload->>'no_answer', 'false') = 'false' AND k.payload->>'result' IS DISTINCT FROM 'invalid'"""
DONE = f"""done AS MATERIALIZED (
  SELECT k.id, k.matter_id, k.payload->>'item' AS item, k.occurred_at FROM known k WHERE {SETTLES}
)"""  # noqa: S608
# What the narrow copy repeats (`done.py` writes it): as known, so nothing in it is replaced.
COPIES = {
    "quarantine_done": "SELECT k.id AS entry_id, k.matter_id AS stay_id, k.jurisdiction, k.payload->>'item' AS item,"  # noqa: S608
    f" k.occurred_at, k.recorded_at, NULL::timestamptz AS replaced_at FROM known k WHERE {SETTLES}"
}
# The same numbers without making every settled item a row twice: how many due times of the protocol lie in a stay's
# time, and how many settled items of the narrow copy do.
COUNTED = """counted AS MATERIALIZED (
  SELECT (SELECT count(*)
            FROM bound b JOIN quarantine_protocolitem i
              ON i.protocol_id = b.protocol AND i.offset > b.since AND i.offset <= b.till) AS due,
         (SELECT count(*)
            FROM (SELECT d.item, b.protocol, b.since, b.till
                    FROM quarantine_done d JOIN bound b ON b.matter_id = d.stay_id
                   WHERE d.jurisdiction = %(jurisdiction)s AND d.occurred_at < %(cutoff)s
                     AND d.recorded_at <= %(known_at)s AND (d.replaced_at IS NULL OR d.replaced_at > %(known_at)s)
                  OFFSET 0) d  -- stays first: the planner would rather make every item of every stay a row
            JOIN quarantine_protocolitem i
              ON i.protocol_id = d.protocol AND i.code = d.item AND i.offset > d.since AND i.offset <= d.till) AS done
)"""
ITEM_CTES = (STANDING, CHANGED, BOUND, COUNTED, DUE, DONE)
ITEMS_DUE = Rows(
    "SELECT id AS entry_id, matter_id, place_id, item, due_at FROM due",
    given=ITEM_CTES,
    copies=COPIES,
    count="SELECT due FROM counted",
)
ITEMS_DONE = Rows(
    "SELECT o.id AS entry_id, d.matter_id, d.place_id, d.item, d.due_at, o.occurred_at"
    " FROM due d JOIN done o ON o.matter_id = d.matter_id AND o.item = d.item",
    given=ITEM_CTES,
    copies=COPIES,
    count="SELECT done FROM counted",
)
ITEMS_OVERDUE = Rows(
    "SELECT d.id AS entry_id, d.matter_id, d.place_id, d.item, d.due_at FROM due d WHERE NOT EXISTS"
    " (SELECT 1 FROM done o WHERE o.matter_id = d.matter_id AND o.item = d.item)",
    given=ITEM_CTES,
    copies=COPIES,
    count="SELECT due - done FROM counted",
)
