"""The exceptions of harvesting. Everything that goes wrong with a portal is one of these or a `fetch` error."""

import errno
from typing import Literal

import msgspec

from harvesters.phrases import Phrase, all_in_words, phrase

NOT_JSON = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What `msgspec.json.decode` raises for bytes that are not JSON: by their grammar, their encoding, or their depth."""

FailureClass = Literal[
    "down", "blocked", "moved", "tls", "auth", "malformed", "refused-by-robots", "refused-address", "too-large"
]


class HarvestError(Exception):
    """Base of what may end a harvest or one of its requests.

    failure: the class that the run's verdict names.
    said: one plain sentence for the person who reads the run, or several, in the end with what to do next: phrases, so that
    each is readable in six languages. sentence: the same in English.
    """

    failure: FailureClass = "malformed"

    def __init__(self, *said: Phrase) -> None:
        self.said = said
        self.sentence = all_in_words(self.said)
        super().__init__(self.sentence)


class MalformedAnswer(HarvestError):
    """Raised by a harvester's `read` when an answer is not what its protocol prescribes (HTML, cut JSON, bad RDF)."""

    failure = "malformed"


DISK_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
"""Error numbers of a write for which there is no room: on the disk, in a quota, or in what one file may have."""


class DiskFull(HarvestError):
    """Raised where what was read cannot be written down. status: with which the crawl's process then ends."""

    status = 3

    def __init__(self, where: object) -> None:
        super().__init__(phrase("disk-full", where=str(where)), phrase("do-make-room"))


class SpoolInUse(HarvestError):
    """Raised where another process writes the spool that is to be written. status: with which the crawl's process then ends."""

    status = 4

    def __init__(self, where: object) -> None:
        super().__init__(phrase("spool-in-use", where=str(where)), phrase("do-wait-for-writer"))


class UnknownProtocol(HarvestError):
    """Raised by `registry.harvester_for` when no harvester reads the protocol that a source names."""

    failure = "malformed"


class SpoolError(Exception):
    """Raised by `spool` when a spool file cannot be read or continued: not a spool, another source's, or damaged."""
