"""Drafts at the desk: kept with their mistakes, checked, edited by two, and there again after a sign-in."""

import re

import pytest
from django.urls import reverse

from catalogue.desk.models import Check
from catalogue.register.life_cycle import Status
from catalogue.register.models import Entry, Version
from tests.catalogue.desk import browsing
from tests.catalogue.desk.conftest import PASSWORD, entry

XA = {"code": "XA"}


@pytest.mark.django_db
def test_of_two_who_edit_one_draft_the_second_sees_both_and_decides(register, signed_in):
    draft = register.versions["draft"]
    url = reverse("desk:edit", kwargs={**XA, "key": draft.pk})
    assert signed_in["colleague"].post(url, {**entry(0, title="Theirs"), "saves": 0}).status_code == 302
    answer = signed_in["state"].post(url, {**entry(0, title="Mine"), "saves": 0})
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "Theirs" in page
    assert "Mine" in page
    assert Version.objects.get(pk=draft.pk).title == "Theirs"
    assert signed_in["state"].post(url, {**entry(0, title="Mine"), "saves": 1}).status_code == 302
    assert Version.objects.get(pk=draft.pk).title == "Mine"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("htp:/bad", "“htp:/bad” is not a web address"),
        ("ftp://a.example", "is not a web address"),
        ("https://user:secret@a.example/", "remove what stands before the @"),
        ("two words", "is not a web address"),
        ("", ""),
    ],
)
def test_what_cannot_be_checked_is_said_as_when_the_draft_is_kept(url, said, register, signed_in):
    page = signed_in["state"].post(reverse("desk:check"), {"url": url}).content.decode()
    assert said in page
    assert "secret" not in page
    assert not Check.objects.exists()


@pytest.mark.django_db
def test_a_draft_is_kept_with_its_mistakes(register, signed_in):
    answer = signed_in["state"].post(reverse("desk:new", kwargs=XA), {"title": "Only a title", "url": "nonsense"})
    assert answer.status_code == 302
    kept = Version.objects.get(fields__title="Only a title")
    assert (kept.status, kept.fields["url"]) == (Status.DRAFT, "nonsense")


@pytest.mark.django_db
def test_publicly_known_sources_are_confirmed_corrected_or_removed(register, signed_in):
    known = reverse("desk:new", kwargs=XA) + "?source=xa-known"
    page = signed_in["state"].get(known).content.decode()
    assert "https://known.xa.example" in page
    assert signed_in["state"].post(known, entry(70, url="https://known.xa.example")).status_code == 302
    assert Entry.objects.get(source="xa-known").versions.get().title == "SECRET 70"
    # Spoken for, it is not asked about again.
    assert "It is not ours" not in signed_in["state"].get(reverse("desk:register", kwargs=XA)).content.decode()


@pytest.mark.django_db
def test_what_shows_a_protocol_is_marked_with_its_language(register, signed_in):
    evidence = {"title": "Feed", "evidence": "лента; записей: 5"}
    found = {"candidates": [evidence], "verdict": {"state": "recognised"}, "datasets": [], "findings": []}
    for language, marked in (("ru", 'lang="ru" dir="ltr"'), (None, 'lang="en" dir="ltr"')):
        result = found | ({"language": language} if language else {})
        check = Check.objects.create(
            person=register.people["state"], url="https://x.example", stage=Check.Stage.DONE, result=result
        )
        page = signed_in["state"].get(reverse("desk:check-follow", args=[check.pk])).content.decode()
        assert f"<bdi {marked}>лента; записей: 5</bdi>" in page


@pytest.mark.skipif(browsing.CHROMIUM is None, reason="Chromium is absent")
def test_what_was_written_stands_there_again_when_the_sign_in_expired_in_between(tmp_path):
    with (
        browsing.desk(tmp_path / "home", {"CATALOGUE_PASSWORD": PASSWORD}) as (catalogue, url),
        browsing.browser() as browser,
    ):
        catalogue.run("people", "add", "focal@xa.example", "--state", "XA")
        context = browser.new_context()
        page = context.new_page()
        browsing.sign_in(page, url, "focal@xa.example", PASSWORD)
        page.goto(f"{url}/en/desk/XA/new/")
        page.fill("[name=title]", "Written for an hour")
        page.fill("[name=authority]", "Ministry")
        page.select_option("[name=kind]", "initiative")
        context.clear_cookies(name="sessionid")
        page.click("[name=keep]")
        page.wait_for_selector("[name=login]")
        page.fill("[name=login]", "focal@xa.example")
        page.fill("[name=password]", PASSWORD)
        page.click("main button[type=submit]")
        page.wait_for_selector("[name=title]")
        assert page.input_value("[name=title]") == "Written for an hour"
        assert page.input_value("[name=kind]") == "initiative"
        page.click("[name=keep]")
        page.wait_for_selector("text=Written for an hour")
        # Taken over, it does not come back into the next new entry.
        page.goto(f"{url}/en/desk/XA/new/")
        assert page.input_value("[name=title]") == ""


@pytest.mark.skipif(browsing.CHROMIUM is None, reason="Chromium is absent")
def test_what_was_kept_in_a_tab_does_not_overwrite_a_colleagues_saving_unseen(tmp_path):
    with (
        browsing.desk(tmp_path / "home", {"CATALOGUE_PASSWORD": PASSWORD}) as (catalogue, url),
        browsing.browser() as browser,
    ):
        pages = []
        for name in ("focal", "colleague"):
            catalogue.run("people", "add", f"{name}@xa.example", "--state", "XA")
            page = browser.new_context().new_page()
            browsing.sign_in(page, url, f"{name}@xa.example", PASSWORD)
            pages.append(page)
        mine, theirs = pages
        mine.goto(f"{url}/en/desk/XA/new/")
        mine.fill("[name=title]", "First")
        mine.click("[name=go_on]")
        mine.wait_for_url(re.compile("/drafts/"))
        draft = mine.url
        mine.fill("[name=title]", "Mine")
        mine.goto(f"{url}/en/desk/XA/")
        theirs.goto(draft)
        theirs.fill("[name=title]", "Theirs")
        theirs.click("[name=keep]")
        theirs.wait_for_selector("text=The draft has been saved.")
        mine.goto(draft)
        assert mine.input_value("[name=title]") == "Mine"
        mine.click("[name=keep]")
        mine.wait_for_selector("text=Somebody else has saved this draft in the meantime")
        assert mine.locator("section.attention").inner_text().count("Theirs") == 1
        mine.click("[name=keep]")  # a decision now
        mine.wait_for_selector("text=The draft has been saved.")
        theirs.goto(draft)
        assert theirs.input_value("[name=title]") == "Mine"
