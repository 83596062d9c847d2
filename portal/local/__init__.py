"""A real CKAN 2.12 on one machine, without containers, compiler or root: for trying and testing.

CKAN is unmodified and in its own environment; PostgreSQL and Redis are real and private; in Solr's place stands a small
search server of ours, unless a real Solr is named. Everything lives in one folder: `up` starts it, `down` leaves no process.
"""

from portal.local.environment import install
from portal.local.errors import InstallError, PortalError, StartError, StateError, StopError
from portal.local.instance import Address, ServiceStatus, Status, down, status, up

__all__ = [
    "Address",
    "InstallError",
    "PortalError",
    "ServiceStatus",
    "StartError",
    "StateError",
    "Status",
    "StopError",
    "down",
    "install",
    "status",
    "up",
]
