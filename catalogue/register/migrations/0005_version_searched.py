from django.db import migrations, models

from catalogue.register.searching import searched

BATCH = 500


def fill(apps, schema_editor):
    """Versions that were kept before are searched too."""
    Version = apps.get_model("register", "Version")
    rows = []
    for version in Version.objects.only("pk", "fields").order_by("pk").iterator(BATCH):
        version.searched = searched(version.fields)
        rows.append(version)
        if len(rows) == BATCH:
            Version.objects.bulk_update(rows, ["searched"])
            rows = []
    Version.objects.bulk_update(rows, ["searched"])


class Migration(migrations.Migration):

    dependencies = [
        ('register', '0004_events_of_sources'),
    ]

    operations = [
        migrations.AddField(
            model_name='version',
            name='searched',
            field=models.TextField(blank=True, default="", editable=False),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=True),
    ]
