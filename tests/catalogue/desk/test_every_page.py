"""Every page in a real browser: nothing serious by axe-core, nothing wider than a telephone, nothing refused by the policy.

In two languages and at one width each by default; CATALOGUE_SCREENSHOTS names a folder, and then it is all six at both
widths, with a picture of each (`make screenshots`).
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Page

from catalogue.states.languages import DJANGO_LANGUAGES, direction
from tests.catalogue.desk import browsing
from tests.catalogue.desk.conftest import PASSWORD
from tests.conftest import REPOSITORY

pytestmark = pytest.mark.skipif(
    browsing.CHROMIUM is None, reason="Chromium is absent (apt install chromium, or CATALOGUE_CHROMIUM names it)"
)
PICTURES = os.environ.get("CATALOGUE_SCREENSHOTS")
LOOKS = (
    [(language, width) for language in DJANGO_LANGUAGES for width in ("wide", "narrow")]
    if PICTURES
    else [("en", "wide"), ("ar", "narrow")]
)
SIZES = {"wide": browsing.WIDE, "narrow": browsing.NARROW}


def pages(keys: dict[str, str]) -> dict[str, dict[str, str]]:
    """By who opens it: a name for each page, and its path."""
    return {
        "nobody": {
            "home": "", "state": "states/XA/", "silent-state": "states/XB/", "entry": f"entries/{keys['published-entry']}/",
            "tombstone": f"entries/{keys['withdrawn-entry']}/", "changes": "changes/", "login": "accounts/login/",
            "password-reset": "accounts/password/reset/", "password-reset-done": "accounts/password/reset/done/",
            "invitation": f"invitation/{keys['secret']}/", "invitation-used": "invitation/none/", "not-found": "nowhere/",
        },
        "focal@xa.example": {
            "register": "desk/XA/", "new": "desk/XA/new/", "known": "desk/XA/new/?source=xa-known",
            "draft": f"desk/XA/drafts/{keys['draft']}/", "returned": f"desk/XA/versions/{keys['returned']}/",
            "published": f"desk/XA/versions/{keys['published']}/", "submit": "desk/XA/submit/",
            "withdraw": f"desk/XA/versions/{keys['published']}/withdraw/",
            "submission": f"desk/XA/submissions/{keys['submission']}/", "lists": "desk/XA/lists/",
            "list": f"desk/XA/lists/{keys['upload']}/", "me": "me/", "password": "accounts/password/change/",
            "totp": "accounts/2fa/", "totp-on": "accounts/2fa/totp/activate/", "logout": "accounts/logout/",
        },
        "officer@secretariat.example": {
            "office": "office/", "queue": "office/queue/", "queue-accepted": "office/queue/?status=accepted",
            "review": f"office/queue/{keys['received']}/", "review-again": f"office/queue/{keys['again']}/",
            "submission-to-accept": f"desk/XA/submissions/{keys['long-submission']}/",
            "people": "office/people/", "sources": "office/sources/", "source": "office/sources/xa-known/",
            "source-withdrawn": "office/sources/xa-gone/",
        },
    }  # fmt: skip


@pytest.mark.parametrize(("language", "width"), LOOKS)
def test_every_page(language: str, width: str, tmp_path: Path):
    prefix = DJANGO_LANGUAGES[language]
    found: dict[str, list[str]] = {}
    with browsing.desk(tmp_path / "home", {}) as (catalogue, url), browsing.browser() as browser:
        seeded = subprocess.run(
            [sys.executable, "-m", "tests.catalogue.desk.seeding"], cwd=REPOSITORY, capture_output=True, check=True, text=True,
            env={**catalogue.environment, "CATALOGUE_PASSWORD": PASSWORD},
        )  # fmt: skip
        for who, own in pages(json.loads(seeded.stdout)).items():
            page = browser.new_context(viewport=SIZES[width]).new_page()
            refused: list[str] = []
            page.on("console", lambda message, refused=refused: refused.append(message.text))
            if "@" in who:
                browsing.sign_in(page, url, who, PASSWORD, prefix)
            for name, path in own.items():
                page.goto(f"{url}/{prefix}/{path}")
                if name == "totp-on" and page.locator("[name=password]").count():
                    page.fill("[name=password]", PASSWORD)  # who has signed in a while ago is asked again
                    page.click("main button[type=submit]")
                    page.wait_for_selector("img[alt]")
                faults = [*browsing.faults(page), *(text for text in refused if "Content Security Policy" in text)]
                if page.get_attribute("html", "lang") != language or page.get_attribute("html", "dir") != direction(
                    language
                ):
                    faults.append("is in another language")
                if faults:
                    found[name] = faults
                picture(page, f"{name}-{language}-{width}")
    assert found == {}


def picture(page: Page, name: str) -> None:
    """Keep a picture of the whole page, where somebody wants to look."""
    if PICTURES:
        Path(PICTURES).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=f"{PICTURES}/{name}.png", full_page=True)
