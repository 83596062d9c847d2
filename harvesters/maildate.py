"""Dates as mail and HTTP write them ("Wed, 21 Oct 2025 07:28:00 GMT"; RFC 5322, 3.3; RFC 9110, 5.6.7), which RSS took over."""

from datetime import UTC
from email.utils import parsedate_to_datetime


def iso_of_mail(value: object) -> object:
    """Such a date in ISO 8601, in UTC where it says its zone; anything else as it is."""
    if not isinstance(value, str):
        return value
    try:
        moment = parsedate_to_datetime(value.strip())
    except (ValueError, OverflowError):
        return value
    # "-0000" says that the zone is not known (RFC 5322, 3.3), and then none is made up.
    return moment.isoformat() if moment.tzinfo is None else moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
