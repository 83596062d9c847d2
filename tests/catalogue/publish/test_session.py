"""The session: how long it waits, and what it tries again."""

from datetime import UTC, datetime

import pytest

from catalogue.publish.session import LONGEST_PAUSE_SECONDS, PatientSession, pause_seconds
from tests.conftest import Reply, Site

NOW = datetime(2026, 1, 1, 0, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("stated", "seconds"),
    [
        ("7", 7),
        ("3600", LONGEST_PAUSE_SECONDS),
        ("Thu, 01 Jan 2026 00:00:05 GMT", 5),
        ("Thu, 01 Jan 2026 00:00:05", 5),
        ("Thu, 01 Jan 2015 00:00:05 GMT", 0),
    ],
)
def test_a_stated_pause_is_kept(stated, seconds):
    assert pause_seconds(1, stated, NOW) == seconds


@pytest.mark.parametrize("stated", [None, "", "soon", "-1", "²"])
def test_without_one_it_is_random_and_bounded(stated):
    assert all(
        0 <= pause_seconds(attempt, stated, NOW) <= min(2**attempt, LONGEST_PAUSE_SECONDS) for attempt in (1, 3, 9)
    )


def test_what_may_pass_is_tried_again(site: Site):
    answers = [Reply(b"", 503, {"Retry-After": "0"}), Reply(b"", 429, {"Retry-After": "0"}), Reply(b"yes")]
    site.routes["/x"] = lambda query: answers.pop(0)
    with PatientSession() as session:
        assert session.get(f"{site.url}/x").text == "yes"
        assert session.last_status == 200
    assert len(site.asked) == 3


@pytest.mark.parametrize(("status", "asked"), [(500, 1), (404, 1), (503, 4)])
def test_it_gives_up_in_the_end(site: Site, status, asked):
    site.routes["/x"] = lambda query: Reply(b"no", status, {"Retry-After": "0"})
    with PatientSession() as session:
        assert session.get(f"{site.url}/x").status_code == status
    assert len(site.asked) == asked


def test_no_redirect_is_followed(site: Site):
    site.routes["/x"] = lambda query: Reply(b"", 302, {"Location": f"{site.url}/y"})
    with PatientSession() as session:
        assert session.get(f"{site.url}/x").status_code == 302
    assert site.asked == ["/x"]
