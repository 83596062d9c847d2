"""One harvest, one process: `python -m harvesters.crawl` reads a job on standard input and leaves a spool.

Scrapy fetches (through `fetch`), the protocol's harvester reads, and each answer becomes one frame of the spool with the
checkpoint that the next process would go on from. Progress is told on standard output, one JSON object a line; the log
goes to standard error. SIGINT, SIGTERM, and the death of whoever listens end the harvest after the answers that are under way,
without a verdict (`stopping`).
"""

import gc
import sys

from harvesters.errors import DiskFull, HarvestError, SpoolInUse
from harvesters.job import job_of

COLLECTION = (50_000, 20, 20)
"""Thresholds of Python's garbage collection. A page is read into many small objects without cycles, and looking through them
every 700 allocations, as is usual, takes a quarter of the time; of loading Scrapy, a tenth."""


def main() -> int:
    """Read the job from standard input; exit status 0 once the spool is closed, 2 for a job that cannot begin,
    `DiskFull.status` where there is no room for it, `SpoolInUse.status` where another process writes it."""
    gc.set_threshold(*COLLECTION)
    from harvesters.harvest import harvest  # Scrapy is loaded with these thresholds

    gc.freeze()
    job = job_of(sys.stdin.buffer.read())
    try:
        harvest(job)
    except (DiskFull, SpoolInUse) as error:
        sys.stderr.write(error.sentence + "\n")
        return error.status
    except HarvestError as error:
        sys.stderr.write(error.sentence + "\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
