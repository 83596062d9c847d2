"""Fetching as a harvest does it: through Scrapy, with every middleware, in a process of its own."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY, Reply, Site
from tests.harvesters.fetch.crawling import crawl

ROBOTS = Reply(b"User-agent: *\nDisallow: /api/\n")


def in_turn(*replies: Reply) -> Callable[[dict[str, str]], Reply]:
    """A route that gives these replies one after the other, and the last one from then on."""
    left = list(replies)
    return lambda query: left.pop(0) if len(left) > 1 else left[0]


def redirect(to: str, status: int = 302) -> Callable[[dict[str, str]], Reply]:
    return lambda query: Reply(b"elsewhere", status, {"Location": to})


def test_a_page_is_sunk(site: Site, tmp_path: Path) -> None:
    site.routes["/data.json"] = lambda query: Reply(b'{"dataset": []}')
    (outcome,) = crawl(f"{site.url}/data.json", sink=tmp_path)
    assert outcome["status"] == 200
    assert Path(outcome["path"]).read_bytes() == b'{"dataset": []}'
    assert site.asked == ["/robots.txt", "/data.json"]
    assert outcome["log"] == ""


def test_trouble_that_passes_is_waited_out(site: Site) -> None:
    site.routes["/a"] = in_turn(Reply(status=429, headers={"Retry-After": "1"}), Reply(status=503), Reply(b"yes"))
    before = time.monotonic()
    (outcome,) = crawl(f"{site.url}/a")
    assert outcome["body"] == "yes"
    assert site.asked.count("/a") == 3
    assert time.monotonic() - before > 1


def test_a_pause_holds_back_the_whole_host(site: Site) -> None:
    at: dict[str, float] = {}

    def busy(query: dict[str, str]) -> Reply:
        if "first" in at:
            return Reply(b"yes")
        at["first"] = time.monotonic()
        return Reply(status=429, headers={"Retry-After": "1"})

    def other(query: dict[str, str]) -> Reply:
        at["other"] = time.monotonic()
        return Reply(b"yes")

    site.routes["/busy"], site.routes["/other"] = busy, other
    first, second = crawl(f"{site.url}/busy", f"{site.url}/other", settings={"DOWNLOAD_DELAY": 0.2})
    assert (first["body"], second["body"]) == ("yes", "yes")
    assert at["other"] < at["first"] or at["other"] - at["first"] >= 1


@pytest.mark.parametrize(
    ("reply", "attempts", "failure"),
    [
        (Reply(status=500), 3, "down"),
        (Reply(status=429, headers={"Retry-After": "0"}), 3, "blocked"),
        (Reply(status=429, headers={"Retry-After": "86400"}), 1, "blocked"),
        (Reply(status=403), 1, "blocked"),
        (Reply(status=401), 1, "auth"),
        (Reply(status=404), 1, "moved"),
        (Reply(status=302), 1, "moved"),
        (Reply(status=400, body=b'{"success": false}'), 1, "malformed"),
    ],
)
def test_giving_up_has_a_class(site: Site, tmp_path: Path, reply: Reply, attempts: int, failure: str) -> None:
    site.routes["/a"] = lambda query: reply
    (outcome,) = crawl(f"{site.url}/a", sink=tmp_path)
    assert (outcome["failure"], outcome["status"]) == (failure, reply.status)
    assert site.asked.count("/a") == attempts
    assert list(tmp_path.iterdir()) == []


def test_a_challenge_page_in_place_of_data_is_blocked(site: Site, tmp_path: Path) -> None:
    site.routes["/a"] = lambda query: Reply(b"<html><title>Just a moment...</title></html>")
    (outcome,) = crawl(f"{site.url}/a", sink=tmp_path)
    assert outcome["failure"] == "blocked"
    assert list(tmp_path.iterdir()) == []


def test_a_status_that_is_wanted_comes_through(site: Site) -> None:
    site.routes["/a"] = lambda query: Reply(b"no such action", 404)
    (outcome,) = crawl(f"{site.url}/a", meta={"handle_httpstatus_list": [404]})
    assert (outcome["status"], outcome["body"]) == (404, "no such action")


def test_a_redirect_is_followed(site: Site, tmp_path: Path) -> None:
    site.routes["/a"] = redirect("b?x=1#part", 301)
    site.routes["/b"] = lambda query: Reply(query["x"].encode())
    (outcome,) = crawl(f"{site.url}/a", sink=tmp_path)
    assert outcome["final"] == f"{site.url}/b?x=1"
    assert Path(outcome["path"]).read_bytes() == b"1"
    assert len(list(tmp_path.iterdir())) == 1


def test_a_redirect_to_a_page_that_was_seen_is_followed_all_the_same(site: Site) -> None:
    site.routes["/a"] = redirect("/b")
    site.routes["/b"] = lambda query: Reply(b"yes")
    first, second = crawl(f"{site.url}/b", f"{site.url}/a")
    assert (first["body"], second["body"]) == ("yes", "yes")


@pytest.mark.parametrize(
    ("to", "failure", "says"),
    [
        ("http://169.254.169.254/latest/meta-data/", "refused-address", "metadata"),
        ("http://127.0.0.2/", "refused-address", "this machine"),
        ("http://2130706434/", "refused-address", "this machine"),
        ("http://[::ffff:10.0.0.1]/", "refused-address", "private"),
        ("http://user:secret@127.0.0.1/", "refused-address", "user name"),
        ("file:///etc/passwd", "refused-address", "not an http"),
        ("ftp://portal.example/", "refused-address", "not an http"),
        ("data:,x", "refused-address", "not an http"),
        ("http://[broken", "malformed", "not a URL"),
        ("/a", "moved", "circle"),
    ],
)
def test_a_redirect_that_is_not_followed(site: Site, to: str, failure: str, says: str) -> None:
    site.routes["/a"] = redirect(to)
    (outcome,) = crawl(f"{site.url}/a", policy={"allow": "127.0.0.1/32"})
    assert outcome["failure"] == failure
    assert says in outcome["sentence"]
    assert "secret" not in outcome["sentence"] + outcome["log"]


def test_redirects_have_an_end(site: Site) -> None:
    for n in range(20):
        site.routes[f"/{n}"] = redirect(f"/{n + 1}")
    (outcome,) = crawl(f"{site.url}/0")
    assert outcome["failure"] == "moved"
    assert len(site.asked) == 1 + 9  # robots.txt, the first, and eight more


@pytest.mark.parametrize(
    "url",
    ["file:///etc/passwd", "ftp://127.0.0.1/", "data:,x", "s3://bucket/x", "http://127.0.0.1:6667/"],
)
def test_no_other_scheme_or_service_is_reached(url: str) -> None:
    (outcome,) = crawl(url)
    assert outcome["failure"] == "refused-address"


def test_robots_are_obeyed_and_the_rule_is_named(site: Site) -> None:
    site.routes["/robots.txt"] = lambda query: ROBOTS
    site.routes["/data.json"] = lambda query: Reply(b"yes")
    forbidden, allowed = crawl(f"{site.url}/api/3/action/package_search", f"{site.url}/data.json")
    assert (forbidden["failure"], forbidden["rule"]) == ("refused-by-robots", "Disallow: /api/")
    assert allowed["body"] == "yes"
    assert site.asked == ["/robots.txt", "/data.json"]


PERMISSION = {"by": "Ministry of Justice of XA", "date": "2026-01-31", "document": "CAC/XA/1"}


def test_with_a_permission_robots_are_read_and_reported_and_not_applied(site: Site) -> None:
    site.routes["/robots.txt"] = lambda query: ROBOTS
    site.routes["/api/3"] = lambda query: Reply(b"yes")
    (outcome,) = crawl(f"{site.url}/api/3", policy={"permission": PERMISSION, "permitted_hosts": ["127.0.0.1"]})
    assert (outcome["body"], outcome["robots_forbids"]) == ("yes", "Disallow: /api/")


def test_a_permission_is_for_its_hosts(site: Site) -> None:
    site.routes["/robots.txt"] = lambda query: ROBOTS
    (outcome,) = crawl(f"{site.url}/api/3", policy={"permission": PERMISSION, "permitted_hosts": ["portal.example"]})
    assert outcome["failure"] == "refused-by-robots"


def test_a_redirect_to_a_forbidden_page_is_refused(site: Site) -> None:
    site.routes["/robots.txt"] = lambda query: ROBOTS
    site.routes["/a"] = redirect("/api/3")
    (outcome,) = crawl(f"{site.url}/a")
    assert outcome["failure"] == "refused-by-robots"


def test_while_robots_fail_nothing_is_read(site: Site) -> None:
    site.routes["/robots.txt"] = lambda query: Reply(status=503)
    site.routes["/a"] = lambda query: Reply(b"yes")
    (outcome,) = crawl(f"{site.url}/a")
    assert (outcome["failure"], outcome["status"]) == ("down", 503)
    assert "/a" not in site.asked


def test_robots_of_a_host_that_is_down_are_its_being_down(site: Site) -> None:
    site.close()
    (outcome,) = crawl(f"{site.url}/a")
    assert outcome["failure"] == "down"
    assert "refuses connections" in outcome["sentence"]


def test_a_crawl_delay_is_kept(site: Site) -> None:
    at: list[float] = []

    def page(query: dict[str, str]) -> Reply:
        at.append(time.monotonic())
        return Reply(b"yes")

    site.routes["/robots.txt"] = lambda query: Reply(b"User-agent: *\nCrawl-delay: 100\n")
    site.routes["/a"] = page
    crawl(*[f"{site.url}/a?{n}" for n in range(3)], policy={"longest_crawl_delay_seconds": 0.6})
    assert all(later - earlier >= 0.3 for earlier, later in pairwise(at))  # half of it, by jitter


def test_one_connection_at_a_time(site: Site) -> None:
    running: list[int] = [0, 0]

    def page(query: dict[str, str]) -> Reply:
        running[0] += 1
        running[1] = max(running)
        time.sleep(0.05)
        running[0] -= 1
        return Reply(b"yes")

    site.routes["/a"] = page
    assert {outcome["body"] for outcome in crawl(*[f"{site.url}/a?{n}" for n in range(5)])} == {"yes"}
    assert running[1] == 1


def test_the_environments_proxy_is_not_used(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    site.routes["/a"] = lambda query: Reply(b"yes")
    assert crawl(f"{site.url}/a")[0]["body"] == "yes"


def test_the_log_holds_no_secret(site: Site) -> None:
    site.routes["/a"] = in_turn(Reply(status=503), Reply(status=500))
    (outcome,) = crawl(f"{site.url}/a?api_key=secret", settings={"LOG_LEVEL": "INFO"})
    assert outcome["failure"] == "down"
    assert "attempt 2 follows" in outcome["log"]
    assert "secret" not in outcome["log"] + outcome["sentence"]


def test_a_long_pause_does_not_outlast_the_crawl(site: Site) -> None:
    site.routes["/a"] = lambda query: Reply(status=503, headers={"Retry-After": "300"})
    with subprocess.Popen(
        [sys.executable, "-m", "tests.harvesters.fetch.crawling"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=REPOSITORY,
    ) as process:
        assert process.stdin is not None
        process.stdin.write(json.dumps({"urls": [f"{site.url}/a"], "sink": None}))
        process.stdin.close()
        deadline = time.monotonic() + 20
        while "/a" not in site.asked and time.monotonic() < deadline:
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=10) == 0
        assert process.stdout is not None
        assert "stopped while it waited" in process.stdout.read()


BIG = 200 * 1024 * 1024  # bytes


def test_a_large_body_takes_disk_and_not_memory(site: Site, tmp_path: Path) -> None:
    big = bytes(BIG)
    site.routes["/small"], site.routes["/big"] = (lambda query: Reply(b"x")), (lambda query: Reply(big))
    (small,) = crawl(f"{site.url}/small", sink=tmp_path)
    (large,) = crawl(f"{site.url}/big", sink=tmp_path)
    assert Path(large["path"]).stat().st_size == BIG
    assert (large["peak_kib"] - small["peak_kib"]) / 1024 < 60  # MiB
