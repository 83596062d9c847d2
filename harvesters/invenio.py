"""InvenioRDM and Zenodo: the search of a repository."""

from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import quote, urlencode

from harvesters.base import Answer, Event, Option, Parts, Source, Trouble, no_parts
from harvesters.evidence import Lead, Recognised, Seen, root_of
from harvesters.findings import find
from harvesters.jsonpages import JsonPages
from harvesters.jsonrecord import decoded_json, remainder
from harvesters.jsonvalues import dig, members, texts, words
from harvesters.mapping import Draft, Reading, describe
from harvesters.package import Additions, Mapped, Place, Publisher
from harvesters.phrases import phrase
from harvesters.spool_lines import Ask, Record

WINDOW = 10_000
"""The search shows no more members (index.max_result_window of the search engine beneath)."""

READ = frozenset(
    {
        *(
            "title",
            "description",
            "keywords",
            "subjects",
            "creators",
            "contributors",
            "publication_date",
            "license",
            "rights",
        ),
        *(
            "access_right",
            "access_right_category",
            "resource_type",
            "locations",
            "languages",
            "language",
            "publisher",
            "version",
        ),
        *("doi", "dates"),
    }
)


class Invenio(JsonPages):
    """The search of InvenioRDM and of Zenodo (`/api/records`), limited to datasets, the oldest first. Creators are persons, and
    are not taken over. A repository beyond 10,000 datasets needs a filter (option `q`): the search shows no more, and the
    harvest says so.
    """

    protocol = "invenio"
    title = "InvenioRDM and Zenodo search"
    standard = "https://inveniordm.docs.cern.ch/reference/rest_api_drafts_records/"
    incremental = True
    options = (
        Option("q", "a search that limits what is read, in the repository's query language"),
        Option("communities", "only the records of this community"),
        Option("page_size", "datasets a page, where the repository needs fewer than 100"),
    )
    page_sizes = (100, 25)
    lists = (("hits", "hits"),)
    totals = (("hits", "total"), ("hits", "total", "value"))

    def page_url(self, start: int, size: int) -> str:
        """A page by its number."""
        query: dict[str, str | int] = {"type": "dataset", "sort": "oldest", "page": start // size + 1, "size": size}
        filters = [str(self.source.options["q"])] if "q" in self.source.options else []
        if self.source.since is not None:
            filters.append(f"updated:[{self.source.since} TO *]")
        if filters:
            query["q"] = " AND ".join(f"({each})" for each in filters)
        if "communities" in self.source.options:
            query["communities"] = str(self.source.options["communities"])
        return f"{root_of(self.source.url)}api/records?{urlencode(query)}"

    def after(self, answer: Answer, envelope: dict[str, Any], received: int) -> Iterator[Event]:
        """The next page, up to the window."""
        for event in super().after(answer, envelope, received):
            if isinstance(event, Ask) and int(event.note.get("start") or 0) + int(event.note.get("size") or 0) > WINDOW:
                yield Trouble(phrase("search-window", window=WINDOW))
            else:
                yield event

    @classmethod
    def leads(cls, seen: Seen) -> Iterable[Lead]:
        """The search."""
        marked = seen.is_html and ("invenio" in seen.text.lower() or "zenodo" in seen.text.lower())
        if seen.reported or marked:
            weight, because = (78, "page-bears-marks") if marked else (8, "usual-place")
            url = f"{seen.root}api/records?type=dataset&size=1"
            yield Lead(url, weight, phrase(because, name="Invenio"), "application/json")

    @classmethod
    def recognise(cls, seen: Seen) -> Recognised | None:
        """The search's list."""
        hits = dig(seen.json, "hits")
        listed = dig(hits, "hits")
        if isinstance(listed, list) and "/api/records" in seen.url and all(dig(m, "metadata", "title") for m in listed):
            total = hits.get("total") if isinstance(hits.get("total"), int) else dig(hits, "total", "value")
            return Recognised(95, root_of(seen.url), phrase("answers-with-datasets", name="Invenio"), total)
        return None

    @classmethod
    def package(cls, record: Record, source: Source, parts: Parts = no_parts) -> Mapped:
        """Map one record of either software."""
        said = decoded_json(record)
        stated = dig(said, "metadata")
        if not isinstance(stated, dict) or record.id is None:
            return Mapped(
                None, [find("record-malformed", value=record.id or "", why=phrase("why-lacks", field="metadata"))]
            )
        reading = Reading(record.url)
        languages = reading.languages(
            [dig(m, "id") or m for m in members(stated.get("languages") or stated.get("language"))], "languages"
        )
        tag = languages[0].tag or "und" if len(languages) == 1 else "und"
        base = root_of(record.url)
        homepage = next(
            (
                url
                for key in ("self_html", "html")
                if (raw := dig(said, "links", key)) and (url := reading.link(raw, f"links.{key}"))
            ),
            f"{base}records/{quote(record.id)}",
        )
        publisher = reading.text(stated.get("publisher"))
        licences = [
            licence
            for raw in [*members(stated.get("license")), *members(stated.get("rights"))]
            if (licence := reading.licence("license", id=dig(raw, "id") or (raw if isinstance(raw, str) else None)))
        ]
        doi = reading.text(dig(said, "pids", "doi", "identifier") or said.get("doi") or stated.get("doi"))
        keywords = [
            *words(stated.get("keywords")),
            *words([dig(m, "subject") for m in members(stated.get("subjects"))]),
        ]
        additions = Additions(
            source=source.id,
            native_id=record.id,
            protocol=cls.protocol,
            titles=texts(stated.get("title"), tag, reading.text),
            descriptions=texts(stated.get("description"), tag, reading.description),
            keywords={tag: keywords},
            languages=languages,
            publisher=Publisher(name=publisher) if publisher else None,
            issued=reading.moment(stated.get("publication_date"), "metadata.publication_date"),
            modified=reading.moment(said.get("updated"), "updated"),
            spatial=_places(stated.get("locations"), reading),
            access_rights=reading.text(stated.get("access_right") or dig(said, "access", "status")),
            licences=licences,
            identifiers=[f"https://doi.org/{doi}"] if doi and not doi.startswith("http") else [doi] if doi else [],
            more=remainder(stated, READ),
        )
        drafts = _drafts(said, record.id, base, reading) or [
            Draft(path="links", raw=homepage, access_url=homepage, format="HTML")
        ]
        return describe(
            source, additions, drafts, reading, homepage=homepage, version=reading.text(stated.get("version"))
        )


def _places(value: object, reading: Reading) -> list[Place]:
    """Locations by name; a point is kept in the words, since a place is a box or none."""
    features = dig(value, "features") if isinstance(value, dict) else value
    found = (reading.text(dig(member, "place") or dig(member, "description")) for member in members(features))
    return [Place(text=text) for text in found if text]


def _drafts(said: dict[str, Any], identifier: str, base: str, reading: Reading) -> list[Draft]:
    """The files: a list (Zenodo of old) or entries by name (InvenioRDM)."""
    files = said.get("files")
    listed = list(dig(files, "entries").values()) if isinstance(dig(files, "entries"), dict) else members(files)
    drafts = []
    for index, raw in enumerate(each for each in listed if isinstance(each, dict)):
        name = reading.text(raw.get("key") or raw.get("filename"))
        link = dig(raw, "links", "content") or dig(raw, "links", "self") or dig(raw, "links", "download")
        if link is None and name:
            link = f"{base}api/records/{quote(identifier)}/files/{quote(name)}/content"
        if link is None:
            continue
        algorithm, _, digest = str(raw.get("checksum") or "").rpartition(":")
        drafts.append(
            Draft(
                path=f"files[{index}]",
                raw=raw,
                download_url=link,
                native_id=reading.text(raw.get("id") or raw.get("file_id")),
                titles={"und": name} if name else {},
                format=raw.get("type") or (name.rpartition(".")[2] if name and "." in name else None),
                media_type=raw.get("mimetype"),
                size=raw.get("size"),
                digest=digest or None,
                digest_algorithm=algorithm or None,
            )
        )
    return drafts
