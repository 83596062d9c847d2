"""`catalogue people`: who may sign in at the desk."""

import getpass
import os
from typing import TYPE_CHECKING, Annotated

import typer
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from catalogue import database
from catalogue.commands.output import AsJson, print_json, print_table, readable_in
from catalogue.errors import InvitationError

if TYPE_CHECKING:
    from catalogue.people.models import Person
    from catalogue.states.models import State

app = typer.Typer(
    help="The people of the desk: officers of the secretariat and focal points of States.", no_args_is_help=True
)

Address = Annotated[str, typer.Argument(metavar="ADDRESS", help="E-mail address.")]
OfState = Annotated[str, typer.Option("--state", help="Code of the State whose focal point it is.")]
Officer = Annotated[bool, typer.Option("--officer", help="An officer of the secretariat.")]
PASSWORD = "CATALOGUE_PASSWORD"  # noqa: S105 (the name of a variable)


@app.command()
def invite(
    address: Address, state: OfState = "", officer: Officer = False,
    language: Annotated[str, typer.Option(help="Of the message: ar, zh, en, fr, ru or es.")] = "en",
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Send an invitation, a link that works once and for 14 days; the link is printed too."""
    from catalogue.desk import inviting
    from catalogue.people import invitations
    from catalogue.register.life_cycle import COMMAND_LINE

    readable_in(language)
    database.prepare()
    role, of = _role(address, state, officer)
    made, secret = invitations.invite(address, role, of, COMMAND_LINE, language=language)
    link = inviting.link(made, secret)
    sent = inviting.send(made, secret)
    if as_json:
        print_json({"email": made.email, "link": link, "sent": sent, "expires": made.expires.isoformat()})
        return
    typer.echo(link)
    if not sent:
        typer.echo(
            "The e-mail could not be sent; see CATALOGUE_MAIL, or give the link to the person yourself.", err=True
        )


@app.command()
def cancel(address: Address) -> None:
    """End the invitations to an address that were not taken up: their links do not work any more."""
    from catalogue.people import invitations

    database.prepare()
    if not invitations.cancel(address):
        raise InvitationError(
            f"There is no open invitation to {address}; `catalogue people list` shows who came of one."
        )
    typer.echo(f"The invitation to {address} is cancelled.")


@app.command()
def add(
    address: Address,
    state: OfState = "",
    officer: Officer = False,
    name: Annotated[str, typer.Option(help="The person's name, as the desk shows it to the person.")] = "",
) -> None:
    """Make somebody who may sign in at once, such as the first officer. The password is asked for, or read from the
    environment variable CATALOGUE_PASSWORD."""
    from django.contrib.auth.password_validation import validate_password

    from catalogue.people.models import Person

    database.prepare()
    role, of = _role(address, state, officer)
    if Person.objects.filter(email__iexact=address).exists():
        raise InvitationError(f"{address} is known already; `catalogue people list` shows who is.")
    password = os.environ.get(PASSWORD) or getpass.getpass("Password: ")
    try:
        validate_password(password, Person(email=address, name=name))
    except ValidationError as error:
        raise InvitationError(f"{' '.join(error.messages)} Choose another.") from error
    Person.objects.create_user(address, password, role=role, state=of, name=name)
    typer.echo(f"{address} may sign in.")


@app.command("list")
def list_people(as_json: AsJson = False) -> None:
    """List who may sign in, and whose role has ended."""
    from catalogue.people.models import Person

    database.prepare()
    rows = [
        {"email": each.email, "role": each.role, "state": each.state_id or "", "active": each.is_active}
        for each in Person.objects.all()
    ]
    if as_json:
        print_json(rows)
        return
    print_table("People", ("email", "role", "state", "active"), [list(row.values()) for row in rows])


@app.command()
def export(address: Address) -> None:
    """Print everything that is held about a person, as JSON."""
    from catalogue.people import personal_data

    database.prepare()
    print_json(personal_data.export(_person(address)))


@app.command()
def erase(address: Address) -> None:
    """Forget a person. What the person did for the register stays, without the person."""
    from catalogue.people import personal_data

    database.prepare()
    personal_data.erase(_person(address))
    typer.echo("Erased. The register's events keep a number that leads to nobody.")


@app.command()
def end(address: Address) -> None:
    """End a role: the person signs in no more; a successor is invited as anybody is."""
    from catalogue.people import invitations
    from catalogue.register.life_cycle import COMMAND_LINE

    database.prepare()
    invitations.hand_over(_person(address), COMMAND_LINE)
    typer.echo(f"{address} signs in no more.")


@app.command()
def digest() -> None:
    """Tell every officer by e-mail which sources fail. Nothing is sent where none does; a cron job once a day is enough.

    Uploaded lists that nobody went on with for 30 days are deleted too."""
    from catalogue.desk import digests, uploads

    database.prepare()
    uploads.expire()
    failing = digests.send()
    typer.echo(f"{failing} failing sources." if failing else "No source fails; nothing was sent.")


def _role(address: str, state: str, officer: bool) -> tuple[str, "State | None"]:
    from catalogue.people.models import Role
    from catalogue.states import parties

    try:
        validate_email(address)
    except ValidationError as error:
        raise InvitationError(f"{address!r} is no e-mail address; check it.") from error
    if officer == bool(state):
        raise InvitationError("Say who it is: --officer, or --state with the code of a State.")
    if officer:
        return Role.OFFICER, None
    return Role.FOCAL_POINT, parties.of_code(state)


def _person(address: str) -> "Person":
    from catalogue.people.models import Person

    found = Person.objects.filter(email__iexact=address).first()
    if found is None:
        raise InvitationError(f"Nobody has the address {address}; `catalogue people list` shows who there is.")
    return found
