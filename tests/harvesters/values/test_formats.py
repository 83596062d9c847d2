"""File formats and media types as real portals write them; the address tells where nothing else does."""

import pytest

from harvesters.values import read_format


@pytest.mark.parametrize(
    ("stated", "media", "url", "name", "media_type", "evidence"),
    [
        ("CSV", None, None, "CSV", "text/csv", "stated"),
        (".csv", None, None, "CSV", "text/csv", "stated"),
        ("csv.", None, None, "CSV", "text/csv", "stated"),
        (".CSV", None, None, "CSV", "text/csv", "stated"),
        (".cvs", None, None, "CSV", "text/csv", "stated"),
        ("zip+csv", None, None, "CSV", "text/csv", "stated"),
        ("ZIP + XML", None, None, "XML", "application/xml", "stated"),
        ("Ponto de Acesso à API", None, None, "API", None, "stated"),
        (None, "type/csv", None, "CSV", "text/csv", "stated"),
        (None, "application/csv", None, "CSV", "text/csv", "stated"),
        ("WAV", "audio/vnd.wave", None, "WAV", "audio/vnd.wave", "stated"),
        ("http://publications.europa.eu/resource/authority/file-type/CSV", None, None, "CSV", "text/csv", "stated"),
        (None, "https://www.iana.org/assignments/media-types/text/csv", None, "CSV", "text/csv", "stated"),
        ("wmts", None, None, "WMTS", None, "stated"),
        ("Esri REST", None, None, "REST", None, "stated"),
        ("", None, "https://data.example.org/a.csv", "CSV", "text/csv", "address"),
        ("", None, "https://data.example.org/a.tar.gz", "GZIP", "application/gzip", "address"),
        ("http", None, None, None, None, "stated"),
    ],
)
def test_what_was_stated(
    stated: str | None, media: str | None, url: str | None, name: str | None, media_type: str | None, evidence: str
):
    read = read_format(stated, media, url)
    assert (read.format, read.media_type, read.evidence) == (name, media_type, evidence)


def test_what_is_not_recognised_keeps_its_words():
    assert read_format("WWW:DOWNLOAD-1.0-http--download", None, None).text == "WWW:DOWNLOAD-1.0-http--download"
