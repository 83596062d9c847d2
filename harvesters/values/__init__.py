"""One home for reading the values that portals send: pure functions, a value in and a value out, never an exception.

What cannot be read keeps its text. Nothing is invented: no day for a year, no version for a licence, no "open".
"""

from harvesters.values.dates import Moment, Period, read_date, read_epoch_ms, read_period
from harvesters.values.formats import Format, read_format
from harvesters.values.frequencies import Frequency, read_frequency
from harvesters.values.languages import Language, read_language, read_languages
from harvesters.values.licences import Licence, read_licence
from harvesters.values.text import (
    Text,
    clean_text,
    is_functional_mailbox,
    language_map,
    read_description,
    slug,
    storable,
    storable_json,
    without_personal_mail,
)
from harvesters.values.urls import Url, read_url

__all__ = [
    "Format", "Frequency", "Language", "Licence", "Moment", "Period", "Text", "Url", "clean_text", "is_functional_mailbox",
    "language_map", "read_date", "read_description", "read_epoch_ms", "read_format", "read_frequency", "read_language",
    "read_languages", "read_licence", "read_period", "read_url", "slug", "storable", "storable_json", "without_personal_mail",
]  # fmt: skip
