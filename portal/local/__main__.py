"""`python -m portal.local up|down|status FOLDER`: the same as `catalogue portal`, without the catalogue."""

import argparse
import dataclasses
import json
import sys
from pathlib import Path

from portal.local import PortalError, down, install, status, up


def main() -> int:
    """Run one command; what it found is printed as JSON, errors go to standard error."""
    parser = argparse.ArgumentParser(
        prog="portal.local", description="A real CKAN on this machine, for trying and testing."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("up", "down", "status"):
        command = commands.add_parser(name)
        command.add_argument("folder", type=Path)
        if name == "up":
            command.add_argument(
                "--environment", type=Path, help="CKAN's Python environment (default: FOLDER/environment)"
            )
            command.add_argument("--solr-url", help="a real Solr core with CKAN's schema, in place of the stand-in")
    commands.add_parser("install").add_argument("environment", type=Path)
    given = parser.parse_args()
    try:
        match given.command:
            case "install":
                install(given.environment, _tell)
                answer: object = {"environment": str(given.environment)}
            case "up":
                found = up(given.folder, environment=given.environment, progress=_tell, solr_url=given.solr_url)
                answer = dataclasses.asdict(found)
            case "down":
                answer = {"stopped": down(given.folder)}
            case _:
                answer = dataclasses.asdict(status(given.folder))
    except PortalError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(json.dumps(answer, indent=1) + "\n")
    return 0


def _tell(text: str, fraction: float | None) -> None:
    share = "" if fraction is None else f" ({fraction:.0%})"
    sys.stderr.write(f"{text}{share}\n")


if __name__ == "__main__":
    sys.exit(main())
