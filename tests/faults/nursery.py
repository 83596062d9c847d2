"""A process that has the crawl's libraries loaded, and forks a process for each harvest: `python -m tests.faults.nursery`.

A line of standard input is a job (`harvesters.job.Job`), a line of standard output what became of its process. Loading
takes most of the time of a small harvest; what runs is the crawl itself, in a process of its own.
"""

import importlib
import io
import json
import os
import resource
import sys
import tempfile
import time
from typing import BinaryIO

from harvesters import crawl
from harvesters.registry import all_harvesters


def main() -> None:
    """Harvest until standard input ends."""
    importlib.import_module("harvesters.harvest")
    all_harvesters()
    for line in sys.stdin.buffer:
        with tempfile.TemporaryFile() as errors:
            started = time.monotonic()
            pid = os.fork()
            if pid == 0:
                _harvest(line, errors)
            _, status, used = os.wait4(pid, 0)
            errors.seek(0)
            told = {
                "status": os.waitstatus_to_exitcode(status),
                "seconds": time.monotonic() - started,
                "memory_bytes": used.ru_maxrss * 1024,  # KiB on Linux (getrusage(2))
                "errors": errors.read().decode("utf-8", "replace"),
            }
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()


def _harvest(job: bytes, errors: BinaryIO) -> None:
    """What `python -m harvesters.crawl` does, in this process, which ends with it."""
    status = 70
    try:
        os.dup2(errors.fileno(), 2)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        sys.stdin = io.TextIOWrapper(io.BytesIO(job))
        status = crawl.main()
    finally:
        sys.stderr.flush()
        os._exit(status)


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    main()
