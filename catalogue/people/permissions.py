"""Who may do what: the one place where it is decided, for pages, for the API and for the command line.

Everybody reads what is published. A focal point reads and writes what is its own State's. An officer of the secretariat
reads everything, and writes for a State from a document that came on paper.
"""

from typing import Any, Literal, TypeGuard

from catalogue.people.models import Person, Role, Token
from catalogue.register.life_cycle import Actor

Scope = Literal["read", "submit"]
SCOPES: tuple[Scope, ...] = ("read", "submit")
"""Of a token. read: the State's own register, with drafts and runs. submit: hand in lists, and check addresses."""


def is_person(user: Any) -> TypeGuard[Person]:
    """Whether somebody is signed in whose role has not ended."""
    return isinstance(user, Person) and user.is_active


def may_review(user: Any) -> TypeGuard[Person]:
    """Whether somebody decides on entries, invites people, and runs sources."""
    return is_person(user) and user.role == Role.OFFICER


def may_edit(user: Any, state: str) -> TypeGuard[Person]:
    """Whether somebody reads and writes a State's own register."""
    return is_person(user) and (user.role == Role.OFFICER or user.state_id == state)


def token_may(token: Token | None, scope: Scope, state: str) -> bool:
    """Whether a token opens this for a State; an officer's token without a State opens it for every State."""
    if token is None or token.revoked is not None or scope not in token.scopes:
        return False
    return may_edit(token.person, state) and token.state_id in (None, state)


def actor(person: Person) -> Actor:
    """Somebody as the register's events name it."""
    return Actor(str(person.id), person.role)
