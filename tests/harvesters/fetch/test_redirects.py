import pytest
from scrapy import Request
from scrapy.http import Response

from harvesters.fetch.redirects import DOWNGRADED, RedirectMiddleware

KEYS = {"Authorization": "secret", "X-CKAN-API-Key": "secret", "Cookie": "secret", "Accept": "a/b"}


def follow(request: Request, to: str, status: int = 302) -> Request:
    response = Response(request.url, status=status, headers={"Location": to})
    following = RedirectMiddleware(max_redirects=8).process_response(request, response)
    assert isinstance(following, Request)
    return following


@pytest.mark.parametrize(
    ("to", "kept"),
    [
        ("https://portal.example/b", {b"Authorization", b"X-Ckan-Api-Key", b"Cookie", b"Accept"}),
        ("/b", {b"Authorization", b"X-Ckan-Api-Key", b"Cookie", b"Accept"}),
        ("https://other.example/b", {b"Accept"}),
        ("https://portal.example:8443/b", {b"Accept"}),
        ("http://portal.example/b", {b"Accept"}),
    ],
)
def test_keys_stay_with_the_origin_they_are_for(to: str, kept: set[bytes]) -> None:
    request = Request("https://portal.example/a", headers=KEYS)
    assert set(follow(request, to).headers) == kept
    assert b"Authorization" in request.headers  # the first request is as it was


@pytest.mark.parametrize(
    ("method", "status", "expected"),
    [
        ("POST", 301, "GET"),
        ("POST", 302, "GET"),
        ("POST", 303, "GET"),
        ("POST", 307, "POST"),
        ("POST", 308, "POST"),
        ("GET", 308, "GET"),
        ("HEAD", 303, "HEAD"),
    ],
)
def test_the_method_follows_the_standard(method: str, status: int, expected: str) -> None:
    body = b"q=1" if method == "POST" else b""
    following = follow(Request("https://portal.example/a", method=method, body=body), "/b", status)
    assert (following.method, following.body) == (expected, body if expected == "POST" else b"")


def test_leaving_https_is_marked_once_and_for_the_whole_chain() -> None:
    first = follow(Request("https://portal.example/a"), "http://portal.example/b")
    assert first.flags == [DOWNGRADED]
    second = follow(first, "https://portal.example/c")
    assert second.flags == [DOWNGRADED]
    answer = Response(second.url)
    assert RedirectMiddleware(8).process_response(second, answer) is answer
    assert answer.flags == [DOWNGRADED]


@pytest.mark.parametrize(
    ("to", "url"),
    [
        ("//other.example/b", "https://other.example/b"),
        ("?page=2", "https://portal.example/a?page=2"),
        ("../b#top", "https://portal.example/b"),
        (" /b ", "https://portal.example/b"),
        ("/données", "https://portal.example/donn%C3%A9es"),
        ("https://données.example/", "https://xn--donnes-eva.example/"),
    ],
)
def test_a_location_is_read_as_browsers_do(to: str, url: str) -> None:
    response = Response("https://portal.example/a", status=302, headers={"Location": to.encode()})
    following = RedirectMiddleware(8).process_response(Request(response.url), response)
    assert isinstance(following, Request)
    assert following.url == url
    assert following.meta["redirect_urls"] == ["https://portal.example/a"]
