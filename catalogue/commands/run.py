"""`catalogue run`: the clock."""

import logging
import re
from typing import Annotated

import typer

from catalogue import database

HIGHEST_PORT = 65_535
LOG = logging.getLogger(__name__)


def run(
    once: Annotated[bool, typer.Option(help="Do what is due now, and end.")] = False,
    publish: Annotated[bool, typer.Option(help="Publish after harvests.")] = True,
    metrics: Annotated[
        str, typer.Option(metavar="HOST:PORT", help="Serve metrics for Prometheus there, at /metrics.")
    ] = "",
) -> None:
    """Harvest every source by its schedule and publish what came of it, until SIGTERM or Ctrl-C.

    What was missed while it was stopped is made up once. A source that fails is tried again after a quarter of an hour, then
    after twice as long each time, at most daily; publishing every quarter of an hour. Harvests that are running when it stops
    leave checkpoints, and are due again at once. What each command said is in CATALOGUE_HOME/logs.
    `catalogue sources pause`, `resume` and `now` steer it.
    """
    from catalogue import listening, logs
    from catalogue import metrics as counted
    from catalogue.clock import Clock
    from catalogue.settings import CONFIGURATION

    logs.say_all()
    database.prepare()
    if metrics:
        host, _, port = metrics.rpartition(":")
        if not host or not re.fullmatch(r"[0-9]{1,5}", port) or int(port) > HIGHEST_PORT:
            raise typer.BadParameter(f"--metrics is {metrics!r}; it takes HOST:PORT, such as 127.0.0.1:9464.")
        with listening.opened("The metrics", host, int(port), "--metrics HOST:PORT"):
            server = counted.serve(host, int(port))
        LOG.info("metrics at http://%s:%s/metrics", host, server.server_port)
    Clock(CONFIGURATION, publishes=publish).run(once=once)
