"""What code knows, the documentation says: settings, commands, the API, and the links of the README."""

import re

import pytest

from docs import generate
from sandbox.faults.catalogue import FAULTS
from tests.conftest import REPOSITORY
from tests.faults.subjects import SUBJECTS


@pytest.mark.parametrize(
    ("name", "page"),
    [
        ("settings.md", generate.settings_page),
        ("commands.md", generate.commands_page),
        ("protocols.md", generate.protocols_page),
        ("api.md", generate.api_page),
    ],
)
def test_generated_pages_are_up_to_date(name, page):
    assert (REPOSITORY / "docs" / name).read_text(encoding="utf-8") == page(), "run `make docs`"


def test_every_argument_of_every_command_has_a_meaning():
    lines = generate.commands_page().splitlines()
    assert [line for line in lines if line.startswith("- `") and line.endswith(": ")] == []


def test_the_page_of_reliability_has_every_fault_and_protocol_and_all_holds():
    page = (REPOSITORY / "docs/reliability.md").read_text(encoding="utf-8")
    for fault in FAULTS.values():
        assert f"`{fault.name}`: {fault.meaning}." in page, "run `make faults`"
    rows = {line.split(" | ")[0].removeprefix("| ") for line in page.splitlines() if line.startswith("| ")}
    assert set(SUBJECTS) <= rows, "run `make faults`"
    assert "does not hold yet" not in page


def test_links_lead_somewhere():
    for page in [REPOSITORY / "README.md", *REPOSITORY.glob("docs/*.md")]:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"
