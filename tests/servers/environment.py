"""Environments of real servers' own: what they need does not go with what the project needs, so each has its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY

ENVIRONMENTS = Path(os.environ.get("CATALOGUE_TEST_ENVIRONMENTS", REPOSITORY / "var" / "test-environments"))
INSTALL_SECONDS = 600


def python_of(name: str, *requirements: str) -> Path:
    """The Python of an environment with these requirements; made where it is not there. Skips where it cannot be installed."""
    folder = ENVIRONMENTS / name
    python, stamp = folder / "bin" / "python", folder / ".installed"
    wanted = "\n".join(requirements)
    if stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
        return python
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
    done = subprocess.run(
        [str(python), "-m", "pip", "install", "--quiet", *requirements],
        capture_output=True, text=True, timeout=INSTALL_SECONDS, check=False,
    )  # fmt: skip
    if done.returncode:
        pytest.skip(f"{name} cannot be installed here: {done.stderr.strip().splitlines()[-1]}")
    stamp.write_text(wanted, encoding="utf-8")
    return python
