"""`catalogue check`: what is this address, and can it be read?"""

import sys
from typing import Annotated, Any

import typer
from rich.console import Console

from catalogue.commands.output import AsJson, print_json, print_table, readable_in
from harvesters.findings import LANGUAGES


def check(
    url: Annotated[str, typer.Argument(help="The address, as a State would report it.", show_default=False)],
    protocol: Annotated[str | None, typer.Option(help="Look for this protocol only.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100, help="So many of the first datasets are read.")] = 5,
    language: Annotated[str, typer.Option(help="Of findings and hints: " + ", ".join(LANGUAGES) + ".")] = "en",
    as_json: AsJson = False,
) -> None:
    """Find out what an address is: which protocols it speaks, with the evidence, how many datasets it has, and the first
    ones as they would stand in the catalogue.

    Takes up to 20 seconds and at most 25 requests to find the protocol, half a second apart; robots.txt is obeyed. Nothing is
    saved. The exit status is 0 if datasets were read.
    """
    from catalogue.check import check as look
    from catalogue.settings import CONFIGURATION

    readable_in(language)
    if as_json:
        checked = look(url, CONFIGURATION, lambda words: None, protocol=protocol, limit=limit, language=language)
        print_json(checked)
    else:
        with Console(stderr=True).status("looking at the address") as status:
            checked = look(
                url,
                CONFIGURATION,
                status.update,
                protocol=protocol,
                limit=limit,
                language=language,
            )
        _show(checked)
    sys.exit(0 if checked.verdict.state == "readable" else 1)


def _show(checked: Any) -> None:
    typer.echo(f"{checked.url}: {checked.verdict.sentence}\n")
    if checked.candidates:
        print_table(
            "What it speaks, the likeliest first",
            ("protocol", "confidence", "register as", "datasets", "evidence"),
            [
                (
                    c.protocol,
                    c.confidence,
                    c.url,
                    c.advertised if c.advertised is not None else "not stated",
                    c.evidence,
                )
                for c in checked.candidates
            ],
        )
    if not checked.candidates or checked.verdict.state != "readable":
        print_table(
            "What was asked", ("address", "because", "what came"), [(s.asked, s.because, s.came) for s in checked.steps]
        )
    if checked.datasets:
        print_table(
            "The first datasets, as they would stand in the catalogue",
            ("title", "publisher", "modified", "resources", "formats", "licence"),
            [_row(dataset) for dataset in checked.datasets],
        )
    for finding in checked.findings:
        whose = f" ({finding.dataset})" if finding.dataset else ""
        typer.echo(f"- {finding.message}{whose}\n  {finding.hint}")
    typer.echo(f"\n{checked.requests} requests in {checked.seconds:g} s. Nothing was saved.")


def _row(dataset: dict[str, Any]) -> tuple[Any, ...]:
    more = dataset["catalogue"]
    resources = dataset["resources"]
    formats = dict.fromkeys(r["format"] for r in resources if r.get("format"))
    licences = [
        licence.get("title") or licence.get("name") or licence.get("path") for licence in dataset.get("licenses", [])
    ]
    return (
        dataset.get("title", more["native_id"]),
        (more.get("publisher") or {}).get("name", "not stated"),
        (more.get("modified") or {}).get("value") or (more.get("modified") or {}).get("text", "not stated"),
        len(resources),
        ", ".join(formats),
        ", ".join(licences) or "not stated",
    )
