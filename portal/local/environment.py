"""CKAN's own Python environment: made once, complete or made again, shared by as many instances as wanted."""

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from portal.local import binaries
from portal.local.errors import InstallError

Progress = Callable[[str, float | None], None]
"""Told about each step: what is being done, and how much of it is done (0 to 1) where that is known."""

CONSTRAINTS = Path(__file__).with_name("constraints-ckan.txt")
MARKER = "complete.json"

INSTALL_PATIENCE = 1800.0
"""Seconds that one pip run may take, on a slow line."""


def silent(text: str, fraction: float | None) -> None:
    """A progress callback that tells nobody."""


def python(environment: Path) -> Path:
    """The environment's interpreter."""
    return environment / "bin" / "python"


def install(environment: Path, progress: Progress = silent) -> None:
    """Make the CKAN environment unless a complete one of the pinned versions is there.

    Two commands that call this at once do the work once. A half-made environment is made again.

    Raises InstallError if it cannot be made, or if the folder holds something else.
    """
    environment = environment.absolute()
    environment.parent.mkdir(parents=True, exist_ok=True)
    with _lock(environment.parent / f".{environment.name}.lock", progress):
        if not is_complete(environment):
            _clear(environment)
            progress("Making CKAN's Python environment", None)
            _make(environment, progress)
        binaries.provide(environment, _binaries_runner(environment, progress))


def version(environment: Path) -> str:
    """A text that changes whenever another set of packages is installed: `install` again and CKAN must be restarted."""
    marker = environment / MARKER
    return hashlib.sha256(marker.read_bytes()).hexdigest() if marker.exists() else ""


def is_complete(environment: Path) -> bool:
    """Whether the environment is whole, of the versions pinned here, where it was made, and its interpreter still runs."""
    try:
        marker = json.loads((environment / MARKER).read_bytes())
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return False
    if marker != _marker(environment):
        return False
    try:
        done = subprocess.run([python(environment), "-c", "import ckan"], capture_output=True, check=False)
    except OSError:
        return False
    return done.returncode == 0


def _marker(environment: Path) -> dict[str, object]:
    return {"folder": str(environment), "packages": pins()}


def pins() -> list[str]:
    """The packages of a CKAN environment, as `name==version`."""
    lines = CONSTRAINTS.read_text("utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def _clear(environment: Path) -> None:
    """Remove a half-made or outdated environment, and nothing else."""
    if not environment.exists():
        return
    if any(environment.iterdir()) and not (environment / "pyvenv.cfg").exists():
        raise InstallError(
            f"{environment} exists and is not a Python environment; name another folder or empty this one."
        )
    shutil.rmtree(environment)


def _make(environment: Path, progress: Progress) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "venv", str(environment)], capture_output=True, text=True, check=False, env=_clean()
    )
    if done.returncode != 0:
        raise InstallError(
            "Python could not make an environment; on Debian and Ubuntu install python3-venv. It said: "
            + (done.stdout + done.stderr).strip()
        )
    packages = pins()
    pip(environment, ["install", "--no-deps", "-r", str(CONSTRAINTS)], progress, len(packages))
    # python-magic looks for libmagic when it is imported; pylibmagic, imported first, tells it where its own copy is.
    (site_packages(environment) / "zz_libmagic.pth").write_text("import pylibmagic\n")
    marker = environment / MARKER
    half = marker.with_suffix(".half")
    half.write_text(json.dumps(_marker(environment), indent=1) + "\n")
    half.replace(marker)


def site_packages(environment: Path) -> Path:
    """The folder that the environment's packages lie in."""
    return next((environment / "lib").glob("python3.*/site-packages"))


def pip(environment: Path, arguments: list[str], progress: Progress = silent, expected: int = 0) -> None:
    """Run the environment's pip; `expected` is the number of packages, for progress.

    Raises InstallError with pip's own last words.
    """
    command = [
        str(python(environment)),
        "-m",
        "pip",
        *arguments,
        "--progress-bar",
        "off",
        "--disable-pip-version-check",
    ]
    seen = 0
    last: list[str] = []
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=_clean()
    ) as process:
        assert process.stdout is not None  # noqa: S101 PIPE was asked for
        for line in process.stdout:
            last = [*last[-4:], line.strip()]
            if line.startswith("Collecting "):
                seen += 1
                progress(f"Fetching {line.split()[1]}", 0.6 * seen / expected if expected else None)
            elif line.startswith("Installing collected"):
                progress("Installing what was fetched", 0.65)
    if process.returncode != 0:
        raise InstallError(
            "CKAN's packages could not be installed; see whether pip can reach its index. It said: " + " / ".join(last)
        )
    progress("Installed", 1.0)


def _binaries_runner(environment: Path, progress: Progress) -> Callable[[list[str]], None]:
    return lambda arguments: pip(environment, arguments, progress, 1)


def _clean() -> dict[str, str]:
    """The caller's environment without what would lead another Python or CKAN astray."""
    return {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "CKAN", "VIRTUAL_ENV"))}


@contextmanager
def _lock(path: Path, progress: Progress) -> Iterator[None]:
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            progress("Waiting for another command that makes the same environment", None)
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
