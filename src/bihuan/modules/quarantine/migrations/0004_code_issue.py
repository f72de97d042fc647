"""How often the code on a slip was made anew, so that it can be derived again and an old one ends."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("quarantine", "0003_done")]

    operations = [
        migrations.AddField("stay", "code_issue", models.SmallIntegerField(db_default=0)),
        migrations.AlterField(
            "stay", "access_code", models.BinaryField(null=True, help_text="keyed hash of the code on the slip")
        ),
    ]
