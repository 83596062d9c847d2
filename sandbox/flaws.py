"""Records that are wrong on purpose, so that findings show; each is marked in `Dataset.flaw` and says so itself."""

from collections.abc import Callable, Sequence

from msgspec.structs import replace

from sandbox.content import Dataset, Distribution, phrases

Flaw = Callable[[Dataset], Dataset]


def empty_url(dataset: Dataset) -> Dataset:
    """The first distribution has no address."""
    return _with_first_url(dataset, "")


def script_url(dataset: Dataset) -> Dataset:
    """The first distribution's address is a script."""
    return _with_first_url(dataset, "javascript:alert(1)")


def unreadable_date(dataset: Dataset) -> Dataset:
    """The date of issue is no date."""
    return replace(dataset, issued="soon after the reform")


def unknown_licence(dataset: Dataset) -> Dataset:
    """The licence is a word that names none."""
    kept = tuple(replace(distribution, licence="as usual") for distribution in dataset.distributions)
    return replace(dataset, licence="as usual", distributions=kept)


def no_title(dataset: Dataset) -> Dataset:
    """Nobody gave it a title."""
    return replace(dataset, titles={})


def no_identifier(dataset: Dataset) -> Dataset:
    """It cannot be told from others. A CKAN gives an identifier to every dataset, other catalogues do not."""
    return replace(dataset, id=None)


def flawed(datasets: Sequence[Dataset], flaws: Sequence[Flaw], every: int = 8) -> list[Dataset]:
    """The same datasets, but one in `every` of those with a distribution gets the next flaw, as far as they go."""
    made = list(datasets)
    downloadable = [place for place, dataset in enumerate(made) if dataset.distributions]
    for flaw, place in zip(flaws, downloadable[every // 2 :: every], strict=False):
        made[place] = _marked(flaw(made[place]), flaw.__name__.replace("_", "-"))
    return made


def _marked(dataset: Dataset, flaw: str) -> Dataset:
    notes = phrases()["flaw"]
    said = {tag: f"{text} {notes[tag]}" for tag, text in dataset.descriptions.items()}
    return replace(dataset, descriptions=said, flaw=flaw)


def _with_first_url(dataset: Dataset, url: str) -> Dataset:
    first, *rest = dataset.distributions
    changed: list[Distribution] = [replace(first, url=url), *rest]
    return replace(dataset, distributions=tuple(changed))
