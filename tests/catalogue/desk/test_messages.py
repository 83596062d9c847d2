"""Six languages are six languages: every message in each, with what it names, and nothing in doubt."""

import os
import re

import polib
import pytest
from django.utils import translation
from django.utils.translation import gettext, pgettext

from catalogue.desk import messages
from catalogue.desk.extraction import messages as extracted
from catalogue.states.languages import DJANGO_LANGUAGES

FILES = sorted(messages.FOLDER.glob("*.po"))
PLACEHOLDER = re.compile(r"%\((\w+)\)s")
AS_IN_ENGLISH = {
    "Code",
    "Description",
    "Document",
    "Documents",
    "Initiative",
    "Invitation",
    "Source",
    "Sources",
    "Message",
    "Type",
}


def test_there_is_a_file_for_each_language_but_english():
    assert {path.stem for path in FILES} == {"ar", "zh_Hans", "fr", "ru", "es"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_message_is_translated(path):
    file = polib.pofile(str(path))
    there = {(entry.msgctxt, entry.msgid): entry for entry in file if not entry.obsolete}
    wanted = set(extracted())
    assert wanted - set(there) == set(), "run: python -m catalogue.desk.extraction, then translate"
    assert set(there) - wanted == set(), "run: python -m catalogue.desk.extraction"
    assert file.fuzzy_entries() == []
    assert [entry.msgid for entry in file.untranslated_entries()] == []
    for entry in file:
        assert sorted(PLACEHOLDER.findall(entry.msgstr)) == sorted(PLACEHOLDER.findall(entry.msgid)), entry.msgid
        assert entry.msgstr.strip() == entry.msgstr, entry.msgid


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_translation_is_not_the_english(path):
    same = [entry.msgid for entry in polib.pofile(str(path)) if entry.msgstr == entry.msgid]
    if path.stem in ("ar", "zh_Hans", "ru"):
        assert same == []
    else:  # these languages share words with English
        assert all(len(text.split()) <= 2 for text in same), same
    scripts = {"ar": r"[\u0600-\u06ff]", "zh_Hans": r"[\u4e00-\u9fff]", "ru": r"[\u0400-\u04ff]"}
    if path.stem in scripts:
        lacking = [each.msgid for each in polib.pofile(str(path)) if not re.search(scripts[path.stem], each.msgstr)]
        assert lacking == []


@pytest.mark.parametrize(("tag", "code"), DJANGO_LANGUAGES.items())
def test_what_is_compiled_is_what_django_says(tag, code):
    with translation.override(code):
        said = {gettext("States parties"), pgettext("status", "Received")}
    assert (said == {"States parties", "Received"}) == (tag == "en")


def test_a_release_whose_files_are_older_is_compiled_all_the_same(tmp_path, monkeypatch):
    """Files of an installed release have the dates of its making, which may lie before the last start of the desk."""
    sources = tmp_path / "locale"
    sources.mkdir()
    monkeypatch.setattr(messages, "FOLDER", sources)
    for text in ("Avant", "Après"):
        file = sources / "fr.po"
        file.write_text(
            f'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n\nmsgid "A"\nmsgstr "{text}"\n'
        )
        os.utime(file, (0, 0))
        folder = messages.compiled(tmp_path / "compiled")
        assert polib.mofile(str(folder / "fr" / "LC_MESSAGES" / "django.mo")).find("A").msgstr == text


def test_finding_a_message_in_code_and_in_templates():
    found = extracted()
    assert ("status", "Received") in found
    assert (None, "No submission received as at %(date)s") in found
    assert found[(None, "Skip to the content")].endswith("base.html")
