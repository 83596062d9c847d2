"""The demo: what a person would do with the `catalogue` command, on the fictional States and a real CKAN.

Every step is the command itself, as a subprocess; its progress goes straight to standard error. This only strings the
steps together and shows per State what came of them.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from sandbox import desk, serving
from sandbox.states import OFFERS, STATES, state_names

HOME = Path("var")
PIPED_COLUMNS = 120
"""A pipe has no width of its own; 80 columns would break the table."""

COLUMNS = ("State", "sources", "found", "new", "changed", "missing", "invalid", "published", "seconds")
SUMMED = ("records", "new", "changed", "missing", "invalid", "seconds")


class StepError(Exception):
    """A step of the demo ended with an error, which it has printed itself. Raised by `run` and `stop`."""


def run() -> None:
    """Start the CKAN and the portals, harvest, publish, and show the outcome. Raises StepError, SandboxError."""
    home = _home()
    folder = home / "sandbox"
    portal = _catalogue(home, "portal", "up")
    serving.ensure(folder)
    _catalogue(home, "sources", "load", str(folder / serving.SOURCES_FILE), "--states", str(STATES))
    ids = [offer.id for offer in OFFERS]
    runs = {run["source"]: run for run in _catalogue(home, "harvest", *ids)["runs"]}
    published = {state["state"]: state for state in _catalogue(home, "publish")["states"]}
    console = Console(width=None if sys.stdout.isatty() else PIPED_COLUMNS, highlight=False)
    console.print(_table(runs, published))
    if not _changes(runs, published):
        console.print("Nothing changed since the last time.")
    for run in runs.values():
        if run["state"] != "complete":
            console.print(escape(f"{run['source']}: {run['state']}. {run['sentence']}"))
    console.print(f"\nThe catalogue: [bold]{escape(portal['url'])}/dataset/[/]")
    console.print(f"  by State:    {escape(portal['url'])}/organization/")
    memory = desk.ensure(home, _environment(home), _run)
    console.print(f"The desk, where States report: [bold]{escape(memory.url)}/[/]")
    for address in desk.PEOPLE:
        console.print(f"  sign in as {escape(address)} with the password {escape(memory.password)}")
    console.print("The portals that it was read from:")
    portals = serving.running(folder)
    for served in portals.portals if portals else ():
        console.print(f"  {served.id:14}{served.protocol:9}{escape(served.url)}")
    console.print("Search in this CKAN runs on a stand-in for Solr, for trying and testing.")
    console.print("`make demo-stop` stops everything; `make demo` goes on from what is there.")


def stop() -> None:
    """Stop what `run` started, as far as it runs. Raises StepError, SandboxError."""
    home = _home()
    stopped = ["desk"] if desk.stop(home) else []
    stopped += ["sandbox"] if serving.stop(home / "sandbox") else []
    stopped += _catalogue(home, "portal", "down")["stopped"]
    sys.stdout.write(f"Stopped: {', '.join(stopped)}.\n" if stopped else "Nothing was running.\n")


def _table(runs: dict[str, dict[str, Any]], published: dict[str, dict[str, Any]]) -> Table:
    table = Table(title="The catalogue of the fictional States", title_justify="left")
    for column in COLUMNS:
        table.add_column(column, justify="left" if column == "State" else "right")
    names = state_names()
    for state in dict.fromkeys(offer.state for offer in OFFERS):
        own = [runs[offer.id] for offer in OFFERS if offer.state == state]
        sums = {key: sum(run[key] for run in own) for key in SUMMED}
        sent = published.get(state, {})
        in_ckan = sum(sent.get(key, 0) for key in ("created", "updated", "unchanged"))
        counts = (len(own), *(sums[key] for key in SUMMED[:-1]), in_ckan)
        table.add_row(names[state]["en"], *(f"{count:,}" for count in counts), f"{sums['seconds']:.1f}")
    return table


def _changes(runs: dict[str, dict[str, Any]], published: dict[str, dict[str, Any]]) -> int:
    """How much is not as the last time, in the store or in CKAN."""
    read = sum(run[key] for run in runs.values() for key in ("new", "changed", "missing"))
    sent = sum(state.get(key, 0) for state in published.values() for key in ("created", "updated", "deleted"))
    return int(read + sent)


def _home() -> Path:
    return Path(os.environ.get("CATALOGUE_HOME") or HOME).absolute()


def _environment(home: Path) -> dict[str, str]:
    environment = {
        **os.environ,
        "CATALOGUE_HOME": str(home),
        "CATALOGUE_ALLOW_ADDRESSES": "127.0.0.0/8",
        "CATALOGUE_DELAY_SECONDS": "0",
    }
    # The demo publishes invented data: never to a CKAN that somebody has set for real use.
    for name in ("CKAN_URL", "CKAN_TOKEN", "CATALOGUE_DATABASE_URL"):
        environment.pop(name, None)
    return environment


def _catalogue(home: Path, *arguments: str) -> Any:
    """Run the command with `--json` and read what it prints. Raises StepError."""
    return _run(_environment(home), *arguments, "--json")


def _run(environment: Mapping[str, str], *arguments: str) -> Any:
    """Run the command; what it prints as JSON is read. Raises StepError.

    `catalogue harvest` exits with an error where a run failed, and reports all the same: the table shows that.
    """
    command = [sys.executable, "-m", "catalogue.cli", *arguments]
    done = subprocess.run(command, env=dict(environment), stdout=subprocess.PIPE, check=False)
    if done.returncode and not (arguments[0] == "harvest" and done.stdout):
        step = " ".join(arguments[:2])
        raise StepError(f"The demo ended at `catalogue {step}`; mend what that says above, and run the demo again.")
    return json.loads(done.stdout) if "--json" in arguments else None
