"""A register with two fictional States, their people and their entries in every status; clients that are signed in."""

from dataclasses import dataclass, field
from functools import cache

import pytest
from django.contrib.auth.hashers import make_password
from django.core.cache import cache as remembered
from django.test import Client

from catalogue.people.models import Person, Role
from catalogue.register import drafts, review
from catalogue.register.life_cycle import Actor
from catalogue.register.models import Source, Version
from catalogue.register.source_entry import Basis, SourceEntry
from catalogue.register.source_rows import row_of
from catalogue.states.models import State
from tests.catalogue.register.submissions import submission

PASSWORD = "correct horse battery staple"
FOCAL, OFFICER = Actor("focal", "focal-point"), Actor("officer", "officer")


def entry(number: int, **more: object) -> dict[str, object]:
    return {
        "kind": "source", "title": f"SECRET {number}", "language": "en", "authority": "Ministry of Finance",
        "url": f"https://data.xa.example/{number}", "description": "Contracts", **more,
    }  # fmt: skip


@cache
def _hashed() -> str:
    """Slow on purpose, so once."""
    return make_password(PASSWORD)


@dataclass
class Register:
    """What a test looks at: the State's objects by their names."""

    state: State
    other: State
    people: dict[str, Person]
    versions: dict[str, Version] = field(default_factory=dict)
    source: Source | None = None


@pytest.fixture
def states(db) -> tuple[State, State]:
    names = {"ar": "زانادو", "zh": "世外", "en": "Xanadu", "fr": "Xanadou", "ru": "Ксанаду", "es": "Xanadú"}
    others = {tag: name + "2" for tag, name in names.items()}
    return (
        State.objects.create(code="XA", kind="fictional", names=names),
        State.objects.create(code="XB", kind="fictional", names=others),
    )


@pytest.fixture
def people(states) -> dict[str, Person]:
    def make(email: str, role: str, state: State | None = None, name: str = "") -> Person:
        return Person.objects.create(email=email, password=_hashed(), role=role, state=state, name=name)

    return {
        "officer": make("officer@secretariat.example", Role.OFFICER),
        "state": make("focal@xa.example", Role.FOCAL_POINT, states[0], "Ada Focal"),
        "colleague": make("colleague@xa.example", Role.FOCAL_POINT, states[0]),
        "other": make("focal@xb.example", Role.FOCAL_POINT, states[1]),
    }


@pytest.fixture
def register(states, people) -> Register:
    """XA's register: a draft, and an entry in each status that the secretariat sees."""
    made = Register(*states, people)
    for number, name in enumerate(
        ("draft", "received", "under-review", "accepted", "returned", "published", "withdrawn")
    ):
        version = drafts.new("XA", entry(number))
        made.versions[name] = version
        if name == "draft":
            continue
        review.submit(submission(states[0]), [version], FOCAL)
        if name == "under-review":
            review.review(version, OFFICER)
        elif name == "returned":
            review.send_back(version, OFFICER, ["unclear"], "Which ministry?")
        elif name in ("accepted", "published"):
            review.accept(version, OFFICER)
            if name == "published":
                review.publish(version, OFFICER)
        elif name == "withdrawn":
            review.withdraw(version, FOCAL)
    known = SourceEntry(
        id="xa-known",
        state="XA",
        title={"en": "A known portal"},
        url="https://known.xa.example",
        basis=Basis("public-knowledge"),
    )
    made.source = row_of(known)
    made.source.save()
    return made


@pytest.fixture
def signed_in(people):
    """A client for each of the people, and for nobody."""
    remembered.clear()
    clients = {name: Client() for name in (*people, "nobody")}
    for name, person in people.items():
        clients[name].force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return clients
