"""What can go wrong with a CKAN on one machine."""


class PortalError(Exception):
    """The base of all errors of `portal.local`; its text is one plain sentence with what to do next."""


class InstallError(PortalError):
    """The CKAN environment could not be made; raised by `environment.install` and `binaries`."""


class StartError(PortalError):
    """A service did not start or did not answer in time; raised by `up`. The text ends with the service's last log lines."""


class StopError(PortalError):
    """A process survived SIGKILL or may not be signalled by this user; raised by `down` and `up`."""


class StateError(PortalError):
    """What the folder remembers cannot be read or does not fit what is installed; raised by `up`, `down` and `status`."""
