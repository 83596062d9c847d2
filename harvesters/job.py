"""What a harvest is told, and what it tells while it goes on: the two ends of the pipe to `harvesters.crawl`."""

from pathlib import Path

import msgspec

from harvesters.base import Source
from harvesters.fetch.limits import Limits
from harvesters.fetch.policy import Retries


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """What a harvest is told: the source, where its spool goes, and how it may fetch (`fetch.policy.FetchPolicy`).

    secret: a header (`Name: value`) for the source's own origin alone; it is in no spool and no log.
    earlier: the spool of the last complete harvest, for what the portal says is still as it was.
    spool: a file that does not exist begins a harvest; one without a verdict is gone on with. limits, retries: of one
    request; max_answer_bytes counts before the sizes in limits.
    """

    source: Source
    run: str
    spool: Path
    allow_addresses: list[str] = []
    delay_seconds: float = 1.0
    contact: str = ""
    proxy: str | None = None
    ca_bundle: Path | None = None
    max_answer_bytes: int = 2 << 30
    secret: str = ""
    earlier: Path | None = None
    limits: Limits = Limits()
    retries: Retries = Retries()


def job_of(written: bytes) -> Job:
    """The job that is written in JSON. Raises msgspec.MsgspecError for what is none."""
    return msgspec.json.decode(written, type=Job, dec_hook=_path)


class Said(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line of progress: records so far, what the portal says it has, and at the end the verdict's state."""

    records: int
    advertised: int | None = None
    requests: int = 0
    state: str | None = None


def _path(kind: type[Path], value: str) -> Path:
    """Paths, which JSON has not, are all that msgspec asks for here; it makes an error of the job of what is none."""
    return kind(value)
