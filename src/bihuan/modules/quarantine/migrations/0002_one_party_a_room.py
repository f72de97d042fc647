"""The database lets no two parties overlap in a room, and no person be placed twice, unless disputed.

Core GiST only (no contrib extension on the embedded server): a time range in a room is a box whose one side is the
room's number and the other the seconds; half-open, hence the millisecond. `AT TIME ZONE 'UTC'` makes it immutable.
"""

from django.db import migrations

SPAN = (
    "box(point({key}::float8, extract(epoch FROM since AT TIME ZONE 'UTC')::float8),"
    " point({key}::float8, extract(epoch FROM until AT TIME ZONE 'UTC')::float8 - 0.001))"
)
EXCLUDE = (
    "ALTER TABLE {table} ADD CONSTRAINT {name} EXCLUDE USING gist ({span} WITH &&)"
    " WHERE (NOT disputed AND since < until)"
)


class Migration(migrations.Migration):
    dependencies = [("quarantine", "0001_initial")]

    operations = [
        migrations.RunSQL(
            EXCLUDE.format(
                table="quarantine_occupancy", name="one_party_a_room", span=SPAN.format(key="room_id")
            ),
            "ALTER TABLE quarantine_occupancy DROP CONSTRAINT one_party_a_room",
        ),
        migrations.RunSQL(
            EXCLUDE.format(
                table="quarantine_placement",
                name="one_placement_a_person",
                span=SPAN.format(key="person_no"),
            ),
            "ALTER TABLE quarantine_placement DROP CONSTRAINT one_placement_a_person",
        ),
        migrations.RunSQL(
            "ALTER TABLE quarantine_occupancy ADD CONSTRAINT occupancy_runs_forward CHECK (until >= since)",
            "ALTER TABLE quarantine_occupancy DROP CONSTRAINT occupancy_runs_forward",
        ),
        migrations.RunSQL(
            "ALTER TABLE quarantine_placement ADD CONSTRAINT placement_runs_forward CHECK (until >= since)",
            "ALTER TABLE quarantine_placement DROP CONSTRAINT placement_runs_forward",
        ),
    ]
