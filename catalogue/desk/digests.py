"""What officers are told by e-mail about harvesting: which sources fail, and since how many runs."""

from catalogue.desk import mail, reading
from catalogue.harvests.models import Appointment


def send() -> int:
    """Tell every officer which sources fail; gives how many. Sends nothing where none does."""
    failing = list(
        Appointment.objects.filter(failures__gt=0, paused="", source__withdrawal=None)
        .select_related("source__state")
        .order_by("source_id")
    )
    if failing:
        observed = reading.harvested([each.source_id for each in failing])
        mail.to_officers("failing", {"failing": [(each, observed[each.source_id].run) for each in failing]})
    return len(failing)
