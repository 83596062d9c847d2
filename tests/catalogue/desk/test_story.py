"""The whole story in a browser: invited, a list with three mistakes, mended, submitted, returned, resubmitted, accepted,
harvested, and there in CKAN. In three languages, two of whose scripts are not Latin."""

import re
from pathlib import Path

import pytest
from ckanapi import RemoteCKAN
from django.utils import translation
from playwright.sync_api import Page

from catalogue.register.fields import BY_NAME
from catalogue.states.languages import DJANGO_LANGUAGES, direction
from tests.catalogue.desk import browsing
from tests.catalogue.desk.conftest import PASSWORD
from tests.conftest import CkanDouble, Site, dataset

pytestmark = pytest.mark.skipif(
    browsing.CHROMIUM is None, reason="Chromium is absent (apt install chromium, or CATALOGUE_CHROMIUM names it)"
)
OFFICER = "officer@secretariat.example"
WRITTEN = {
    "en": ("Contracts of the ministry", "Ministry of Finance"),
    "ar": ("عقود الوزارة", "وزارة المالية"),
    "zh": ("财政部合同", "财政部"),
}


def labels(language: str, *names: str) -> list[str]:
    with translation.override(DJANGO_LANGUAGES[language]):
        return [str(BY_NAME[name].label) for name in names]


def a_list(path: Path, language: str, source: str) -> None:
    """Four rows, three of them with a mistake, in columns of another order than the template's."""
    title, authority = WRITTEN[language]
    rows = [
        labels(language, "url", "title", "authority", "kind"),
        [source, title, authority, "source"],
        ["not an address", f"{title} 2", authority, "source"],
        [f"{source}3", f"{title} 3", "", "initiative"],
        [f"{source}4", f"{title} 4", authority, "something else"],
    ]
    path.write_text("\n".join(";".join(row) for row in rows), encoding="utf-8")


class Looker:
    """Looks at every page on its way."""

    def __init__(self, language: str, pages: dict[str, Page]) -> None:
        self.language, self.pages = language, pages
        self.errors: list[str] = []
        for page in pages.values():
            page.on("pageerror", lambda error: self.errors.append(str(error)))
            page.on("console", lambda message: self.errors.append(message.text) if self._bad(message.text) else None)

    @staticmethod
    def _bad(text: str) -> bool:
        return "Content Security Policy" in text or "Uncaught" in text

    def look(self, who: str) -> None:
        page = self.pages[who]
        assert page.get_attribute("html", "lang") == self.language
        assert page.get_attribute("html", "dir") == direction(self.language)
        assert browsing.faults(page) == [], page.url


@pytest.mark.parametrize("language", ["en", "ar", "zh"])
def test_the_whole_story(language: str, site: Site, address, tmp_path: Path):
    prefix = DJANGO_LANGUAGES[language]
    double = CkanDouble(site, [dataset(number, id=f"story-{language}-{number}") for number in range(4)])
    environment = {"CKAN_URL": address.url, "CKAN_TOKEN": address.token, "CATALOGUE_PASSWORD": PASSWORD}
    title, authority = WRITTEN[language]
    with browsing.desk(tmp_path / "home", environment) as (catalogue, url), browsing.browser() as browser:
        catalogue.run("people", "add", OFFICER, "--officer")
        officer, focal = (browser.new_context(viewport=browsing.WIDE).new_page() for _ in range(2))
        looker = Looker(language, {"officer": officer, "focal": focal})

        # An officer invites the focal point, who takes the invitation up from the e-mail.
        browsing.sign_in(officer, url, OFFICER, PASSWORD, prefix)
        looker.look("officer")
        officer.goto(f"{url}/{prefix}/office/people/")
        looker.look("officer")
        officer.fill("[name=email]", "focal@xa.example")
        officer.select_option("[name=role]", "focal-point")
        officer.select_option("[name=state]", "XA")
        officer.select_option("[name=language]", language)
        officer.click("form.card button.primary")
        link = re.findall(r"http://\S+/invitation/\S+", browsing.letters(catalogue.home)[-1])[0]
        assert f"/{prefix}/" in link
        focal.goto(link)
        looker.look("focal")
        focal.fill("[name=name]", "Focal")
        focal.fill("[name=password]", PASSWORD)
        focal.click("form.card button.primary")
        looker.look("focal")

        # A list with three mistakes is uploaded, and mended beside its rows.
        file = tmp_path / "list.csv"
        a_list(file, language, f"{double.url}/")
        focal.goto(f"{url}/{prefix}/desk/XA/lists/")
        looker.look("focal")
        focal.set_input_files("[name=file]", file)
        focal.click("form.card button.primary")
        looker.look("focal")
        assert focal.locator("tr.wrong").count() == 3
        assert focal.locator("[name=take]").count() == 0
        focal.fill("[name=cell-3-url]", "https://data.xa.example/2")
        focal.fill("[name=cell-4-authority]", authority)
        focal.select_option("[name=cell-5-kind]", "initiative")
        focal.click("[name=mend]")
        assert focal.locator("tr.wrong").count() == 0
        focal.click("[name=take]")
        looker.look("focal")

        # The drafts are submitted with a note verbale.
        focal.goto(f"{url}/{prefix}/desk/XA/submit/")
        looker.look("focal")
        submit(focal, tmp_path, "Note verbale 1/2026")
        looker.look("focal")
        assert f"/{prefix}/desk/XA/submissions/" in focal.url
        assert any("focal@xa.example" in each and title in each for each in browsing.letters(catalogue.home))

        # The source is returned with a reason, which the focal point reads, mends and resubmits.
        open_first(officer, url, prefix, title)
        looker.look("officer")
        officer.click("button[value=return]")
        assert officer.locator(".mistake[role=alert]").count() == 1  # not without a reason
        looker.look("officer")
        officer.check("input[value=unclear]")
        officer.click("button[value=return]")
        focal.goto(f"{url}/{prefix}/desk/XA/")
        looker.look("focal")
        focal.click(f"section.attention a:has-text('{title}')")
        looker.look("focal")
        focal.click("form[action$='/revise/'] button")
        focal.fill("[name=description]", authority)
        focal.fill("[name=url]", f"{double.url}/")
        focal.select_option("[name=harvesting]", "yes")
        focal.press("[name=url]", "Tab")
        focal.dispatch_event("[name=url]", "change")
        focal.wait_for_selector("#check .checked.readable", timeout=60_000)
        looker.look("focal")
        focal.click("[name=keep]")
        focal.goto(f"{url}/{prefix}/desk/XA/submit/")
        submit(focal, tmp_path, "Note verbale 2/2026")

        # Accepted and published, it is harvested as soon as the clock can, and is there in CKAN.
        open_first(officer, url, prefix, title, last=True)
        looker.look("officer")
        officer.click("button[value=accept]")
        officer.click("button[value=publish]")
        looker.look("officer")
        catalogue.run("run", "--once")
        (source,) = catalogue.json("sources", "list")
        assert source["protocol"] == "ckan"
        found = RemoteCKAN(address.url).action.package_search(fq=f"source:{source['id']}", rows=10)
        assert found["count"] == 4
        focal.goto(f"{url}/{prefix}/states/XA/")
        looker.look("focal")
        assert title in focal.content()
        assert looker.errors == []


def submit(page: Page, folder: Path, document: str) -> None:
    note = folder / "note.pdf"
    note.write_bytes(b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n")
    page.fill("[name=document]", document)
    page.fill("[name=received]", "2026-02-03")
    page.fill("[name=transmitted_by]", "Permanent Mission")
    page.set_input_files("[name=attachment]", note)
    page.click("form.card button.primary")


def open_first(page: Page, url: str, prefix: str, title: str, *, last: bool = False) -> None:
    """Open the entry of this very title in the queue."""
    page.goto(f"{url}/{prefix}/office/queue/?status=received")
    links = page.get_by_role("link", name=title, exact=True)
    (links.last if last else links.first).click()
    page.wait_for_selector("form.card")
