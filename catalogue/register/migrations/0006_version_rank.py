from django.db import migrations, models

from catalogue.register import remarks
from catalogue.register.submission_models import ranked

BATCH = 500


def fill(apps, schema_editor):
    """Versions that were kept before are judged too."""
    Version = apps.get_model("register", "Version")
    rows = []
    for version in Version.objects.only("pk", "fields").order_by("pk").iterator(BATCH):
        version.rank = ranked(remarks.read(version.fields))
        rows.append(version)
        if len(rows) == BATCH:
            Version.objects.bulk_update(rows, ["rank"])
            rows = []
    Version.objects.bulk_update(rows, ["rank"])


class Migration(migrations.Migration):

    dependencies = [
        ('register', '0005_version_searched'),
    ]

    operations = [
        migrations.AddField(
            model_name='version',
            name='rank',
            field=models.PositiveSmallIntegerField(
                choices=[(0, 'Blocked'), (1, 'Doubted'), (2, 'Fine')], default=0, editable=False
            ),
        ),
        migrations.RemoveIndex(model_name='version', name='version_of_state'),
        migrations.AddIndex(
            model_name='version',
            index=models.Index(fields=['state', 'status', 'edited'], name='version_by_age'),
        ),
        migrations.AddIndex(
            model_name='version',
            index=models.Index(fields=['state', 'status', 'rank', 'edited'], name='version_by_rank'),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=True),
    ]
