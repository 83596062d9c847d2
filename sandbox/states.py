"""The portals of the fictional States: who speaks which protocol, in which languages, and what is peculiar about it."""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from sandbox.ckan import CkanApi, Refusal, robots
from sandbox.ckan_dataset import OLD
from sandbox.content import Country, make_datasets, phrases
from sandbox.dcat import DcatFeed, former_terms
from sandbox.dcat_us import DataJson
from sandbox.flaws import (
    Flaw,
    empty_url,
    flawed,
    no_identifier,
    no_title,
    script_url,
    unknown_licence,
    unreadable_date,
)
from sandbox.pages import Pages
from sandbox.portal import Catalogue, Portal, Robots, Service
from sandbox.vocabulary import LANGUAGES

STATES = Path(__file__).with_name("states.csv")

SHORT_CRAWL_DELAY_SECONDS = 1
"""CKAN's own robots.txt asks for ten; whoever tries the demo should not have to wait that long."""


class Offer(NamedTuple):
    """A source as a State would report it, and the portal behind it.

    path: of the source under the portal's address. permission: whether the State's note permits harvesting where
    robots.txt does not. datasets: how many it has. offset: the number of the first dataset.
    """

    id: str
    state: str
    languages: tuple[str, ...]
    protocol: str
    path: str
    services: Sequence[Service]
    datasets: int
    flaws: Sequence[Flaw] = ()
    permission: bool = False
    offset: int = 0


CKAN_ROBOTS = Robots(robots(SHORT_CRAWL_DELAY_SECONDS))

OFFERS = (
    # A CKAN as most are: robots.txt forbids the API, and the State permits it.
    Offer(
        "xa-national", "XA", ("en", "fr"), "ckan", "", (CKAN_ROBOTS, CkanApi()), 85,
        (empty_url, unreadable_date, script_url, unknown_licence), permission=True,
    ),
    # A second source of the same State.
    Offer("xa-registers", "XA", ("fr",), "dcat-us", "/data.json", (Robots(), DataJson()), 25, offset=500),
    # A CKAN without permission: what it also offers, a data.json, is read instead.
    Offer("xb-national", "XB", ("ar", "en"), "ckan", "", (CKAN_ROBOTS, CkanApi(), DataJson()), 60, (empty_url,)),
    Offer(
        "xc-national", "XC", ("es", "en"), "dcat", "/catalog.ttl", (Robots(), DcatFeed()), 70,
        (unreadable_date, no_identifier, script_url),
    ),
    Offer(
        "xd-national", "XD", ("ru",), "dcat", "/catalog.xml", (Robots(), DcatFeed(paging=former_terms)), 50,
        (unknown_licence, empty_url),
    ),
    Offer(
        "xe-national", "XE", ("zh", "en"), "dcat-us", "/data.json", (Robots(), DataJson()), 55,
        (no_identifier, unreadable_date, no_title),
    ),
    # A CKAN of long ago that refuses to search: names first, then one dataset at a time.
    Offer("xf-national", "XF", ("fr", "es"), "ckan", "", (Robots(), CkanApi(OLD, Refusal(409))), 40, (script_url,)),
)  # fmt: skip


def country(code: str, languages: tuple[str, ...]) -> Country:
    """A fictional State of `states.csv`. Raises KeyError for a code that is not there."""
    return Country(code, state_names()[code], languages)


def state_names() -> dict[str, dict[str, str]]:
    """The names of the fictional States by code and language."""
    with STATES.open(encoding="utf-8", newline="") as file:
        return {row["code"]: {tag: row[f"name_{tag}"] for tag in LANGUAGES} for row in csv.DictReader(file)}


def portal_of(offer: Offer, port: int = 0) -> Portal:
    """The portal of an offer, not yet started."""
    whose = country(offer.state, offer.languages)
    named = phrases()["portal"]
    catalogue = Catalogue(
        country=whose,
        titles={tag: f"{named[tag]} – {whose.names[tag]}" for tag in offer.languages},
        home=f"https://{offer.id.removeprefix(offer.state.lower() + '-')}.{offer.state.lower()}.example",
        datasets=flawed(make_datasets(whose, offer.datasets, offer.offset), offer.flaws),
    )
    return Portal(catalogue, [*offer.services, Pages()], port)
