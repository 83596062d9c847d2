"""Files that commands write: whole or not at all; what is no regular file is written through, and never replaced."""

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from catalogue.errors import CatalogueError
from harvesters.errors import DISK_FULL

STANDARD_OUTPUT = Path("-")
OPEN_FILES = (Path("/dev"), Path("/proc"))
"""Names in there may stand for files that are open already: a file in their place would not be what they lead to."""


def is_standard_output(file: Path | None) -> bool:
    """Whether a command's result goes to standard output: no file is named, "-", or a name of standard output itself."""
    if file is None or file == STANDARD_OUTPUT:
        return True
    try:
        return os.path.samestat(file.stat(), os.fstat(sys.stdout.fileno()))
    except OSError:  # nothing stands there yet, or standard output is closed
        return False


def destination(file: Path) -> Path:
    """Where a file is to be written: symlinks are followed. Raises CatalogueError for a folder, and where there is none to
    write it in."""
    try:
        target = file.resolve()
        if target.is_dir():
            raise CatalogueError(f"{file} is a folder; name a file in it.")
        if not file.exists() and not target.parent.is_dir():
            raise CatalogueError(
                f"{file} cannot be written: {target.parent} is no folder; make it, or name another file."
            )
    except (OSError, RuntimeError) as error:  # RuntimeError: symlinks that lead to each other, before Python 3.13
        raise _refused(file, error) from error
    return target


@contextmanager
def written(file: Path | None) -> Iterator[BinaryIO]:
    """A command's result, as bytes: to standard output, through what is no regular file, or to a file that takes its place at
    the end, when all is written. Raises CatalogueError where it cannot be written, OSError for a full disk."""
    if file is None or is_standard_output(file):
        sys.stdout.flush()
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    target = destination(file)
    try:
        if (file.exists() and not file.is_file()) or any(file.absolute().is_relative_to(each) for each in OPEN_FILES):
            with file.open("wb") as out:
                yield out
            return
        part = target.with_name(f"{target.name}.{os.getpid()}.part")
        try:
            with part.open("wb") as out:
                yield out
            if target.exists():
                shutil.copymode(target, part)
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        if error.errno in DISK_FULL:
            raise
        raise _refused(file, error) from error


def _refused(file: Path, error: OSError | RuntimeError) -> CatalogueError:
    said = (error.strerror if isinstance(error, OSError) else None) or error
    return CatalogueError(f"{file} cannot be written ({said}); name another file.")
