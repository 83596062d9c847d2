"""Writes the pages that code knows best: `settings.md` and `commands.md`. Run by `make docs`; a test compares."""

import sys
from pathlib import Path
from typing import Any

import typer.main

from catalogue import database
from catalogue.configuration import SETTINGS

FOLDER = Path(__file__).parent


def settings_page() -> str:
    """The page of settings, from `configuration.SETTINGS`."""
    rows = [f"| `{s.name}` | {f'`{s.default}`' if s.default else 'empty'} | {s.meaning} |" for s in SETTINGS]
    return "\n".join(
        [
            "# Settings",
            "",
            "From the environment, or from `config/catalogue.toml` (the name in lower case, without `catalogue_`; secrets are",
            "taken from the environment alone). This page is made by `make docs`.",
            "",
            "| setting | default | meaning |",
            "| --- | --- | --- |",
            *rows,
            "",
        ]
    )


def commands_page() -> str:
    """The page of commands, from the commands themselves."""
    database.setup()
    from catalogue.cli import make_app

    lines = ["# Commands", "", "Each has `--help`. This page is made by `make docs`.", ""]
    _describe(typer.main.get_command(make_app()), "catalogue", lines)
    return "\n".join(lines)


def _describe(command: Any, name: str, lines: list[str]) -> None:
    if hasattr(command, "commands"):
        for key, inner in command.commands.items():
            _describe(inner, f"{name} {key}", lines)
        return
    lines += [f"## `{name}`", "", (command.help or "").strip(), ""]
    for parameter in command.params:
        names = ", ".join(f"`{option}`" for option in parameter.opts)
        lines.append(f"- {names}: {getattr(parameter, 'help', '') or ''}")
    lines.append("")


if __name__ == "__main__":
    (FOLDER / "settings.md").write_text(settings_page(), encoding="utf-8")
    (FOLDER / "commands.md").write_text(commands_page(), encoding="utf-8")
    sys.exit(0)
