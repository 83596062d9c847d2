"""DKAN: the metastore of version 2, and the data.json of any version."""

from collections.abc import Iterable

from harvesters.base import Answer, Event, Failure, LastPage, Parts, Source, no_parts
from harvesters.dcat_us_mapping import map_dataset
from harvesters.errors import MalformedAnswer
from harvesters.evidence import Lead, Recognised, Seen, root_of
from harvesters.jsonpages import JsonPages
from harvesters.jsonstream import ArrayMembers
from harvesters.jsonvalues import dig
from harvesters.package import Mapped
from harvesters.phrases import phrase
from harvesters.spool_lines import Ask, Record


class Dkan(JsonPages):
    """DKAN 2 answers with all its datasets at once, in the words of DCAT-US, from its metastore; where that is closed, and for
    DKAN 1, the portal's data.json is read. It states no count: the one answer is all.
    """

    protocol = "dkan"
    title = "DKAN metastore"
    version = 2
    standard = "https://dkan.readthedocs.io/en/latest/apis/index.html"
    lists = ((),)
    id_paths = (("identifier",), ("identifier", "data"))

    def page_url(self, start: int, size: int) -> str:
        """All datasets; the metastore has no pages."""
        return f"{root_of(self.source.url)}api/1/metastore/schemas/dataset/items"

    def read(self, answer: Answer) -> Iterable[Event]:
        """Every dataset of the one answer."""
        with answer.open() as file:
            members = ArrayMembers(file, self.lists, self.source.max_record_bytes, None, answer.url)
            for member in members:
                yield from self.member(member, answer)
            if not members.found:
                raise MalformedAnswer(
                    phrase("no-list-in-place", url=answer.url, name=self.title), phrase("do-check-address")
                )
        yield LastPage()

    def instead(self, ask: Ask, failure: Failure) -> Iterable[Ask]:
        """The data.json."""
        yield Ask(f"{root_of(self.source.url)}data.json", protocol="dcat-us")

    @classmethod
    def leads(cls, seen: Seen) -> Iterable[Lead]:
        """The metastore, where the page bears the marks of DKAN or of a Drupal that lists datasets."""
        text = seen.text.lower() if seen.is_html else ""
        marked = "dkan" in text or ("drupal" in seen.generator and "dataset" in text)
        url = f"{seen.root}api/1/metastore/schemas/dataset/items"
        if marked:
            yield Lead(url, 80, phrase("page-bears-marks", name="DKAN"), "application/json")
        elif "/api/1/metastore" in seen.url:
            yield Lead(url, 58, phrase("address-looks-like", name="DKAN"), "application/json")
        elif seen.reported:
            yield Lead(url, 11, phrase("usual-place", name="DKAN"), "application/json")

    @classmethod
    def recognise(cls, seen: Seen) -> Recognised | None:
        """The metastore's list."""
        answer = seen.json
        if not seen.whole and seen.url.endswith("/metastore/schemas/dataset/items") and seen.body[:2] == b"[{":
            return Recognised(95, seen.root, phrase("begins-in-form", name="DKAN metastore"))
        if "/metastore/schemas/dataset/items" not in seen.url or not isinstance(answer, list):
            return None
        if all(dig(member, "title") and dig(member, "identifier") for member in answer):
            return Recognised(95, seen.root, phrase("answers-with-datasets", name="DKAN metastore"), len(answer))
        return None

    @classmethod
    def package(cls, record: Record, source: Source, parts: Parts = no_parts) -> Mapped:
        """Map one dataset, which is in the words of DCAT-US."""
        return map_dataset(record, source, cls.protocol)
