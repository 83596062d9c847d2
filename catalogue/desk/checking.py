"""Checks of addresses in the background: two at a time, what they do is told while they do it."""

import logging
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import msgspec
from django.db import close_old_connections

from catalogue import check as checks
from catalogue.desk.models import Check
from catalogue.errors import CatalogueError
from catalogue.people.models import Person
from catalogue.settings import CONFIGURATION
from harvesters.errors import HarvestError

AT_ONCE = 2
"""Each takes processes of its own for up to 20 seconds (issue 5)."""

WAITING_AT_MOST = 3
"""Of one person; whoever asks for more waits for an answer first."""

DATASETS = 5
_EXECUTOR = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="check")
LOG = logging.getLogger(__name__)


def begin(person: Person, url: str, language: str) -> Check:
    """Ask for a check; one that is waiting or running for the same address is taken."""
    going = Check.objects.filter(person=person, stage__in=(Check.Stage.WAITING, Check.Stage.RUNNING))
    same = going.filter(url=url).first()
    if same is not None:
        return same
    made = Check.objects.create(person=person, url=url, language=language)
    if going.count() > WAITING_AT_MOST:
        Check.objects.filter(pk=made.pk).update(stage=Check.Stage.REFUSED)
        made.refresh_from_db()
        return made
    _EXECUTOR.submit(_run, made.pk)
    return made


def abandon_all() -> None:
    """At the start: checks that a process before this one did not finish are no longer waited for."""
    Check.objects.filter(stage__in=(Check.Stage.WAITING, Check.Stage.RUNNING)).update(stage=Check.Stage.REFUSED)


def _quiet(_told: str) -> None:
    """What a check does step by step is for the command line; a page says that it goes on."""


def _run(key: UUID) -> None:
    row = Check.objects.filter(pk=key)
    try:
        asked = row.get()
        row.update(stage=Check.Stage.RUNNING)
        found = checks.check(asked.url, CONFIGURATION, _quiet, limit=DATASETS, language=asked.language)
        row.update(stage=Check.Stage.DONE, result=msgspec.to_builtins(found))
    except (CatalogueError, HarvestError) as error:
        row.update(stage=Check.Stage.REFUSED, told=str(error))
    except Exception:
        LOG.exception("the check of an address failed")
        row.update(stage=Check.Stage.REFUSED, told="")
    finally:
        close_old_connections()
