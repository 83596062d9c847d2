"""`python -m sandbox serve|stop DIR`, and `demo`, `demo-stop`."""

import sys
from pathlib import Path

import typer

from sandbox import demo as demonstration
from sandbox import serving

app = typer.Typer(help="Portals of fictional States, to try everything on.", no_args_is_help=True)


@app.command()
def serve(folder: Path) -> None:
    """Serve the portals until SIGTERM."""
    serving.serve(folder)


@app.command()
def stop(folder: Path) -> None:
    """Stop the portals of this folder."""
    typer.echo("Stopped." if serving.stop(folder) else "Nothing was running.")


@app.command()
def demo() -> None:
    """Harvest the portals and publish to a real CKAN on this machine."""
    sys.exit(demonstration.run())


@app.command("demo-stop")
def demo_stop() -> None:
    """Stop what the demonstration started."""
    sys.exit(demonstration.stop())


if __name__ == "__main__":
    app()
