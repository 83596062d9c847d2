"""The desk's messages in the six languages: one file of translations a language, compiled without gettext's programs."""

import hashlib
import os
from pathlib import Path

import polib

FOLDER = Path(__file__).parent / "locale"
"""Holds `<locale>.po` for each language but English, whose messages stand in the code and in the templates."""


def compiled(folder: Path) -> Path:
    """The folder of compiled messages, made anew where they are of another file of translations than there is now."""
    for source in sorted(FOLDER.glob("*.po")):
        target = folder / source.stem / "LC_MESSAGES" / "django.mo"
        stamp = target.with_suffix(".sha256")
        # By content: a newer release may have files that are older than what was compiled from the one before.
        digest = hashlib.sha256(source.read_bytes()).hexdigest()
        if target.exists() and stamp.exists() and stamp.read_text(encoding="ascii") == digest:
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        # Written beside and renamed: another process may be reading it.
        temporary = target.with_suffix(f".{os.getpid()}.tmp")
        polib.pofile(str(source), encoding="utf-8").save_as_mofile(str(temporary))
        temporary.replace(target)
        stamp.write_text(digest, encoding="ascii")
    return folder
