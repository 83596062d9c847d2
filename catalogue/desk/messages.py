"""The desk's messages in the six languages: one file of translations a language, compiled without gettext's programs."""

from pathlib import Path

import polib

FOLDER = Path(__file__).parent / "locale"
"""Holds `<locale>.po` for each language but English, whose messages stand in the code and in the templates."""


def compiled(folder: Path) -> Path:
    """The folder of compiled messages, brought up to date where a file of translations is newer."""
    for source in sorted(FOLDER.glob("*.po")):
        target = folder / source.stem / "LC_MESSAGES" / "django.mo"
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        # Written beside and renamed: another process may be reading it.
        temporary = target.with_suffix(f".{id(source)}.tmp")
        polib.pofile(str(source), encoding="utf-8").save_as_mofile(str(temporary))
        temporary.replace(target)
    return folder
