from django.db import migrations

from harvesters.identity import store_key

BATCH = 2_000


def rekey(apps, schema_editor):
    """Datasets whose native identifier is too long for a key, or has NUL, are known by what stands for it from now on. Their
    records are mapped again, so that each has the finding that says so."""
    Dataset = apps.get_model("datasets", "Dataset")
    rows = Dataset.objects.order_by().values_list("pk", "native_id").iterator(BATCH)
    other = [(pk, key) for pk, native_id in rows if (key := store_key(native_id)) != native_id]
    for pk, key in other:
        Dataset.objects.filter(pk=pk).update(native_id=key, record_hash="")


class Migration(migrations.Migration):

    dependencies = [
        ('datasets', '0002_withdrawn'),
    ]

    operations = [
        migrations.RunPython(rekey, migrations.RunPython.noop, elidable=True),
    ]
