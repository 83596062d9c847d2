"""The exceptions of the catalogue. Each message is one plain sentence that ends with what to do next."""


class CatalogueError(Exception):
    """Base of what a command reports to a person and exits with; raised nowhere itself."""


class ConfigurationError(CatalogueError):
    """Raised by `configuration.load` when a setting cannot be read or is not one we know."""


class RegisterError(CatalogueError):
    """Raised by the register when a file of sources cannot be loaded, or names what is not there."""


class UnknownParty(CatalogueError):
    """Raised by `states.parties` for a code that no State party has."""


class HarvestNotPossible(CatalogueError):
    """Raised by the pipeline when a source cannot be harvested at all: its protocol is not yet detected, say."""


class HarvestKilled(HarvestNotPossible):
    """Raised by `harvests.crawling` when a harvest's process ended by a signal (of that number), which no portal can do; what
    was read before is gone on with."""

    def __init__(self, signal: int) -> None:
        super().__init__(f"The harvest's process was ended by signal {signal}; harvest the source again.")
        self.signal = signal


class HoldError(CatalogueError):
    """Raised by `reconcile.decisions` when a hold is not there, or was decided before."""


class PublishError(CatalogueError):
    """Raised by `publish` when CKAN cannot be written to: no address, no answer, a token that is not a sysadmin's."""


class BackupError(CatalogueError):
    """Raised by `backups` when a backup cannot be made or restored: damaged, in use, a program missing."""


class LetterNotPossible(CatalogueError):
    """Raised by `harvests.letters` for a run that did not fail at its portal."""


class ReplayNotPossible(CatalogueError):
    """Raised by `replaying` when a source has no spool that can be read again."""


class CheckNotPossible(CatalogueError):
    """Raised by `check` when an address cannot be looked at at all: a setting that cannot be used, say."""


class LifeCycleError(CatalogueError):
    """Raised by `register.life_cycle` for a step that is not possible, not this person's, or without its reason."""


class EditedMeanwhile(CatalogueError):
    """Raised by `register.drafts` when somebody else saved the same draft since it was opened."""


class EntryRefused(CatalogueError):
    """Raised by `register` when an entry that lacks what it must have is submitted."""


class InvitationError(CatalogueError):
    """Raised by `people` for an invitation that is used, expired, withdrawn or unknown, or cannot be made."""


class ListRefused(CatalogueError):
    """Raised by `register.lists` for an uploaded file that is no list, or cannot be read as one."""
