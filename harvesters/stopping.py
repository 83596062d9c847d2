"""How a crawl is stopped: by a signal, however often it comes, or by the death of whoever listens to it."""

import asyncio
import os
import signal
import stat
from contextlib import suppress

from scrapy.crawler import AsyncCrawlerProcess
from twisted.internet.error import ReactorNotRunning

STANDARD_OUTPUT = 1
"""Its file descriptor (POSIX, STDOUT_FILENO)."""


def run(process: AsyncCrawlerProcess) -> None:
    """Crawl to the end, or until SIGINT or SIGTERM comes or nobody reads standard output any more, where that is a pipe; the
    answers that are under way are then still read.

    Scrapy's own handlers are not used: for them a second signal breaks off all at once, and a terminal's Ctrl-C, or a signal
    to the whole group, comes beside that of the process that started this one.
    """
    from twisted.internet import reactor  # installed by Scrapy when the process was made

    loop = asyncio.get_event_loop()  # likewise; it does not run yet
    stopping: list[asyncio.Task[None]] = []

    async def stop() -> None:
        await process.stop()
        with suppress(ReactorNotRunning):  # the crawl ended, and the reactor with it
            reactor.stop()  # type: ignore[misc]  # an interface's methods have no self

    def asked() -> None:
        if not stopping:
            stopping.append(loop.create_task(stop()))

    def deserted() -> None:
        loop.remove_reader(STANDARD_OUTPUT)
        asked()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, asked)
    if stat.S_ISFIFO(os.fstat(STANDARD_OUTPUT).st_mode):
        # A pipe that we only write to becomes "readable" when its reader is gone (poll(2), POLLERR), after a kill -9 too.
        loop.add_reader(STANDARD_OUTPUT, deserted)
    process.start(install_signal_handlers=False)
