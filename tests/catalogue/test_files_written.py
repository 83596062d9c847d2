"""Where commands write their files: through what is no regular file, behind symlinks, and never in a device's place."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY, Catalogue, CkanDouble, Site, dataset


@pytest.fixture
def held(catalogue: Catalogue, site: Site) -> Catalogue:
    """A catalogue that has read a portal of three datasets."""
    catalogue.register(f"xa-portal ckan {CkanDouble(site, [dataset(number) for number in range(3)]).url}")
    catalogue.run("harvest", "xa-portal")
    return catalogue


WRITING = [("datasets", "export"), ("sources", "export"), ("metrics",)]
FIRST = {"datasets": b'{"name":"', "sources": b"# The sources", "metrics": b"# HELP"}


@pytest.fixture
def stdout(tmp_path: Path) -> Path:
    """A name of the command's standard output, as /dev/stdout is one, that may be lost."""
    link = tmp_path / "stdout"
    link.symlink_to("/proc/self/fd/1")
    return link


def test_files_are_written_to_where_they_are_wanted(held: Catalogue, tmp_path: Path, stdout: Path):
    for command in WRITING:
        first = FIRST[command[0]]
        for arguments in (command, (*command, "-"), (*command, str(stdout))):
            assert held.run(*arguments).stdout.encode().startswith(first), arguments
            assert stdout.is_symlink()
        assert not (REPOSITORY / "-").exists()

        fifo = tmp_path / f"{command[0]}.fifo"
        os.mkfifo(fifo)
        read: list[bytes] = []
        reader = threading.Thread(target=lambda at=fifo, to=read: to.append(at.read_bytes()))
        reader.start()
        held.run(*command, str(fifo))
        reader.join(60)
        assert fifo.is_fifo()
        assert read[0].startswith(first)

        (tmp_path / "folder").mkdir(exist_ok=True)
        link = tmp_path / f"{command[0]}.link"
        link.symlink_to(Path("folder") / command[0])
        for _ in ("new", "there already"):
            held.run(*command, str(link))
            assert link.is_symlink()
            assert (tmp_path / "folder" / command[0]).read_bytes().startswith(first)
            assert [each.name for each in (tmp_path / "folder").glob(f"*{command[0]}*")] == [command[0]]

        for wrong in (tmp_path, tmp_path / "none" / "file", link / "file"):
            refused = held.run(*command, str(wrong), status=1).stderr
            assert refused.startswith(str(wrong)), refused
            assert refused.count("\n") == 1, refused


def test_standard_output_that_is_a_file_stays_that_file(held: Catalogue, tmp_path: Path, stdout: Path):
    out = tmp_path / "out"
    with out.open("wb") as file:
        file.write(b"before\n")
        file.flush()
        command = [sys.executable, "-m", "catalogue.cli", "datasets", "export", str(stdout)]
        subprocess.run(command, cwd=REPOSITORY, env=held.environment, stdout=file, check=True)
        assert os.path.samestat(out.stat(), os.fstat(file.fileno()))
    assert out.read_bytes().startswith(b'before\n{"name":"')
    assert out.read_bytes().count(b"\n") == 4, "nothing but the packages"


def test_an_export_says_what_was_written_and_keeps_the_rights_of_its_file(held: Catalogue, tmp_path: Path):
    file = tmp_path / "exported.yaml"
    file.touch(mode=0o640)
    assert held.run("sources", "export", str(file)).stdout == f"1 sources written to {file}.\n"
    assert file.stat().st_mode & 0o777 == 0o640
    assert held.run("datasets", "export", str(file)).stdout == f"3 data packages written to {file}.\n"


def test_a_backup_goes_where_a_symlink_leads_and_into_no_folder(held: Catalogue, tmp_path: Path):
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "backup")
    held.run("database", "backup", str(link))
    assert link.is_symlink()
    assert (tmp_path / "backup").stat().st_size > 0
    for wrong in ("-", str(tmp_path), str(link / "file")):
        refused = held.run("database", "backup", wrong, status=1).stderr
        assert refused.count("\n") == 1, refused
