"""The register, the desk and the API on PostgreSQL: the tests that every database passes, run on a server of their own.

They are run in a process of their own, since Django knows one database from its start.
"""

import os
import subprocess
import sys
from pathlib import Path

from tests.conftest import REPOSITORY
from tests.servers.postgresql import needs_postgresql, server

pytestmark = needs_postgresql
CHOSEN = (
    "tests/catalogue/test_text_kept.py",
    "tests/catalogue/test_migrations.py",
    "tests/catalogue/test_leases.py",
    "tests/catalogue/register/test_filing.py",
    "tests/catalogue/register/test_life_cycle.py",
    "tests/catalogue/desk/test_databases.py",
    "tests/catalogue/desk/test_at_once.py",
    "tests/catalogue/desk/test_search.py",
    "tests/catalogue/desk/api/test_again.py",
    "tests/catalogue/desk/test_size.py",
)
"""The others are run on it by hand: CATALOGUE_DATABASE_URL=postgresql://... pytest tests/catalogue/desk."""


def test_what_holds_on_sqlite_holds_on_postgresql(tmp_path: Path):
    with server() as running:
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("CATALOGUE_", "PYTEST_"))},
            "CATALOGUE_HOME": str(tmp_path / "home"),
            "CATALOGUE_DATABASE_URL": running.create("catalogue"),
        }
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", f"--basetemp={tmp_path / 'tests'}", *CHOSEN],
            cwd=REPOSITORY, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
    assert done.returncode == 0, done.stdout[-8000:]
    assert " passed" in done.stdout
    assert " skipped" not in done.stdout.splitlines()[-1]
