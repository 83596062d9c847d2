"""Reading the values of one record, and noting what cannot be read: one way for every protocol."""

from harvesters.findings import Finding, find
from harvesters.values import (
    Frequency,
    Language,
    Licence,
    Moment,
    Period,
    clean_text,
    read_date,
    read_description,
    read_frequency,
    read_languages,
    read_licence,
    read_period,
    read_url,
)

MAX_FINDINGS_PER_CODE = 20
"""Of one record; what comes above is counted in one finding `further-findings`."""


class Reading:
    """Reads the values of one record, and notes with their place what cannot be read.

    base: the address that relative links are resolved against. Every method takes a value as the portal sent it, of any
    type, and `path`, its place in the record.
    """

    def __init__(self, base: str | None) -> None:
        self.base = base
        self._findings: list[Finding] = []
        self._counts: dict[str, int] = {}

    def note(self, code: str, path: str = "", value: object = "", **params: object) -> None:
        """Add a finding; of one code at most `MAX_FINDINGS_PER_CODE` are kept, and the rest counted."""
        count = self._counts[code] = self._counts.get(code, 0) + 1
        if count <= MAX_FINDINGS_PER_CODE:
            self._findings.append(find(code, path, value, **params))

    def findings(self) -> list[Finding]:
        """What was found, in the order in which it was."""
        further = [
            find("further-findings", value=code, count=count - MAX_FINDINGS_PER_CODE)
            for code, count in self._counts.items()
            if count > MAX_FINDINGS_PER_CODE
        ]
        return [*self._findings, *further]

    def text(self, raw: object) -> str | None:
        """A plain text (a title, a name), cleaned; None where nothing is said."""
        return clean_text(raw)

    def description(self, raw: object) -> str | None:
        """A longer text, HTML made plain; None where nothing is said."""
        text = read_description(raw)
        return (text.text or None) if text is not None else None

    def moment(self, raw: object, path: str) -> Moment | None:
        """A date at its own precision, or kept as text with `date-unreadable`."""
        moment = read_date(raw)
        if moment is not None and moment.value is None:
            self.note("date-unreadable", path, moment.text)
        return moment

    def period(self, raw: object, path: str) -> Period | None:
        """A period with one end or two, or kept as text with `date-unreadable`."""
        period = read_period(raw)
        if period is not None:
            ends = [end for end in (period.start, period.end) if end is not None]
            if not any(end.value for end in ends) or any(end.value is None for end in ends):
                self.note("date-unreadable", path, period.text)
        return period

    def languages(self, raw: object, path: str) -> list[Language]:
        """Languages, each with its tag or else with `language-unreadable`."""
        languages = read_languages(raw)
        for language in languages:
            if language.tag is None:
                self.note("language-unreadable", path, language.text)
        return languages

    def frequency(self, raw: object, path: str) -> Frequency | None:
        """How often a dataset changes, or its text with `frequency-unreadable`."""
        frequency = read_frequency(raw)
        if frequency is not None and frequency.code is None and frequency.period is None:
            self.note("frequency-unreadable", path, frequency.text)
        return frequency

    def licence(
        self,
        path: str,
        *,
        id: object = None,  # noqa: A002 (the word of the field)
        title: object = None,
        url: object = None,
    ) -> Licence | None:
        """A licence from whatever of its id, title and URL is given, or its text with `licence-unknown`."""
        licence = read_licence(id, title, url)
        if licence is not None and licence.spdx is None and licence.open is None:
            self.note("licence-unknown", path, licence.text)
        return licence

    def link(self, raw: object, path: str, code: str = "url-invalid") -> str | None:
        """An absolute URL; None where nothing is said, and also, with a finding, where it is not one."""
        url = read_url(raw, self.base)
        if url.problem is not None:
            self.note(code, path, url.text, problem=url.problem)
        return url.url
