"""How long spools are kept: the newest few of each source, to be read again (`catalogue replay`)."""

from pathlib import Path

from catalogue.harvests.models import Run
from catalogue.register.models import Source

GOES_ON = ("running", "interrupted")
"""Runs that go on from their spool, whatever its age."""


def forget_old(source: Source, home: Path, keep: int) -> list[Path]:
    """Delete the spools, and the logs beside them, of all but the newest `keep` runs that ended; gives what was deleted.

    A spool that held records is worth more than a newer one of a run that failed: those do not count.
    """
    deleted = []
    kept = 0
    for run in Run.objects.filter(source=source).exclude(state__in=GOES_ON).exclude(spool=""):
        spool = home / run.spool
        kept += run.state != "failed" and spool.exists()
        if kept > keep or (run.state == "failed" and kept == keep):
            for path in (spool, spool.with_suffix(".log")):
                if path.exists():
                    path.unlink()
                    deleted.append(path)
    return deleted
