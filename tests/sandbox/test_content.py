"""The generator: the same datasets every time, in every language, of the variety that real portals have."""

import subprocess
import sys
from collections import Counter

import msgspec
import pytest

from sandbox.content import Country, make_dataset, make_datasets, phrases
from sandbox.flaws import empty_url, flawed, no_identifier, no_title, script_url, unknown_licence, unreadable_date
from sandbox.states import OFFERS, portal_of, state_names
from sandbox.vocabulary import FORMATS, LANGUAGES, LICENCES
from tests.conftest import REPOSITORY
from tests.sandbox.portals import COUNTRY

ALL_LANGUAGES = Country("XB", dict.fromkeys(LANGUAGES, "Xemara"), tuple(LANGUAGES))


def test_another_process_makes_the_same_datasets():
    here = msgspec.json.encode(make_datasets(COUNTRY, 40))
    code = (
        "import sys, msgspec; from sandbox.content import *; from tests.sandbox.portals import COUNTRY;"
        "sys.stdout.buffer.write(msgspec.json.encode(make_datasets(COUNTRY, 40)))"
    )
    there = subprocess.run(
        [sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, check=True, env={"PYTHONHASHSEED": "7"}
    )
    assert there.stdout == here


def test_a_dataset_does_not_depend_on_how_many_there_are():
    assert make_datasets(COUNTRY, 100)[17] == make_datasets(COUNTRY, 1, first=17)[0] == make_dataset(COUNTRY, 17)


def test_identifiers_and_titles_are_distinct():
    datasets = make_datasets(COUNTRY, 800)
    for values in ([d.id for d in datasets], [d.name for d in datasets], [d.titles["en"] for d in datasets]):
        assert len(set(values)) == 800
    assert make_dataset(COUNTRY, 1).id != make_dataset(ALL_LANGUAGES, 1).id


def _texts(value):
    if isinstance(value, dict) and set(value) == set(LANGUAGES):
        yield value
    elif isinstance(value, dict):
        yield from (found for each in value.values() for found in _texts(each))
    elif isinstance(value, list):
        yield from (found for each in value for found in _texts(each))


def test_every_phrase_is_there_in_six_languages():
    words = phrases()
    found = list(_texts(words))
    assert len(found) == 2 + len(words["publishers"]) + len(words["scopes"]) + 3 * len(words["topics"])
    assert all(text for texts in found for text in texts.values())
    assert {topic["publisher"] for topic in words["topics"]} <= set(words["publishers"])
    assert {label for topic in words["topics"] for label in topic["formats"]} <= set(FORMATS)


def test_the_spread_is_that_of_real_portals():
    datasets = make_datasets(ALL_LANGUAGES, 300)
    without = sum(not dataset.distributions for dataset in datasets)
    assert 20 <= without <= 60
    assert {dataset.licence for dataset in datasets} == {*LICENCES, None}
    assert {each.format for dataset in datasets for each in dataset.distributions} == set(FORMATS)
    assert Counter(len(dataset.titles) for dataset in datasets).keys() == {1, 6}
    assert all(dataset.issued <= dataset.modified for dataset in datasets)


@pytest.mark.parametrize(
    ("flaw", "broken"),
    [
        (empty_url, lambda d: d.distributions[0].url == ""),
        (script_url, lambda d: d.distributions[0].url.startswith("javascript:")),
        (unreadable_date, lambda d: not d.issued[0].isdigit()),
        (unknown_licence, lambda d: d.licence not in LICENCES),
        (no_title, lambda d: d.titles == {}),
        (no_identifier, lambda d: d.id is None),
    ],
)
def test_a_flawed_record_is_marked_and_the_others_are_not(flaw, broken):
    whole = make_datasets(COUNTRY, 30)
    made = flawed(whole, [flaw])
    marked = [dataset for dataset in made if dataset.flaw]
    assert [dataset.flaw for dataset in marked] == [flaw.__name__.replace("_", "-")]
    assert broken(marked[0])
    assert phrases()["flaw"]["en"] in marked[0].descriptions["en"]
    assert sum(before != after for before, after in zip(whole, made, strict=True)) == 1


def test_the_offers_are_of_fictional_states_in_all_six_languages():
    assert {offer.state for offer in OFFERS} <= set(state_names())
    assert {tag for offer in OFFERS for tag in offer.languages} == set(LANGUAGES)
    assert sum(offer.datasets for offer in OFFERS) <= 400
    for offer in OFFERS:
        assert sum(dataset.flaw is not None for dataset in portal_of(offer).datasets) == len(offer.flaws)
