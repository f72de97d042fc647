"""The ledger entries that move a matter, apart from the many that only record: what standing figures read."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("matters", "0001_initial"), ("ledger", "0001_initial")]

    operations = [
        migrations.RunSQL(
            "CREATE INDEX ledger_moves ON ledger_entry (matter_id, occurred_at DESC, version DESC)"
            " WHERE to_state IS DISTINCT FROM from_state",
            "DROP INDEX ledger_moves",
        )
    ]
