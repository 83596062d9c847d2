"""Which messages the desk has: found in the code and in the templates, for the files of translations.

`python -m catalogue.desk.extraction` adds to each file what is missing there, untranslated, and takes out what nothing says
any more; a test fails until every message is translated.
"""

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import polib
from babel.messages.extract import extract

from catalogue.desk.messages import FOLDER

ROOT = FOLDER.parent.parent
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
}
_TRANS = re.compile(r"""\{%\s*trans(?:late)?\s+(?:"([^"]*)"|'([^']*)')""")
_BLOCK = re.compile(r"\{%\s*blocktrans(?:late)?\b[^%]*%\}(.*?)\{%\s*endblocktrans(?:late)?\s*%\}", re.DOTALL)
_VARIABLE = re.compile(r"\{\{\s*(\w+)\s*\}\}")

LIBRARIES = (
    "Email", "Email address", "Password", "Current Password", "New Password", "New Password (again)", "Authenticator code",
    "Code", "The email address and/or password you specified are not correct.", "Incorrect password.", "Incorrect code.",
    "Please type your current password.", "You must type the same password each time.",
    "Too many failed login attempts. Try again later.", "Forgot your password?", "This password is too common.",
    "This password is entirely numeric.",
)  # fmt: skip
"""What allauth's forms and Django's rules for passwords say on our pages; their own translations lack some of it, or speak to
the reader in another way."""


class Message(NamedTuple):
    """A message in English, and its context where the English alone could mean several things."""

    context: str | None
    text: str


def messages() -> dict[Message, str]:
    """Every message of the desk, the register and its people, and where it was first found."""
    found: dict[Message, str] = {}
    for path in sorted(ROOT.rglob("*.py")):
        for message in _in_code(path):
            found.setdefault(message, path.relative_to(ROOT.parent).as_posix())
    for path in sorted((ROOT / "desk" / "templates").rglob("*")):
        if path.is_file():
            for message in _in_template(path.read_text(encoding="utf-8")):
                found.setdefault(message, path.relative_to(ROOT.parent).as_posix())
    for text in LIBRARIES:
        found.setdefault(Message(None, text), "allauth")
    return found


def _in_code(path: Path) -> Iterator[Message]:
    content = io.BytesIO(path.read_bytes())
    for _line, text, _comments, context in extract("python", content, keywords=KEYWORDS):
        yield Message(context, text[-1] if isinstance(text, tuple) else text)


def _in_template(text: str) -> Iterator[Message]:
    for match in _TRANS.finditer(text):
        yield Message(None, match[1] if match[1] is not None else match[2])
    for match in _BLOCK.finditer(text):
        yield Message(None, _VARIABLE.sub(r"%(\1)s", match[1]))


def update(path: Path) -> int:
    """Bring a file of translations up to date with the messages; gives how many are untranslated."""
    file = polib.pofile(str(path), encoding="utf-8", wrapwidth=0)
    wanted = messages()
    kept = {Message(entry.msgctxt, entry.msgid): entry for entry in file}
    file.clear()
    for message, origin in sorted(wanted.items(), key=lambda each: (each[0].text, each[0].context or "")):
        entry = kept.get(message) or polib.POEntry(msgid=message.text, msgctxt=message.context)
        entry.occurrences, entry.flags = [(origin, "")], ["python-format"] if "%(" in message.text else []
        file.append(entry)
    file.save(str(path))
    return len(file.untranslated_entries())


def main() -> None:
    """Update every file of translations."""
    for path in sorted(FOLDER.glob("*.po")):
        print(f"{path.name}: {update(path)} untranslated")


if __name__ == "__main__":
    main()
