"""Addresses as real portals write them: what can be used, and why the others cannot."""

import pytest

from harvesters.values import read_url

BASE = "https://portal.example.org/dataset/1"


@pytest.mark.parametrize(
    ("raw", "url", "problem"),
    [
        ("https://data.example.org/a", "https://data.example.org/a", None),
        (" https://data.example.org/a ", "https://data.example.org/a", None),
        ("HTTP://Data.example.org/a", "http://data.example.org/a", None),
        ("ftp://data.example.org/a", "ftp://data.example.org/a", None),
        ("/data/a.csv", "https://portal.example.org/data/a.csv", None),
        ("//cdn.example.org/a", "https://cdn.example.org/a", None),
        ("https://data.example.org/ü.csv", "https://data.example.org/%C3%BC.csv", None),
        ("https://data.example.org/a\u200b", "https://data.example.org/a", None),
        ("https://a.example/1 https://b.example/2", None, "several"),
        ("tel:+49 40 4 28 40 - 3494", None, "scheme"),
        ("javascript:alert(1)", None, "scheme"),
        ("data:text/html,hi", None, "scheme"),
        ("mailto:a@b.example", None, "scheme"),
        ("https://data.example.org/{z}/{x}", None, "template"),
        ("https:///a", None, "invalid"),
        ("https://data.example.org:99999/a", None, "invalid"),
        ("https://user:secret@data.example.org/a", "https://data.example.org/a", "password"),
        ("v1.0/data", "https://portal.example.org/dataset/v1.0/data", None),
        ("roads.v2.csv", "https://portal.example.org/dataset/roads.v2.csv", None),
        ("view.do?id=1", "https://portal.example.org/dataset/view.do?id=1", None),
        ("?id=1", "https://portal.example.org/dataset/1?id=1", None),
        # What is no address must not become one under the portal's.
        ('["https://data.example.org/a"]', None, "invalid"),
        ("ministry", None, "invalid"),
        ("data.example.org/a", None, "invalid"),
        ("datos.gob.do", None, "invalid"),
        ("www.data.example.org", None, "invalid"),
        ("", None, None),
        ("N/A", None, None),
        (None, None, None),
    ],
)
def test_what_was_stated(raw: object, url: str | None, problem: str | None):
    read = read_url(raw, BASE)
    assert (read.url, read.problem) == (url, problem)
