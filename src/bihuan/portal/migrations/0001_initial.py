"""Wrong codes, counted by window."""

from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = []

    operations = [
        migrations.CreateModel(
            name="WrongCodes",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "source", "window", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("source", models.BinaryField()),
                ("window", models.BigIntegerField()),
                ("count", models.IntegerField(default=0)),
            ],
        ),
    ]
