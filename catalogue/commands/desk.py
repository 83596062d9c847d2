"""`catalogue desk`: the pages."""

from typing import Annotated

import typer

from catalogue import database


def desk(
    host: Annotated[str, typer.Option(help="The address to listen at.")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(help="The port to listen at; 0 lets the system choose.", min=0, max=65535)
    ] = 8000,
) -> None:
    """Serve the desk: pages for States parties, for the secretariat and for everybody, and the API, until SIGTERM or Ctrl-C.

    Nothing else is to be set up. Behind a proxy with TLS set CATALOGUE_DESK_URL to the address that people open. The first
    officer is made with `catalogue people add ADDRESS --officer`.
    """
    from catalogue import logs
    from catalogue.desk import server
    from catalogue.settings import CONFIGURATION

    logs.say_all()
    database.prepare()
    server.serve(host, port, CONFIGURATION.desk_url, lambda address: typer.echo(f"The desk is open at {address}"))
