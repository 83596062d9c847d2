"""The States parties: the shipped files are whole and right, and a mistake in such a file is told with its place."""

import os
from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from catalogue.states.reference import (
    GROUPS_FILE,
    LANGUAGES,
    PARTIES_FILE,
    Party,
    ReferenceDataError,
    read_groups,
    read_parties,
)

REPOSITORY = Path(__file__).parents[3]
SANDBOX_STATES = REPOSITORY / "sandbox" / "states.csv"
SHARED = Path(os.environ.get("CATALOGUE_SHARED", REPOSITORY.parent / "shared"))


@pytest.fixture(scope="module")
def parties() -> dict[str, Party]:
    return {party.code: party for party in read_parties()}


def test_there_are_191_states_and_one_organization(parties: dict[str, Party]) -> None:
    assert Counter(party.kind for party in parties.values()) == {"state": 191, "reio": 1}
    assert parties["EU"].kind == "reio"


def test_groups_have_the_members_that_are_parties(parties: dict[str, Party]) -> None:
    assert Counter(party.group for party in parties.values()) == {
        "African": 53,
        "Asia-Pacific": 52,
        "GRULAC": 32,
        "WEOG": 27,
        "Eastern European": 23,
        None: 5,
    }
    assert {group.id for group in read_groups()} == {party.group for party in parties.values() if party.group}


def test_every_party_and_group_is_named_in_six_languages(parties: dict[str, Party]) -> None:
    for names in [party.names for party in parties.values()] + [group.names for group in read_groups()]:
        assert tuple(names) == LANGUAGES
    for language in LANGUAGES:
        assert len({party.names[language] for party in parties.values()}) == len(parties)


def test_codes_are_unique_and_in_order(parties: dict[str, Party]) -> None:
    assert list(parties) == sorted(parties)
    states = [party for party in parties.values() if party.kind == "state"]
    for codes in ({party.iso3 for party in states}, {party.m49 for party in states}):
        assert None not in codes
        assert len(codes) == len(states)


def test_a_date_is_read_and_an_unknown_one_stays_unknown(parties: dict[str, Party]) -> None:
    assert parties["AF"].party_date == date(2008, 8, 25)
    assert parties["AF"].party_action == "ratification"
    assert parties["NZ"].party_date is None
    assert sum(party.party_date is None for party in parties.values()) == 19


def test_no_date_is_before_the_convention_was_opened(parties: dict[str, Party]) -> None:
    dates = [party.party_date for party in parties.values() if party.party_date]
    assert min(dates) >= date(2003, 12, 9)


@pytest.mark.skipif(
    not (SHARED / "reference").is_dir(), reason="the attendance list of 2019 is not on this machine (CATALOGUE_SHARED)"
)
def test_every_state_that_the_2019_report_names_is_a_party(parties: dict[str, Party]) -> None:
    lines = (SHARED / "reference" / "wg4_2019_attendance.csv").read_text("utf-8").splitlines()
    column = lines[0].split(",").index("iso2")
    named = {line.split(",")[column] for line in lines[1:]} - {""}
    assert len(named) >= 105
    assert named <= parties.keys()


def test_the_sandbox_states_are_fictional() -> None:
    states = read_parties(SANDBOX_STATES)
    assert [state.code for state in states] == ["XA", "XB", "XC", "XD", "XE", "XF"]
    assert all(state.is_fictional and state.group is None and state.m49 is None for state in states)
    assert all(tuple(state.formal_names) == LANGUAGES for state in states)


def test_fictional_names_are_no_partys(parties: dict[str, Party]) -> None:
    real = {name.casefold() for party in parties.values() for name in party.names.values()}
    assert not {name.casefold() for state in read_parties(SANDBOX_STATES) for name in state.names.values()} & real


def test_an_accession_is_one_added_line(tmp_path: Path) -> None:
    line = "ZZ,ZZZ,999,state,African,ا,中,Newland,Terre,Земля,Tierra,,,,,,,2030-01-31,accession,depositary,\n"
    path = tmp_path / "parties.csv"
    path.write_text(PARTIES_FILE.read_text("utf-8") + line, "utf-8")
    read = read_parties(path)
    assert len(read) == 193
    assert read[-1].names["en"] == "Newland"
    assert read[-1].formal_names == {}


def _cell(code: str, column: str, value: str) -> Callable[[str], str]:
    def change(text: str) -> str:
        header, *lines = text.splitlines()
        position = header.split(",").index(column)
        for number, line in enumerate(lines):
            cells = line.split(",")
            if cells[0] == code:
                cells[position] = value
                lines[number] = ",".join(cells)
        return "\n".join([header, *lines]) + "\n"

    return change


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_cell("AF", "party_date", "25.08.2008"), 'column party_date: "25.08.2008" is not a date'),
        (_cell("AF", "party_date", "2008-02-30"), 'column party_date: "2008-02-30" is not a date'),
        (_cell("AF", "name_ru", ""), "column name_ru: is empty"),
        (_cell("AF", "group", "Asian"), 'column group: "Asian" is not known here'),
        (_cell("AF", "kind", "kingdom"), 'column kind: "kingdom" is not known here'),
        (_cell("AF", "kind", ""), "column kind: is empty"),
        (_cell("AF", "kind", "fictional"), 'column code: "AF": kind "fictional" goes with the codes XA to XZ'),
        (_cell("AF", "code", "XB"), 'column code: "XB": kind "fictional" goes with the codes XA to XZ'),
        (_cell("AF", "code", "af"), 'column code: "af" is not a code of two capital letters'),
        (_cell("AF", "code", "AE"), 'column code: "AE" stands in line 2 already'),
        (_cell("AF", "m49", "4"), 'column m49: "4" is not a code of three digits'),
        (_cell("AF", "party_action", "signature"), 'column party_action: "signature" is not known here'),
        (_cell("AF", "note", "one, two"), "has 22 cells and not 21"),
        (_cell("AF", "note", '"open'), "is not CSV"),
        (lambda text: text.replace("code,iso3", "iso2,iso3"), "line 1: the columns must be code,iso3"),
        (lambda _text: "", "line 1: the columns must be code,iso3"),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, change: Callable[[str], str], said: str) -> None:
    path = tmp_path / "parties.csv"
    path.write_text(change(PARTIES_FILE.read_text("utf-8")), "utf-8")
    with pytest.raises(ReferenceDataError) as caught:
        read_parties(path)
    assert any(said in mistake and "line " in mistake for mistake in caught.value.mistakes), caught.value.mistakes
    assert "parties.csv cannot be used" in str(caught.value)


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    text = _cell("AL", "m49", "x")(_cell("AF", "name_es", "")(PARTIES_FILE.read_text("utf-8")))
    path = tmp_path / "parties.csv"
    path.write_text(text, "utf-8")
    with pytest.raises(ReferenceDataError) as caught:
        read_parties(path)
    assert len(caught.value.mistakes) == 2


def test_a_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "groups.csv"
    path.write_bytes(GROUPS_FILE.read_text("utf-8").encode("utf-16"))
    with pytest.raises(ReferenceDataError, match="save the file as UTF-8"):
        read_groups(path)
