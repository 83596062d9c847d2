"""How like Solr the search stand-in is, by CKAN's own tests: `python -m portal.local.conformance`.

CKAN's wheel ships its tests. They run in an environment of their own (the CKAN environment and the test tools that CKAN's
release pins), with a private PostgreSQL, Redis and stand-in, none of it shared with a portal in use. Every test counts,
those too that fail because the wheel lacks a data file.
"""

import argparse
import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from pathlib import Path

from portal.local import ckan, postgresql, redis, services, solr, state
from portal.local import environment as ckan_environment
from portal.local.errors import PortalError, StartError
from portal.local.instance import down

TESTS = ("ckan.tests.lib.search", "ckan.tests.logic.action.test_get")
TOOLS = Path(__file__).with_name("constraints-conformance.txt")

ENOUGH = 0.95
"""Share of the tests that must pass."""

PATIENCE = 1800.0
"""Seconds that the tests may run; on two cores they take some two minutes."""

OPTIONS = {
    "testing": "true",
    "ckan.site_id": "test.ckan.net",
    "ckan.site_url": "http://test.ckan.net",
    "ckan.site_title": "CKAN",
    "ckan.plugins": "",
    "ckan.locales_offered": "",
    "ckan.extra_resource_fields": "alt_url",
    "ckan.auth.public_user_details": "true",
    "ckan.auth.create_user_via_web": "true",
    "ckan.auth.create_user_via_api": "false",
    "ckan.auth.anon_create_dataset": "false",
    "ckan.auth.create_unowned_dataset": "true",
    "ckan.auth.create_dataset_if_not_in_organization": "true",
    "ckan.auth.user_create_groups": "true",
    "ckan.auth.user_create_organizations": "true",
    "ckan.auth.user_delete_groups": "true",
    "ckan.auth.user_delete_organizations": "true",
}
"""What CKAN's tests expect of the site that they run in."""


@dataclass(frozen=True)
class Result:
    """The outcome of the tests: names of those that passed, failed and were skipped."""

    passed: list[str]
    failed: list[str]
    skipped: list[str]

    @property
    def ratio(self) -> float:
        """Passed of all that ran, 0 to 1."""
        ran = len(self.passed) + len(self.failed)
        return len(self.passed) / ran if ran else 0.0


def measure(
    folder: Path, tests: tuple[str, ...] = TESTS, progress: ckan_environment.Progress = ckan_environment.silent
) -> Result:
    """Run CKAN's tests against the stand-in, everything in one folder. Raises PortalError."""
    folder = folder.absolute()
    (folder / "log").mkdir(parents=True, exist_ok=True)
    environment = folder / "environment"
    ckan_environment.install(environment, progress)
    ckan_environment.pip(environment, ["install", "--no-deps", "-r", str(TOOLS)])
    memory = state.load(folder)
    try:
        _start(folder, environment, memory)
        progress("Running CKAN's tests", None)
        return _run(folder, environment, tests)
    finally:
        down(folder)


def _start(folder: Path, environment: Path, memory: state.State) -> None:
    """The services that the tests need, and a database with CKAN's tables; no web server: the tests are CKAN."""
    services.ensure(postgresql.service(folder, environment, memory), folder, memory)
    services.ensure(redis.service(folder, environment, memory), folder, memory)
    (folder / solr.NAME).mkdir(exist_ok=True)
    services.ensure(solr.service(folder, environment, memory), folder, memory)
    memory.ports.setdefault(ckan.NAME, services.free_port())
    (folder / ckan.NAME).mkdir(exist_ok=True)
    state.write_private(ckan.ini(folder), _configuration(folder, memory))
    ckan.prepare(folder, environment, memory, plugins="", rebuild=False)


def _configuration(folder: Path, memory: state.State) -> str:
    lines = ckan.configuration(folder, memory, None).splitlines()
    kept = [line for line in lines if line.partition(" = ")[0] not in OPTIONS]
    place = kept.index("[app:main]") + 1
    return "\n".join([*kept[:place], *(f"{name} = {value}" for name, value in OPTIONS.items()), *kept[place:], ""])


def _run(folder: Path, environment: Path, tests: tuple[str, ...]) -> Result:
    report = folder / "results.xml"
    report.unlink(missing_ok=True)
    command = [
        *(
            str(ckan_environment.python(environment)),
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:cacheprovider",
            "--rootdir",
            str(folder),
        ),
        # The folder may lie inside a project with pytest settings of its own; they are not meant for CKAN.
        *("-c", os.devnull),
        *("--ckan-ini", str(ckan.ini(folder)), f"--junitxml={report}", "--pyargs", *tests),
    ]
    with (folder / "log" / "tests.log").open("w") as log:
        try:
            subprocess.run(
                command, cwd=folder, env=ckan.variables(folder), stdout=log, stderr=log, check=False, timeout=PATIENCE
            )
        except subprocess.TimeoutExpired as error:
            raise StartError(f"CKAN's tests did not end within {PATIENCE:.0f} s; see {log.name}.") from error
    if not report.exists():
        raise StartError(f"CKAN's tests did not run; see {folder / 'log' / 'tests.log'}.")
    return read(report.read_bytes())


def read(report: bytes) -> Result:
    """A JUnit XML report as names by outcome."""
    outcome: dict[str, list[str]] = {"passed": [], "failed": [], "skipped": []}
    for case in ET.fromstring(report).iter("testcase"):  # noqa: S314 pytest wrote it
        name = f"{case.get('classname')}.{case.get('name')}".rpartition("site-packages.")[2]
        failed = case.find("failure") is not None or case.find("error") is not None
        outcome["failed" if failed else "skipped" if case.find("skipped") is not None else "passed"].append(name)
    return Result(**outcome)


def main() -> int:
    """Measure and print; status 1 under the share that must pass."""
    parser = argparse.ArgumentParser(
        prog="portal.local.conformance", description="Run CKAN's tests against the search stand-in."
    )
    parser.add_argument("--folder", type=Path, default=Path("var/portal/conformance"), help="where everything goes")
    given = parser.parse_args()
    try:
        result = measure(given.folder, progress=lambda text, fraction: print(text, file=sys.stderr))
    except PortalError as error:
        print(error, file=sys.stderr)
        return 2
    for name in result.failed:
        print(f"failed   {name}")
    print(
        f"{len(result.passed)} passed, {len(result.failed)} failed, {len(result.skipped)} skipped: "
        f"{result.ratio:.1%} pass (at least {ENOUGH:.0%} are to)"
    )
    return 0 if result.ratio >= ENOUGH else 1


if __name__ == "__main__":
    sys.exit(main())
