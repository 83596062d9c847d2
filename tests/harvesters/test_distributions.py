"""From distributions to resources: addresses, names, formats, sizes, checksums, and what is left out."""

import pytest

from harvesters.distributions import MAX_RESOURCES, Draft, build_resources
from harvesters.package import Resource
from harvesters.reading import Reading


def build(*drafts: Draft) -> tuple[list[Resource], list[str]]:
    reading = Reading("https://data.example/catalogue/")
    built = build_resources(drafts, [], reading)
    return built.resources, [finding.code for finding in reading.findings()]


def one(**fields: object) -> Resource:
    (resource,), _ = build(Draft(path="resources[0]", raw=None, **{"download_url": "https://x.example/f", **fields}))
    return resource


@pytest.mark.parametrize(
    ("download", "access", "path", "access_url", "codes"),
    [
        ("https://x.example/a", None, "https://x.example/a", None, []),
        (None, "https://x.example/a", "https://x.example/a", "https://x.example/a", []),
        ("https://x.example/a", "https://x.example/b", "https://x.example/a", "https://x.example/b", []),
        ("javascript:x", "https://x.example/b", "https://x.example/b", "https://x.example/b", ["resource-url-invalid"]),
        ("files/a.csv", None, "https://data.example/catalogue/files/a.csv", None, []),
        ("ftp://x.example/a", None, "ftp://x.example/a", None, []),
        ("https://user:secret@x.example/a", None, "https://x.example/a", None, ["resource-url-invalid"]),
        ("https://x.example/a https://x.example/b", None, None, None, ["resource-url-invalid"]),
        ("", "", None, None, ["resource-url-empty"]),
        ("null", None, None, None, ["resource-url-empty"]),
        (None, None, None, None, ["resource-url-empty"]),
        ({"not": "a text"}, None, None, None, ["resource-url-empty"]),
    ],
)
def test_addresses(
    download: object, access: object, path: str | None, access_url: str | None, codes: list[str]
) -> None:
    raw = {"title": "as sent"}
    reading = Reading("https://data.example/catalogue/")
    built = build_resources([Draft(path="d[0]", raw=raw, download_url=download, access_url=access)], [], reading)
    assert [resource.path for resource in built.resources] == ([path] if path else [])
    assert [resource.catalogue.access_url for resource in built.resources] == ([access_url] if path else [])
    assert built.left_out == ([] if path else [raw])
    assert [finding.code for finding in reading.findings()] == codes


@pytest.mark.parametrize(
    ("titles", "names"),
    [
        (["CSV", "CSV", "csv", "JSON"], ["csv", "csv-2", "csv-3", "json"]),
        (["a", "a-2", "a", "a"], ["a", "a-2", "a-3", "a-4"]),
        (["Año 2024", "合同"], ["ano-2024", "hetong"]),
        (["!!!", "???"], ["x", "x-2"]),
        (["t" * 300], ["t" * 60]),
    ],
)
def test_names_are_unique_and_readable(titles: list[str], names: list[str]) -> None:
    resources, _ = build(
        *(Draft(path="d", raw=None, download_url="https://x.example/f", titles={"en": title}) for title in titles)
    )
    assert [resource.name for resource in resources] == names


def test_without_a_title_the_identifier_or_the_address_names_it() -> None:
    assert one(native_id="15.1").name == "15-1"
    assert one(download_url="https://x.example/files/contracts.csv").name == "contracts-csv"


@pytest.mark.parametrize(
    ("size", "size_bytes", "text"),
    [
        (12, 12, None),
        ("12", 12, None),
        ("12.0", 12, None),
        (12.0, 12, None),
        (-1, None, "-1"),
        ("1.5 MB", None, "1.5 MB"),
        (None, None, None),
        ("", None, None),
        (True, None, None),
        ("9" * 40, None, "9" * 40),
    ],
)
def test_sizes_are_bytes_or_their_text(size: object, size_bytes: int | None, text: str | None) -> None:
    resource = one(size=size)
    assert (resource.bytes, resource.catalogue.size_text) == (size_bytes, text)


@pytest.mark.parametrize(
    ("digest", "algorithm", "written", "kept"),
    [
        ("d41d8cd98f00b204e9800998ecf8427e", None, "d41d8cd98f00b204e9800998ecf8427e", None),
        ("ab" * 32, "http://spdx.org/rdf/terms#checksumAlgorithm_sha256", "sha256:" + "ab" * 32, None),
        ("ab" * 32, "SHA256", "sha256:" + "ab" * 32, None),
        ("sha1:abcdef", None, "sha1:abcdef", None),
        ("ab" * 32, None, None, "ab" * 32),
        ("none of this", None, None, "none of this"),
        ("", None, None, None),
    ],
)
def test_checksums(digest: str, algorithm: str | None, written: str | None, kept: str | None) -> None:
    resource = one(digest=digest, digest_algorithm=algorithm)
    assert resource.hash == written
    assert resource.catalogue.more.get("hash") == kept


def test_formats_are_read_or_kept_with_a_finding() -> None:
    resources, codes = build(
        Draft(path="d[0]", raw=None, download_url="https://x.example/a", format=".csv"),
        Draft(path="d[1]", raw=None, download_url="https://x.example/a", format="Our own kind"),
        Draft(path="d[2]", raw=None, download_url="https://x.example/a.json"),
    )
    assert [(each.format, each.mediatype) for each in resources] == [
        ("CSV", "text/csv"),
        ("Our own kind", None),
        ("JSON", "application/json"),
    ]
    assert codes == ["format-unreadable"]


def test_no_more_than_the_bound_and_a_finding_for_the_rest() -> None:
    drafts = [Draft(path="d", raw=None, download_url=f"https://x.example/{n}") for n in range(MAX_RESOURCES + 1)]
    resources, codes = build(*drafts)
    assert (len(resources), codes) == (MAX_RESOURCES, ["too-many-resources"])


def test_none_at_all_is_said() -> None:
    assert build() == ([], ["no-distribution"])
