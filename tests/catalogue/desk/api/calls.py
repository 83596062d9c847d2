"""What tests of the API share: two States with their people, keys and entries, and requests with a key."""

from datetime import UTC, date, datetime

from django.test import Client

from catalogue.harvests.models import Run
from catalogue.people.invitations import digest
from catalogue.people.models import Person, Role, Token
from catalogue.register import drafts, review
from catalogue.register.life_cycle import Actor
from catalogue.register.models import Entry, Source, Submission, Version
from catalogue.states.models import State

API = "/api/v1"
FOCAL = Actor("focal", "focal-point")
OFFICER = Actor("officer", "officer")
ENTRY = {
    "kind": "source", "title": "Public contracts", "language": "en", "authority": "Ministry of Finance",
    "url": "https://contracts.xa.example", "level": "national",
}  # fmt: skip
LIST = {
    "document": "Note verbale 7/2026", "received": "2026-03-04", "language": "en", "transmitted_by": "Permanent Mission",
    "covers": "Tenth meeting", "consent": "publish",
}  # fmt: skip


class Register:
    """Two fictional States, their people and keys, and what they have reported."""

    def __init__(self) -> None:
        names = {"en": "Xanadu", "fr": "Xanadou"}
        self.state = State.objects.create(code="XA", kind="fictional", names=names)
        self.other = State.objects.create(code="XB", kind="fictional", names={"en": "Yonder"})
        self.focal = self.person("focal@xa.example", "XA")
        self.stranger = self.person("focal@xb.example", "XB")
        self.officer = self.person("officer@un.example", None)
        self.entry = self.published({**ENTRY, "kind": "initiative"})  # an accepted source would be fed to the harvester

    @staticmethod
    def person(email: str, state: str | None) -> Person:
        role = Role.FOCAL_POINT if state else Role.OFFICER
        return Person.objects.create_user(email, role=role, state_id=state, name="Kubla Khan")

    @staticmethod
    def key(person: Person, *scopes: str, **more: object) -> str:
        key = f"key-{person.email}-{'-'.join(scopes)}-{len(more)}"
        Token.objects.create(
            digest=digest(key), name="program", person=person, state_id=person.state_id, scopes=list(scopes), **more
        )
        return key

    def submitted(self, fields: dict[str, object], state: str = "XA", **more: object) -> Version:
        version = drafts.new(state, fields)
        stated = {"document": "Note verbale 1/2026", "received": date(2026, 2, 3), "language": "en"}
        made = Submission(**{"state_id": state, "transmitted_by": "Mission", **stated, **more})
        review.submit(made, [version], FOCAL)
        return version

    def published(self, fields: dict[str, object], state: str = "XA") -> Entry:
        version = self.submitted(fields, state)
        review.accept(version, OFFICER)
        review.publish(version, OFFICER)
        return Entry.objects.get(pk=version.entry_id)


def get(path: str, key: str | None = None, **headers: str):
    if key:
        headers["Authorization"] = f"Bearer {key}"
    return Client().get(f"{API}{path}", headers=headers)


def post(path: str, body: object, key: str | None = None, content_type: str = "application/json"):
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    # Cookies are never looked at, so that there is no form to forge: CSRF checks are on here, and nothing is refused by them.
    client = Client(enforce_csrf_checks=True)
    return client.post(f"{API}{path}", body, content_type=content_type, headers=headers)


def make_source(key: str, basis: str = "submission", state: str = "XA") -> Source:
    return Source.objects.create(
        id=key, state_id=state, title={"en": "Portal of jane.doe@xa.example"}, url=f"https://{key}.example", protocol="ckan",
        basis_kind=basis, schedule="weekly", options={"secret": "unseen"}, entry={},
    )  # fmt: skip


def make_run(source: Source, **more: object) -> Run:
    now = datetime(2026, 5, 1, tzinfo=UTC)
    return Run.objects.create(
        **{"source": source, "state": "complete", "started": now, "ended": now, "sentence": "Everything was read.", "records": 3,
           "findings_by_code": {"no-distribution": 2}, **more}
    )  # fmt: skip
