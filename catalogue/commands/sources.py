"""`catalogue sources`: the register of what States reported."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from catalogue import database
from catalogue.commands import files
from catalogue.commands.output import AsJson, print_json, print_table, progress_bars
from catalogue.errors import CatalogueError, HarvestNotPossible
from harvesters.phrases import in_words
from harvesters.registry import all_harvesters

if TYPE_CHECKING:
    from catalogue.harvests.models import Observation

app = typer.Typer(help="The register: load, list and export the sources of States parties.", no_args_is_help=True)

SourcesFile = Annotated[Path, typer.Argument(help="A file of sources (YAML).", show_default=True)]
StatesFile = Annotated[
    Path | None,
    typer.Option("--states", help="A file of further parties, such as the sandbox's fictional States (CSV)."),
]


@app.command()
def load(file: SourcesFile = Path("config/sources.yaml"), states: StatesFile = None, as_json: AsJson = False) -> None:
    """Take over a file of sources, as a whole or not at all.

    Every mistake in the file is reported at once, with its line and a hint. Loading the same file again changes nothing.
    Sources that the register has and the file lacks stay as they are. One that is withdrawn stays so whatever the file says,
    until `restore`; and one that the file says is withdrawn is, unless it was restored after the day that the file names.
    """
    from catalogue.datasets import withdrawing
    from catalogue.register import sources
    from catalogue.register.authorities import authorities, unusable
    from catalogue.states import parties

    database.prepare()
    if states is not None:
        try:
            parties.take_over(states)
        except OSError as error:
            raise CatalogueError(f"{states} cannot be read ({error.strerror}); name a file of parties.") from error
    try:
        content = file.read_bytes()
    except OSError as error:
        raise CatalogueError(f"{file} cannot be read ({error.strerror}); name a file of sources.") from error
    loaded = sources.load(content, list(all_harvesters()), withdrawing.follow)
    for bundle in authorities(content):
        if (why := unusable(Path(bundle.file))) is not None:
            # A warning and no mistake: the file may be there on the machine that harvests.
            sys.stderr.write(
                f"Line {bundle.line}: the ca_bundle {bundle.file} of {bundle.source} is no PEM file of authorities here "
                f"({why}); put it there before the source is harvested.\n"
            )
    if as_json:
        print_json(loaded)
        return
    typer.echo(f"{len(loaded.added)} added, {len(loaded.changed)} changed, {len(loaded.unchanged)} unchanged.")
    if loaded.absent:
        typer.echo(f"In the register but not in {file}, left as they are: {', '.join(loaded.absent)}.")
    if loaded.withdrawn:
        typer.echo(f"Withdrawn, until `catalogue sources restore`: {', '.join(loaded.withdrawn)}.")


@app.command("list")
def list_sources(
    state: Annotated[str | None, typer.Option(help="Only the sources of this State, by its code.")] = None,
    as_json: AsJson = False,
) -> None:
    """List the sources: whose, where, how they are read, and whether robots.txt waits for a permission."""
    from catalogue.harvests.models import Appointment, Observation
    from catalogue.register import sources
    from catalogue.states import parties

    database.prepare()
    party = parties.of_code(state) if state is not None else None
    appointed = {a.source_id: a for a in Appointment.objects.all()}
    observed = {o.source_id: o for o in Observation.objects.all()}
    rows = []
    for source in sources.chosen([]):
        if party is not None and source.state_id != party.code:
            continue
        observation = observed.get(source.id)
        rows.append(
            {
                "id": source.id,
                "state": source.state_id,
                "state_name": str(source.state),
                "url": source.url,
                "protocol": source.protocol,
                "reading": source.protocol if source.protocol != "auto" else _detected(observation),
                "basis": source.basis_kind,
                "document": source.basis_document,
                "permission": bool(source.permission),
                "paused": appointed[source.id].paused if source.id in appointed else "",
                "due": due.isoformat(timespec="minutes")
                if (due := getattr(appointed.get(source.id), "due", None))
                else None,
                "withdrawn_since": gone.since.isoformat(timespec="seconds") if (gone := source.withdrawn) else None,
                "withdrawn_note": gone.note if gone else "",
                "failures": appointed[source.id].failures if source.id in appointed else 0,
                "robots": _robots(bool(source.permission), observation.robots if observation else None),
            }
        )
    if as_json:
        print_json(rows)
        return
    columns = ("source", "State", "read as", "basis", "robots.txt", "next", "address")
    print_table(
        f"{len(rows)} sources",
        columns,
        [(r["id"], r["state_name"], r["reading"], r["basis"], r["robots"], _next(r), r["url"]) for r in rows],
    )


Named = Annotated[list[str], typer.Argument(help="The sources, by id.", show_default=False)]


@app.command()
def pause(
    sources: Named, reason: Annotated[str, typer.Option(help="Why; it is shown wherever they are listed.")]
) -> None:
    """Harvest sources no more by the clock, until `resume`."""
    from catalogue.harvests import appointments
    from catalogue.register import sources as register

    database.prepare()
    chosen = register.chosen(sources)
    appointments.pause(chosen, reason)
    for each in chosen:
        typer.echo(f"{each.id} is paused; the clock passes it over until `catalogue sources resume {each.id}`.")


@app.command()
def resume(sources: Named) -> None:
    """Harvest sources by their schedules again."""
    from catalogue.datasets.withdrawing import sentence
    from catalogue.harvests import appointments
    from catalogue.register import sources as register

    database.prepare()
    chosen = register.chosen(sources)
    appointments.resume(chosen)
    for each in chosen:
        typer.echo(sentence(each.withdrawn) if each.withdrawn else f"{each.id} is harvested by its schedule again.")


Reason = Annotated[str, typer.Option(help="Why; it is shown wherever they are listed.")]


@app.command()
def withdraw(sources: Named, note: Reason = "", as_json: AsJson = False) -> None:
    """Take sources out of the catalogue: the next publish deletes their datasets in CKAN, and the clock leaves them alone.

    Nothing is lost: `restore` brings the same datasets back under the same names.
    """
    from datetime import UTC, datetime

    from catalogue.datasets import withdrawing
    from catalogue.register import sources as register
    from catalogue.register.life_cycle import COMMAND_LINE

    database.prepare()
    done = [withdrawing.withdraw(each, COMMAND_LINE, note, datetime.now(UTC)) for each in register.chosen(sources)]
    if as_json:
        print_json(done)
        return
    for effect in done:
        what = f"{effect.datasets:,} datasets leave CKAN with the next publish" if effect.changed else "it was before"
        typer.echo(f"{effect.source} is withdrawn; {what}.")


@app.command()
def restore(
    sources: Named,
    note: Annotated[str, typer.Option(help="Why; it is kept with the event.")] = "",
    as_json: AsJson = False,
) -> None:
    """Bring withdrawn sources back, with the datasets that they had; the clock harvests them again, paused ones too."""
    from django.db import transaction

    from catalogue.datasets import withdrawing
    from catalogue.harvests import appointments
    from catalogue.register import sources as register
    from catalogue.register.life_cycle import COMMAND_LINE

    database.prepare()
    done = []
    for each in register.chosen(sources):
        with transaction.atomic():
            effect = withdrawing.restore(each, COMMAND_LINE, note)
            if effect.changed:
                appointments.resume([each])
        done.append(effect)
    if as_json:
        print_json(done)
        return
    for effect in done:
        what = (
            f"{effect.datasets:,} datasets come back with the next publish"
            if effect.changed
            else "it was not withdrawn"
        )
        typer.echo(f"{effect.source} is in the catalogue; {what}.")


@app.command()
def now(sources: Named) -> None:
    """Harvest sources as soon as the clock (`catalogue run`) can."""
    from catalogue.harvests import appointments
    from catalogue.harvests.models import Appointment
    from catalogue.register import sources as register

    database.prepare()
    chosen = register.chosen(sources)
    appointments.ask_for(chosen)
    paused = set(Appointment.objects.exclude(paused="").values_list("source", flat=True))
    for each in chosen:
        when = (
            f"after `catalogue sources resume {each.id}`, for it is paused"
            if each.id in paused
            else "as soon as it can"
        )
        typer.echo(f"The clock (`catalogue run`) harvests {each.id} {when}.")


@app.command()
def detect(
    sources: Annotated[
        list[str] | None, typer.Argument(help="The sources to look at, by id.", show_default=False)
    ] = None,
    again: Annotated[bool, typer.Option("--again", help="Also those that were detected before.")] = False,
    as_json: AsJson = False,
) -> None:
    """Find out what sources speak whose entries name no protocol; all of those, unless some are named.

    What is found is remembered beside the entry, and the next harvest reads by it. The exit status is 0 if all were found.
    """
    from catalogue.harvests import detected
    from catalogue.register import sources as register
    from catalogue.register.source_entry import AUTO
    from catalogue.settings import CONFIGURATION

    database.prepare()
    rows: list[dict[str, str | None]] = []
    chosen = register.chosen(sources or [])
    if sources and (named := [source.id for source in chosen if source.protocol != AUTO]):
        raise CatalogueError(
            f"The entries of {', '.join(named)} say themselves what they speak; `catalogue sources list` shows it."
        )
    chosen = [source for source in chosen if source.protocol == AUTO and not source.withdrawn]
    with progress_bars() as bars:
        task = bars.add_task("looking", total=len(chosen))
        for source in chosen:
            bars.update(task, description=source.id)
            if again or detected.protocol_of(source) == AUTO:
                try:
                    found = detected.detect(source, CONFIGURATION, lambda words: None)
                    evidence = in_words(found.evidence)
                    rows.append({"id": source.id, "protocol": found.protocol, "url": found.url, "evidence": evidence})
                except HarvestNotPossible as problem:
                    rows.append({"id": source.id, "protocol": None, "url": source.url, "evidence": str(problem)})
            bars.advance(task)
    if as_json:
        print_json(rows)
    else:
        print_table(
            f"{len(rows)} sources looked at", ("source", "speaks", "address", "evidence"),
            [(row["id"], row["protocol"] or "not found", row["url"], row["evidence"]) for row in rows],
        )  # fmt: skip
    if any(row["protocol"] is None for row in rows):
        sys.exit(1)


def _detected(observation: "Observation | None") -> str:
    return f"{observation.protocol} (detected)" if observation and observation.protocol else "not yet detected"


def _next(row: dict[str, Any]) -> str:
    """When the clock harvests a source next, or why it does not."""
    if row["withdrawn_since"]:
        return f"withdrawn since {row['withdrawn_since'][:10]}"
    return f"paused: {row['paused']}" if row["paused"] else row["due"] or ""


def _robots(permitted: bool, observed: str | None) -> str:
    if permitted:
        return "permission recorded"
    if not observed:
        return "not yet asked"
    return "forbids: waits for a permission" if observed == "forbids" else "allows"


@app.command()
def export(
    file: Annotated[Path | None, typer.Argument(help="Where to write; standard output if left out, or `-`.")] = None,
) -> None:
    """Write the register to a file that loads back to the same register."""
    from catalogue.register import sources

    database.prepare()
    text = sources.export()
    with files.written(file) as out:
        out.write(text.encode())
    if not files.is_standard_output(file):
        typer.echo(f"{len(sources.chosen([])):,} sources written to {file}.")
