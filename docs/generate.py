"""Writes the pages that code knows best: settings, commands, protocols, the API. Run by `make docs`; a test compares."""

import inspect
import re
import sys
from pathlib import Path
from typing import Any

import typer.main

from catalogue import database
from catalogue.configuration import SETTINGS
from harvesters.base import Harvester
from harvesters.registry import all_harvesters

FOLDER = Path(__file__).parent
TESTS = FOLDER.parent / "tests"
REAL_SERVER = re.compile(r'^REAL_SERVER = "(.+)"$', re.MULTILINE)
"""In a protocol's test module: the server software that its harvester has met there."""


_HEAD = (
    "Each has `--help`. This page is made by `make docs`.",
    "",
    "A result goes to standard output: a table for people, or JSON with `--json`. Progress, warnings and mistakes go to",
    "standard error. A command that stops with an error writes nothing on standard output, not even with `--json`, and a plain",
    "sentence on standard error that says what to do. The exit status is",
    "",
    "- 0 where all went well,",
    "- 1 where the command could not work (then standard output is empty), or part of its work failed (then its result says",
    "  which: one run of several, say),",
    "- 2 for a command line that cannot be understood,",
    "- 130 after Ctrl-C.",
)


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
    database.setup("catalogue.desk.settings")
    from catalogue.cli import make_app

    lines = ["# Commands", "", *_HEAD, ""]
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


def protocols_page() -> str:
    """The page of protocols, from the harvesters and their tests."""
    harvesters = all_harvesters().values()
    lines = [
        "# Protocols",
        "",
        f"{len(harvesters)} protocols are read. `catalogue check URL` finds out which of them an address speaks. This page is",
        "made by `make docs` from what each harvester says of itself.",
        "",
        "| protocol | reads | asks for changes | has met |",
        "| --- | --- | --- | --- |",
    ]
    for each in harvesters:
        changes = "yes" if each.incremental else "no: each harvest reads all, and keeps what changed"
        lines.append(
            f"| [`{each.protocol}`](#{each.protocol}) | [{each.title}]({each.standard}) | {changes} | {_met(each)} |"
        )
    for each in harvesters:
        lines += ["", f"## {each.protocol}", "", f"{each.title}. {inspect.getdoc(each) or ''}".strip(), ""]
        lines += [f"- option `{option.name}`: {option.meaning}" for option in each.options]
    return "\n".join(lines).rstrip() + "\n"


def _met(harvester: type[Harvester]) -> str:
    """What a harvester was tried on: a server's software, real portals' payloads, or the sandbox alone."""
    room = harvester.__module__.rpartition(".")[2]
    test = TESTS / "harvesters" / f"test_{room}.py"
    server = REAL_SERVER.search(test.read_text(encoding="utf-8")) if test.exists() else None
    met = [server[1]] if server else []
    if (TESTS / "realdata" / f"{room}.py").exists():
        met.append("real payloads")
    return " and ".join(met) or "the sandbox's portal"


def api_page() -> str:
    """The page of the API, from its OpenAPI document."""
    database.setup("catalogue.desk.settings")
    from docs import api

    return api.page()


if __name__ == "__main__":
    (FOLDER / "protocols.md").write_text(protocols_page(), encoding="utf-8")
    (FOLDER / "settings.md").write_text(settings_page(), encoding="utf-8")
    (FOLDER / "commands.md").write_text(commands_page(), encoding="utf-8")
    (FOLDER / "api.md").write_text(api_page(), encoding="utf-8")
    sys.exit(0)
