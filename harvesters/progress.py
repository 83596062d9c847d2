"""How far a harvest has come: what the lines of its spool add up to, while they are written as when they are read."""

from pathlib import Path

import msgspec

from harvesters.errors import FailureClass, SpoolError
from harvesters.phrases import Phrase
from harvesters.spool import read_spool
from harvesters.spool_lines import Ask, Checkpoint, Header, Line, Noticed, Record, Verdict


class Progress(msgspec.Struct):
    """How far a harvest has come, as its spool tells: enough to go on with it in another process."""

    header: Header
    verdict: Verdict | None = None
    open: dict[str, Ask] = {}
    asked: set[str] = set()
    seen: set[int] = set()
    page: list[int] = []
    pages: set[int] = set()
    """Of every answer that was read, what identifiers it held in which order: the same again is a loop."""
    records: int = 0
    kept: int = 0
    """Of the records, those that may become datasets: not services, images, or what is too large."""
    nameless: int = 0
    requests: int = 0
    advertised: tuple[int, int] | None = None
    last_page: bool = False
    robots_forbid: bool = False
    missing: list[str] = []
    failures: list[tuple[FailureClass, str]] = []
    forgiven: list[tuple[FailureClass, str]] = []
    """Failures in whose place the harvester asked for something else."""
    said: dict[str, tuple[Phrase, ...]] = {}
    """The sentences of failures and of what is missing for readers of other languages, by the English one."""

    def take(self, line: Line) -> None:
        """Account for one line. The writer calls this for each line it writes, so reading gives the same state."""
        match line:
            case Record():
                self.records += 1
                self.kept += 1
                self._see(line.id)
            case Noticed(received=True):
                self.records += 1
                self._see(line.id)
            case Noticed():
                self.robots_forbid = self.robots_forbid or line.finding.code == "robots-forbid"
            case Checkpoint():
                self.requests += bool(line.answered)
                if self.page and line.failure is None:
                    self.pages.add(hash(tuple(self.page)))
                self.page.clear()
                self.open.pop(line.answered, None)
                for ask in line.asked:
                    if ask.key not in self.asked:
                        self.asked.add(ask.key)
                        self.open[ask.key] = ask
                if line.advertised is not None:
                    first = self.advertised[0] if self.advertised else line.advertised
                    self.advertised = (first, line.advertised)
                self.last_page = self.last_page or line.last_page
                self.missing.extend(line.troubles)
                self.said.update(line.said)
                if line.failure is not None:
                    failures = self.forgiven if line.fell_back else self.failures
                    failures.append((line.failure, line.sentence))
            case Verdict():
                self.verdict = line
            case _:
                pass

    def _see(self, identifier: str | None) -> None:
        if identifier is None:
            self.nameless += 1
        else:
            self.seen.add(hash(identifier))
            self.page.append(hash(identifier))

    @property
    def page_was_read(self) -> bool:
        """Whether the answer that is being read holds the very datasets of one that was read before."""
        return bool(self.page) and hash(tuple(self.page)) in self.pages


def progress(path: Path) -> Progress:
    """Where a harvest stands, from its spool."""
    lines = read_spool(path)
    header = next(lines, None)
    if not isinstance(header, Header):
        raise SpoolError(f"{path} has no header; harvest the source again.")
    state = Progress(header)
    for line in lines:
        state.take(line)
    return state
