"""Leases: of several processes that want one at the same moment exactly one has it. On whichever database is set."""

from datetime import UTC, datetime

import pytest

from catalogue.harvests import leases
from catalogue.harvests.models import Lease
from catalogue.register.models import Source
from catalogue.register.source_entry import Basis, SourceEntry
from catalogue.register.source_rows import row_of
from catalogue.states.models import State
from tests.catalogue.desk.test_at_once import at_once

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 30
OWNERS = [f"machine-{number} boot {number} -" for number in range(1, 5)]
"""Of four machines, as `leases.owner` writes them."""


@pytest.fixture
def source(db: None) -> Source:
    State.objects.create(code="XA", kind="fictional", names={"en": "Xalandia"})
    made = row_of(
        SourceEntry("xa-portal", "XA", {"en": "A"}, "https://data.xa.example", Basis("public-knowledge"), "ckan")
    )
    made.save()
    return made


def take(who: str):
    return lambda: leases.take("xa-portal", who, datetime.now(UTC))


def test_of_several_that_take_a_lease_at_once_one_has_it(source: Source):
    for number in range(ROUNDS):
        answers = at_once(*(take(who) for who in OWNERS))
        holder = Lease.objects.get(source=source).owner
        given = [who for who, answer in zip(OWNERS, answers, strict=True) if answer == leases.NOBODY]
        assert given == [holder], f"round {number}: {answers}"
        refused = [answer for answer in answers if answer != leases.NOBODY]
        words = f"process {holder.split()[2]} on {holder.split()[0]} since "
        assert all(isinstance(answer, str) and answer.startswith(words) for answer in refused), answers
        leases.give_back("xa-portal", holder)
