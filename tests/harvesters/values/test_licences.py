"""Licences as real portals write them; neither a version nor an openness is invented."""

import pytest

from harvesters.values import read_licence

CC_BY = "http://creativecommons.org/licenses/by/4.0"


@pytest.mark.parametrize(
    ("stated", "spdx", "is_open"),
    [
        ({"raw_id": "odc-odbl"}, "ODbL-1.0", True),
        ({"raw_id": "cc-by"}, None, True),
        ({"raw_id": "CC-BY-4.0"}, "CC-BY-4.0", True),
        ({"raw_id": "other-open"}, None, True),
        ({"raw_id": "cc-nc"}, None, False),
        ({"raw_id": "uk-ogl"}, None, True),
        ({"raw_id": "etalab-2.0"}, "etalab-2.0", True),
        ({"raw_id": "fr-lo"}, None, True),
        ({"raw_id": "dl-de-by-2.0"}, "DL-DE-BY-2.0", True),
        ({"raw_id": "CC0"}, "CC0-1.0", True),
        ({"raw_id": "license"}, None, None),
        ({"raw_id": None, "raw_title": "Creative Commons Atribuição"}, None, True),
        ({"raw_id": "Licence ouverte / Open Licence"}, None, True),
        ({"raw_id": '<DIV STYLE="text-align:Left;">Soumis à la licence Etalab</DIV>'}, None, True),
        ({"raw_id": None, "raw_url": CC_BY}, "CC-BY-4.0", True),
        ({"raw_id": None, "raw_url": f"{CC_BY.replace('http:', 'https:')}/"}, "CC-BY-4.0", True),
        ({"raw_id": None, "raw_url": f"{CC_BY}/legalcode.fr"}, "CC-BY-4.0", True),
        ({"raw_id": "http://publications.europa.eu/resource/authority/licence/CC_BY_4_0"}, "CC-BY-4.0", True),
        (
            {"raw_id": None, "raw_url": "http://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/"},
            "OGL-UK-3.0", True,
        ),
        ({"raw_id": None, "raw_url": "https://data.gov.example/our-licence"}, None, None),
    ],
)  # fmt: skip
def test_what_was_stated(stated: dict[str, str | None], spdx: str | None, is_open: bool | None):
    licence = read_licence(**stated)
    assert licence is not None
    assert (licence.spdx, licence.open) == (spdx, is_open)
    assert licence.text


@pytest.mark.parametrize(
    "raw", ["", None, "notspecified", "License not specified", "No se especificó la licencia", "null"]
)
def test_nothing_stated_is_nothing(raw: str | None):
    assert read_licence(raw) is None


def test_the_words_and_the_address_of_the_publisher_are_kept():
    licence = read_licence("other-at", "Our own terms", "https://data.gov.example/terms")
    assert licence is not None
    assert (licence.text, licence.title, licence.url) == ("other-at", "Our own terms", "https://data.gov.example/terms")
