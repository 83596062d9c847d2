"""Identity: one dataset keeps one identifier and one name for ever, however often it is read.

Inside the catalogue a dataset is (source, native identifier), the latter as its `store_key`. Outside it has a UUIDv5 and a
readable name, both made from those two alone: no counter, no clock, no title, so that a lost database gives the same
identifiers again. Only where a portal gave a dataset another identifier, and later lists the former one again, do two have a
claim to the same: see `package_id`.
"""

import hashlib
import uuid

from harvesters.findings import Finding, find
from harvesters.values import slug, storable

NAMESPACE = uuid.UUID("5c1f3a52-7d0e-5d52-9a6b-3c9d6f0f65aa")
"""Chosen once for this catalogue; every identifier of it depends on it, so it never changes."""

NAME_LIMIT_CHARACTERS = 100
"""CKAN's limit for a dataset's name (ckan.model.PACKAGE_NAME_MAX_LENGTH)."""

SOURCE_PART_CHARACTERS = 40
DIGEST_CHARACTERS = 10

KEY_LIMIT_BYTES = 2_048
"""A longer native identifier is no key of the store. PostgreSQL indexes rows of 2,704 bytes at most (BTMaxItemSize: a third of
a page of 8 KiB), and the id of the source, of up to 60 bytes, stands in the row too."""

KEY_MARK = "\N{HORIZONTAL ELLIPSIS}sha256:"
KEY_BEGINNING_BYTES = 200
"""Of such an identifier: what a person knows it again by."""


def package_id(source: str, native_id: str, turn: int = 1) -> str:
    """The UUIDv5 of a dataset, as text. The native identifier is taken as it is, never shortened or rewritten.

    turn: 1 but for a dataset whose native identifier belonged to others before it, which their portal has renumbered, and
    which kept what follows from it: 2 for the second to have it, and so on.
    """
    return str(uuid.uuid5(NAMESPACE, _said(source, native_id, turn)))


def store_key(native_id: str) -> str:
    """The native identifier as the store's key of the dataset: itself, or where no database keeps it so (over
    `KEY_LIMIT_BYTES`, or with NUL) its beginning and the SHA-256 of the whole.

    The same for the same identifier at each harvest, and another for another: one that looks like such a key is made into one
    as well. To be applied once, to what the portal said.
    """
    plain = storable(native_id)
    if plain == native_id and len(native_id.encode()) <= KEY_LIMIT_BYTES and KEY_MARK not in native_id:
        return native_id
    beginning = plain.encode()[:KEY_BEGINNING_BYTES].decode("utf-8", "ignore")
    return f"{beginning}{KEY_MARK}{hashlib.sha256(native_id.encode('utf-8', 'surrogatepass')).hexdigest()}"


def key_findings(native_id: str) -> list[Finding]:
    """What is to be said where `store_key` is not the identifier itself."""
    if store_key(native_id) == native_id:
        return []
    size = len(native_id.encode("utf-8", "surrogatepass"))
    if size > KEY_LIMIT_BYTES:
        return [find("identifier-too-long", value=storable(native_id), size=size, limit=KEY_LIMIT_BYTES)]
    return [find("identifier-unstorable", value=storable(native_id))]


def resource_id(package: str, key: str) -> str:
    """The UUIDv5 of a resource within the package of that id; key is the portal's id of it, or else its position-free
    substitute (its URL, and a counter where one URL occurs twice)."""
    return str(uuid.uuid5(NAMESPACE, f"{package}\n{key}"))


def organization_id(state: str) -> str:
    """The UUIDv5 of a State party's organization in CKAN; state is the code of the party."""
    return str(uuid.uuid5(NAMESPACE, f"state\n{state}"))


def package_name(source: str, native_id: str, turn: int = 1) -> str:
    """A name for addresses: the source, what is readable of the native identifier, and a digest of both.

    At most 100 characters of a-z, 0-9 and "-"; the digest keeps identifiers apart that read the same. turn: of `package_id`.
    """
    digest = hashlib.sha256(_said(source, native_id, turn).encode()).hexdigest()[:DIGEST_CHARACTERS]
    origin = slug(source, SOURCE_PART_CHARACTERS)
    room = NAME_LIMIT_CHARACTERS - len(origin) - len(digest) - 2
    return f"{origin}-{slug(native_id, room)}-{digest}"


def digest_of(name: str) -> str:
    """The digest at the end of a dataset's name (`package_name`), which keeps it apart from all others."""
    return name.rpartition("-")[2]


def _said(source: str, native_id: str, turn: int) -> str:
    """What an identity is made from. A source's id has no line break, so that no native identifier reads as a turn."""
    return f"{source}\n{native_id}" if turn == 1 else f"turn {turn}\n{source}\n{native_id}"
