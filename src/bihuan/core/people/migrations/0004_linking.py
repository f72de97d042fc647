"""Linking finds whose identifier was mistyped by keyed hashes; people registered before get theirs now."""

from django.db import migrations, models


def fill(apps, schema_editor):
    from bihuan.core.people.link_keys import fill_missing

    fill_missing()


class Migration(migrations.Migration):
    dependencies = [("people", "0003_search_by_the_list")]

    operations = [
        migrations.AddField(
            model_name="mergecandidate", name="weight", field=models.FloatField(null=True)
        ),
        migrations.AddField(
            model_name="person", name="identifier_tail", field=models.BigIntegerField(null=True)
        ),
        migrations.AddField(
            model_name="person", name="named_head", field=models.BigIntegerField(null=True)
        ),
        migrations.RemoveIndex(model_name="person", name="person_name"),  # nothing asked for it
        migrations.AddIndex(
            model_name="person", index=models.Index(fields=["identifier_tail"], name="person_tail")
        ),
        migrations.AddIndex(
            model_name="person", index=models.Index(fields=["named_head"], name="person_head")
        ),
        migrations.AddIndex(
            model_name="person",
            index=models.Index(
                condition=models.Q(("erased_at__isnull", True), ("identifier_blind__isnull", True)),
                fields=["jurisdiction"],
                name="person_unidentified",
            ),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
