import pytest
from scrapy.http import Response

from harvesters.fetch.robots import forbidding_rule, read_rules

ROBOTS = b"""\
User-agent: *
Disallow: /api/
Allow: /api/3/action/site_read
Disallow: /dataset/rate/
Crawl-Delay: 10

User-agent: GreedyBot
Disallow: /
"""


@pytest.mark.parametrize(
    ("path", "rule"),
    [
        ("/api/3/action/package_search?rows=10", "Disallow: /api/"),
        ("/dataset/rate/1", "Disallow: /dataset/rate/"),
        ("/api/3/action/site_read", None),
        ("/data.json", None),
        ("/", None),
    ],
)
def test_ckans_own_robots(path: str, rule: str | None) -> None:
    read = read_rules(Response("https://portal.example/robots.txt", body=ROBOTS), "portal.example")
    url = f"https://portal.example{path}"
    assert read.allows(url) is (rule is None)
    assert read.crawl_delay == 10
    if rule is not None:
        assert forbidding_rule(read.text, url) == rule


def test_a_group_of_our_own_goes_before_the_one_for_all() -> None:
    text = "User-agent: *\nDisallow: /\n\nUser-agent: other\nUser-agent: UNCAC-Catalogue\nDisallow: /private/*.csv$\n"
    read = read_rules(Response("https://portal.example/robots.txt", body=text.encode()), "portal.example")
    assert read.allows("https://portal.example/api/3")
    assert not read.allows("https://portal.example/private/a.csv")
    assert forbidding_rule(text, "https://portal.example/private/a.csv") == "Disallow: /private/*.csv$"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
def test_where_there_is_none_everything_is_allowed(status: int) -> None:
    read = read_rules(Response("https://portal.example/robots.txt", status=status, body=b"no"), "portal.example")
    assert read.allows("https://portal.example/api/")
    assert read.trouble is None


@pytest.mark.parametrize("status", [429, 500, 503])
def test_where_the_server_fails_nothing_is_read_for_now(status: int) -> None:
    read = read_rules(Response("https://portal.example/robots.txt", status=status), "portal.example")
    assert read.trouble is not None
    assert read.trouble.failure == "down"


@pytest.mark.parametrize(
    "body",
    [b"", b"\xef\xbb\xbfUser-agent: *\nDisallow:", b"<!DOCTYPE html><p>Not found", b"\xff\xfe\x00", b"x" * 600_000],
)
def test_what_is_no_robots_txt_forbids_nothing(body: bytes) -> None:
    read = read_rules(Response("https://portal.example/robots.txt", body=body), "portal.example")
    assert read.allows("https://portal.example/api/")


def test_a_byte_order_mark_hides_no_rule() -> None:
    read = read_rules(
        Response("https://portal.example/robots.txt", body=b"\xef\xbb\xbfUser-agent: *\nDisallow: /api/"),
        "portal.example",
    )
    assert not read.allows("https://portal.example/api/3")
