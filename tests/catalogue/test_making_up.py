"""What becomes of an appointment whose clock died: it is due again where its harvest died too, and only there."""

from datetime import UTC, datetime, timedelta

import pytest

from catalogue.harvests import appointments, leases
from catalogue.harvests.models import Appointment, Lease, Run
from catalogue.register.models import Source
from tests.catalogue.test_leases import source  # noqa: F401 (a fixture)

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
DEAD = f"{leases.owner().rpartition(' ')[0]} 0"
"""This process's number, with a start that is not its own: the process that held the lease is gone."""


@pytest.fixture
def taken(source: Source) -> Source:  # noqa: F811
    """A source that a clock took just now."""
    appointments.due(NOW)
    Appointment.objects.update(due=NOW)
    (appointment,) = appointments.due(NOW)
    assert appointments.take(appointment, NOW)
    return source


def due(after: timedelta) -> list[str]:
    return [appointment.source_id for appointment in appointments.due(NOW + after)]


SOON, LATER = timedelta(seconds=2), leases.COLD + timedelta(seconds=1)


def lease(source: Source, owner: str, since: datetime = NOW) -> None:  # noqa: F811
    Lease.objects.create(source=source, owner=owner, since=since, heartbeat=since)


def test_a_harvest_that_may_be_just_beginning_is_left_alone_for_a_while(taken: Source):
    assert due(SOON) == []
    assert due(LATER) == ["xa-portal"]


def test_a_harvest_that_lives_is_not_made_up_for(taken: Source):
    lease(taken, leases.owner())
    assert due(LATER) == []


def test_a_harvest_that_died_is_due_at_once(taken: Source):
    lease(taken, DEAD)
    assert due(SOON) == ["xa-portal"]


def test_the_lease_of_one_that_died_before_says_nothing_of_this_one(taken: Source):
    lease(taken, DEAD, NOW - timedelta(hours=1))
    assert due(SOON) == []


def test_a_harvest_that_ended_without_its_clock_is_done(taken: Source):
    lease(taken, DEAD)
    Run.objects.create(source=taken, state="complete", started=NOW, ended=NOW + SOON)
    assert due(LATER) == []
    assert Appointment.objects.get().started is None


def test_what_the_clock_broke_off_is_due_at_once_and_as_wanted_as_before(taken: Source):
    appointments.ask_for([taken])
    appointments.put_back(taken, NOW, wanted=False)
    assert due(SOON) == ["xa-portal"]
    assert Appointment.objects.get().wanted, "a person asked meanwhile"
