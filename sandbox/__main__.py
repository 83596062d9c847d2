"""`python -m sandbox`: serve the portals, run the demo, or serve a large CKAN to measure with."""

import signal
import sys
import threading
from pathlib import Path
from typing import Annotated

import typer

from sandbox import demo as demonstration
from sandbox import serving
from sandbox.bulk import bulk_portal

app = typer.Typer(help="Portals of fictional States, to try everything on.", no_args_is_help=True, add_completion=False)

Folder = Annotated[Path, typer.Option(help="Where the portals' addresses are remembered.")]


@app.command()
def serve(folder: Folder) -> None:
    """Serve the portals until SIGTERM or Ctrl-C."""
    serving.serve(folder)


@app.command()
def stop(folder: Folder) -> None:
    """Stop the portals of a folder."""
    typer.echo("Stopped." if serving.stop(folder) else "Nothing was running.")


@app.command()
def bulk(
    count: Annotated[int, typer.Option(min=1, help="How many datasets.")] = 10_000,
    port: Annotated[int, typer.Option(min=0, max=65_535, help="0 takes any.")] = 0,
) -> None:
    """Serve one CKAN of any size; its address is the first line of the output."""
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    with bulk_portal(count, port) as portal:
        sys.stdout.write(f"{portal.url}\n")
        sys.stdout.flush()
        ended.wait()


@app.command()
def demo() -> None:
    """Start a real CKAN and the portals, harvest them, publish, and show what came of it."""
    demonstration.run()


@app.command("demo-stop")
def demo_stop() -> None:
    """Stop what the demo started."""
    demonstration.stop()


def main() -> None:
    """Run a command; what a person can mend is one sentence and exit status 1."""
    try:
        app()
    except (serving.SandboxError, demonstration.StepError) as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(1)


if __name__ == "__main__":
    main()
