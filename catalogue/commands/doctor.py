"""`catalogue doctor`: can it work, and what has to be done where it cannot."""

import typer

from catalogue.commands.output import AsJson, print_json, print_table

SIGNS = {"well": "✓", "look": "!", "ill": "✗"}


def doctor(as_json: AsJson = False) -> None:
    """Look at the folder, the disk, the database and its tables, the clock, the sources and CKAN with its token, and say
    what to do about each that is not well. Nothing is changed. Exit status 1 where something cannot work.
    """
    from catalogue.commands.publish import destination
    from catalogue.doctor import examine
    from catalogue.settings import CONFIGURATION

    found = examine(CONFIGURATION, lambda: destination(CONFIGURATION))
    if as_json:
        print_json(found)
    else:
        print_table(
            "Examined", ("", "what", "says", "what to do"), [[SIGNS[e.state], e.what, e.says, e.todo] for e in found]
        )
    if any(each.state == "ill" for each in found):
        raise typer.Exit(1)
