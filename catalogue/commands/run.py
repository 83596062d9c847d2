"""`catalogue run`: the clock."""

import logging
from typing import Annotated

import typer

from catalogue import database


def run(
    once: Annotated[bool, typer.Option(help="Do what is due now, and end.")] = False,
    publish: Annotated[bool, typer.Option(help="Publish after harvests.")] = True,
) -> None:
    """Harvest every source by its schedule and publish what came of it, until SIGTERM or Ctrl-C.

    What was missed while it was stopped is made up once. A source that fails is tried again after a quarter of an hour, then
    after twice as long each time, at most daily. Harvests that are running when it stops leave checkpoints. What each
    command said is in CATALOGUE_HOME/logs. `catalogue sources pause`, `resume` and `now` steer it.
    """
    from catalogue.clock import Clock
    from catalogue.settings import CONFIGURATION

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    database.prepare()
    Clock(CONFIGURATION, publishes=publish).run(once=once)
