"""A real pycsw 2.6.2 on loopback: CSW 2.0.2 and 3.0, and OAI-PMH, over records in SQLite."""

import shutil
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.servers.environment import python_of

REQUIREMENTS = ("pycsw==2.6.2", "SQLAlchemy<2", "setuptools<81")
"""pycsw 2.6 speaks the language of SQLAlchemy 1; OWSLib, which it brings, still asks for pkg_resources."""

SERVE = """
import sys
from wsgiref.simple_server import WSGIRequestHandler, make_server
from pycsw.wsgi import application
class Quiet(WSGIRequestHandler):
    def log_message(self, *arguments): pass
server = make_server("127.0.0.1", 0, application, handler_class=Quiet)
print(server.server_port, flush=True)
server.serve_forever()
"""

CONFIGURATION = """
[server]
home={folder}
url=http://127.0.0.1/
mimetype=application/xml; charset=UTF-8
encoding=UTF-8
language=en-US
maxrecords=10
profiles=apiso
[manager]
transactions=false
allowed_ips=127.0.0.1
[metadata:main]
identification_title=Catalogue
identification_abstract=Records
identification_keywords=catalogue
identification_keywords_type=theme
identification_fees=None
identification_accessconstraints=None
provider_name=Provider
provider_url=http://127.0.0.1/
contact_name=Office
contact_position=Office
contact_address=-
contact_city=-
contact_stateorprovince=-
contact_postalcode=-
contact_country=-
contact_phone=-
contact_fax=-
contact_email=office@data.example
contact_url=http://127.0.0.1/
contact_hours=-
contact_instructions=-
contact_role=pointOfContact
[repository]
database=sqlite:///{folder}/records.db
table=records
[metadata:inspire]
enabled=false
"""


class Pycsw:
    """A folder with a repository that records are loaded into, and the address where it is served."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.python = python_of("pycsw", *REQUIREMENTS)
        self.configuration = folder / "pycsw.cfg"
        self.configuration.write_text(CONFIGURATION.format(folder=folder), encoding="utf-8")
        self.url = ""
        self._administer("setup_db")

    def load(self, records: Iterable[str]) -> None:
        """Load records; those whose identifier it has already are replaced."""
        inbox = self.folder / "inbox"
        shutil.rmtree(inbox, ignore_errors=True)
        inbox.mkdir()
        for number, record in enumerate(records):
            (inbox / f"{number}.xml").write_text(record, encoding="utf-8")
        self._administer("load_records", "-p", str(inbox), "-y")

    def _administer(self, command: str, *arguments: str) -> None:
        subprocess.run(
            [self.python, self.python.with_name("pycsw-admin.py"), "-c", command, "-f", self.configuration, *arguments],
            check=True, capture_output=True, timeout=120,
        )  # fmt: skip


@contextmanager
def serving(folder: Path, records: Iterable[str]) -> Iterator[Pycsw]:
    """A pycsw with these records, served until the end of the block."""
    catalogue = Pycsw(folder)
    catalogue.load(records)
    process = subprocess.Popen(
        [catalogue.python, "-c", SERVE], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        env={"PYCSW_CONFIG": str(catalogue.configuration), "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    try:
        assert process.stdout is not None
        catalogue.url = f"http://127.0.0.1:{int(process.stdout.readline())}/"
        yield catalogue
    finally:
        process.terminate()
        process.wait(timeout=30)
        if process.stdout is not None:
            process.stdout.close()
