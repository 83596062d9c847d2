"""The demonstration: what a person would do with the command, on the sandbox's States and a real CKAN.

Everything goes through the `catalogue` command, as subprocesses; this only strings them together and shows the outcome.
"""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from sandbox import serving

HOME = Path("var")
PIPED_COLUMNS = 120
STATES = Path(__file__).with_name("states.csv")


def run() -> int:
    """Start, harvest, publish, show; gives the exit status."""
    home = Path(os.environ.get("CATALOGUE_HOME", HOME)).absolute()
    folder = home / "sandbox"
    portal = _catalogue(home, "portal", "up", "--json")
    serving.ensure(folder)
    _catalogue(home, "sources", "load", str(folder / "sources.yaml"), "--states", str(STATES), "--json")
    sources = [offer.id for offer in serving.OFFERS]
    harvested = {run["source"]: run for run in _catalogue(home, "harvest", *sources, "--json")["runs"]}
    published = {state["state"]: state for state in _catalogue(home, "publish", "--json")["states"]}
    _show(harvested, published)
    console = _console()
    console.print(
        f"\nLook at the catalogue: [bold]{portal['url']}/dataset/[/]  (organizations: {portal['url']}/organization/)"
    )
    console.print(
        "Search there runs on a stand-in for Solr, for trying and testing. `make demo-stop` stops everything."
    )
    return 0


def _show(harvested: dict[str, dict[str, Any]], published: dict[str, dict[str, Any]]) -> None:
    with STATES.open(encoding="utf-8", newline="") as file:
        names = {row["code"]: row["name_en"] for row in csv.DictReader(file)}
    table = Table(title="The catalogue of five fictional States", title_justify="left")
    columns = ("State", "sources", "found", "new", "changed", "missing", "invalid", "published", "seconds")
    for column in columns:
        table.add_column(column, justify="left" if column == "State" else "right")
    changes = 0
    for state in dict.fromkeys(offer.state for offer in serving.OFFERS):
        runs = [harvested[offer.id] for offer in serving.OFFERS if offer.state == state]
        sums = {
            key: sum(run[key] for run in runs) for key in ("records", "new", "changed", "missing", "invalid", "seconds")
        }
        sent = published.get(state, {})
        in_ckan = sum(sent.get(key, 0) for key in ("created", "updated", "unchanged"))
        changes += sums["new"] + sums["changed"] + sent.get("created", 0) + sent.get("updated", 0)
        row = [
            names[state],
            len(runs),
            sums["records"],
            sums["new"],
            sums["changed"],
            sums["missing"],
            sums["invalid"],
            in_ckan,
        ]
        table.add_row(*map(str, row), f"{sums['seconds']:.1f}")
    console = _console()
    console.print(table)
    if not changes:
        console.print("Nothing changed since the last time.")
    for run in harvested.values():
        if run["state"] != "complete":
            console.print(f"{run['source']}: {run['state']}. {run['sentence']}")


def _console() -> Console:
    """Wide enough for the table where standard output is no terminal."""
    return Console(width=None if sys.stdout.isatty() else PIPED_COLUMNS)


def stop() -> int:
    """Stop what `run` started."""
    home = Path(os.environ.get("CATALOGUE_HOME", HOME)).absolute()
    stopped = serving.stop(home / "sandbox")
    services = _catalogue(home, "portal", "down", "--json")["stopped"]
    sys.stdout.write(
        f"Stopped: {', '.join([*(['sandbox'] if stopped else []), *services]) or 'nothing was running'}.\n"
    )
    return 0


def _catalogue(home: Path, *arguments: str) -> Any:
    """Run the command and read its JSON; its progress and its errors go through to the person. Exits as it does."""
    environment = {
        **os.environ,
        "CATALOGUE_HOME": str(home),
        "CATALOGUE_ALLOW_ADDRESSES": "127.0.0.0/8",
        "CATALOGUE_DELAY_SECONDS": "0",
    }
    done = subprocess.run(
        [sys.executable, "-m", "catalogue.cli", *arguments], env=environment, stdout=subprocess.PIPE, check=False
    )
    if done.returncode:
        sys.stderr.write(
            f"The demonstration ended at `catalogue {' '.join(arguments[:2])}`; what it says above is the cause.\n"
        )
        sys.exit(done.returncode)
    return json.loads(done.stdout)
