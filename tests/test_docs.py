"""What code knows, the documentation says: settings, commands, and the links of the README."""

import re

import pytest

from docs import generate
from tests.conftest import REPOSITORY


@pytest.mark.parametrize(
    ("name", "page"),
    [
        ("settings.md", generate.settings_page),
        ("commands.md", generate.commands_page),
        ("protocols.md", generate.protocols_page),
    ],
)
def test_generated_pages_are_up_to_date(name, page):
    assert (REPOSITORY / "docs" / name).read_text(encoding="utf-8") == page(), "run `make docs`"


def test_links_lead_somewhere():
    for page in [REPOSITORY / "README.md", *REPOSITORY.glob("docs/*.md")]:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"
