"""A seal also signs the plain hash of its list, quicker to check, and what it found that was not ours."""

from django.db import migrations, models

from bihuan.core.ledger.models import NumbersField


class Migration(migrations.Migration):
    dependencies = [("ledger", "0003_seals")]

    operations = [
        migrations.AddField("seal", "foreign_numbers", NumbersField(default="{}"), preserve_default=False),
        migrations.AddField("seal", "list_hash", models.BinaryField(default=b""), preserve_default=False),
    ]
