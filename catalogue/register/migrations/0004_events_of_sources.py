"""Events about a source named it in their notes; now they refer to it."""

from typing import Any

from django.db import migrations


def refer(apps: Any, _editor: Any) -> None:
    known = set(apps.get_model("register", "Source").objects.values_list("pk", flat=True))
    events = apps.get_model("register", "Event").objects
    for event in events.filter(action__in=("remove", "permission"), source=None).iterator():
        name = event.note.split(":")[0]
        if name in known:
            events.filter(pk=event.pk).update(source=name)


class Migration(migrations.Migration):
    dependencies = [("register", "0003_withdrawal")]
    operations = [migrations.RunPython(refer, migrations.RunPython.noop)]
