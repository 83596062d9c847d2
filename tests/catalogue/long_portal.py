"""A portal that takes long to read, for tests that stop its harvest on the way."""

import fcntl
import threading
from pathlib import Path

from tests.conftest import Catalogue, CkanDouble, Reply, Site, dataset

SEARCH = "/api/3/action/package_search"
PAGES = 100
FEW = 20
"""Pages that may have been asked for when a harvest has ended that was stopped at the third: what a slow machine does meanwhile."""

DELAY_SECONDS = 0.4
PROMPT_SECONDS = 30.0
"""A stop is prompt within this; to read on to the last page would take 40 seconds and more."""


class LongPortal(CkanDouble):
    """Of many pages. `third` is set when the third is asked for, which then waits for `go_on`."""

    def __init__(self, site: Site) -> None:
        super().__init__(site, [dataset(number) for number in range(2 * PAGES)])
        self.third, self.go_on = threading.Event(), threading.Event()
        self.go_on.set()
        self._site, self._whole = site, site.routes[SEARCH]
        site.routes[SEARCH] = self._answer

    def _answer(self, query: dict[str, str]) -> Reply:
        if query["start"] == "4":
            self.third.set()
            self.go_on.wait(60)
        return self._whole(query)

    @property
    def pages(self) -> list[str]:
        return [target for target in self._site.asked if SEARCH in target]

    def register(self, catalogue: Catalogue, *sources: str, delay_seconds: float = DELAY_SECONDS) -> None:
        """Each with the same host."""
        options = f"options: {{page_size: 2}}\ndelay_seconds: {delay_seconds}"
        catalogue.register(*(f"{source} ckan {self.url}\n{options}" for source in sources))

    def came_from_a_checkpoint(self, since: int) -> bool:
        """Whether what was asked since so many pages left out the first, which was whole."""
        return not any("start=0&" in target or target.endswith("start=0") for target in self.pages[since:])


def written_no_more(catalogue: Catalogue, source: str) -> None:
    """Come back when no process has the spool of a source's only run any more."""
    (spool,) = catalogue.home.glob(f"spools/{source}/*.zst")
    with spool.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)


def children(process: int) -> list[int]:
    """The processes that a process started (proc(5), children)."""
    return [int(each) for each in Path(f"/proc/{process}/task/{process}/children").read_text().split()]
