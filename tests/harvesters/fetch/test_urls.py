import pytest

from harvesters.fetch.errors import RefusedAddress
from harvesters.fetch.urls import check_url, origin_of, public_url


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://portal.example/api/3?rows=10&start=20", "https://portal.example/api/3?rows=10&start=20"),
        ("https://user:secret@portal.example/x", "https://portal.example/x"),
        ("https://a:b@c:d@portal.example/", "https://portal.example/"),
        ("https://portal.example/?api_key=secret&q=a", "https://portal.example/?api_key=…&q=a"),
        ("https://portal.example/?access_token=secret", "https://portal.example/?access_token=…"),
        ("https://portal.example/?X-Amz-Signature=secret&Sig=x", "https://portal.example/?X-Amz-Signature=…&Sig=…"),
        ("https://portal.example/#token=secret", "https://portal.example/"),
        ("https://portal.example/\r\nforged log line", "https://portal.example/forgedlogline"),
        ("http://[broken", "(a URL that cannot be read)"),
    ],
)
def test_a_shown_url_holds_no_secret(url: str, shown: str) -> None:
    assert public_url(url) == shown


def test_a_shown_url_is_short() -> None:
    assert len(public_url("https://portal.example/" + "x" * 10_000)) == 500


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://portal.example/",
        "data:,x",
        "javascript:alert(1)",
        "gopher://x/",
        "//portal.example/",
        "http:///x",
        "http://",
        "http://user@portal.example/",
        "http://portal.example:99999/",
        "http://[x/",
        "",
        "http://portal.example:25/",
        "http://portal.example:6667/",
        "http://portal.example/" + "x" * 9000,
    ],
)
def test_only_plain_web_addresses_may_be_fetched(url: str) -> None:
    with pytest.raises(RefusedAddress) as caught:
        check_url(url)
    assert caught.value.next_step


def test_an_origin_has_its_default_port() -> None:
    assert (
        origin_of("https://Portal.Example/x")
        == origin_of("https://portal.example:443/")
        == ("https", "portal.example", 443)
    )
    assert origin_of("http://portal.example/") == ("http", "portal.example", 80)
