"""The parties into the database: the shipped ones always, fictional ones where somebody names their file."""

from pathlib import Path

from catalogue.errors import UnknownParty
from catalogue.states.models import State
from catalogue.states.reference import Party, read_parties


def take_over(path: Path | None = None) -> int:
    """Bring the parties of a file (default: the shipped one) into the database; gives how many differed.

    Idempotent. A party that the file no longer has stays: sources may refer to it. Raises ReferenceDataError.
    """
    parties = read_parties(path) if path else read_parties()
    known = {state.code: state for state in State.objects.all()}
    differing = [state for state in map(_state, parties) if _facts(known.get(state.code)) != _facts(state)]
    if differing:
        State.objects.bulk_create(
            differing,
            update_conflicts=True,
            unique_fields=["code"],
            update_fields=[f.name for f in State._meta.concrete_fields if f.name != "code"],
        )
    return len(differing)


def of_code(code: str) -> State:
    """The party of a code, in whatever case it is written. Raises UnknownParty."""
    found = State.objects.filter(pk=code.strip().upper()).first()
    if found is None:
        raise UnknownParty(f"No State party has the code {code!r}; use the two letters of ISO 3166-1, or EU.")
    return found


def _state(party: Party) -> State:
    return State(
        code=party.code,
        iso3=party.iso3 or "",
        m49=party.m49 or "",
        kind=party.kind,
        group=party.group or "",
        names=party.names,
        formal_names=party.formal_names,
        party_date=party.party_date.isoformat() if party.party_date else "",
        party_action=party.party_action or "",
    )


def _facts(state: State | None) -> dict[str, object] | None:
    if state is None:
        return None
    return {field.name: getattr(state, field.attname) for field in State._meta.concrete_fields}
