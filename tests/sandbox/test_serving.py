"""The sandbox in the background: found again, at the same addresses, and never mistaken for another process."""

import json
import os
import signal
import socket
import subprocess
import sys

import msgspec
import pytest
import yaml

from sandbox import serving
from tests.conftest import REPOSITORY
from tests.sandbox.portals import ask


@pytest.fixture
def folder(tmp_path):
    yield tmp_path / "sandbox"
    serving.stop(tmp_path / "sandbox")


def command(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "sandbox", *arguments],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_it_serves_what_its_files_say_until_it_is_stopped(folder):
    memory = serving.ensure(folder)
    assert serving.ensure(folder) == memory
    for served in memory.portals:
        assert ask(served.url if served.protocol != "ckan" else f"{served.url}/api/3/action/status_show").status == 200
    sources = yaml.safe_load((folder / serving.SOURCES_FILE).read_text(encoding="utf-8"))["sources"]
    assert [(s["id"], s["state"], s["protocol"], s["url"]) for s in sources] == [
        (p.id, p.state, p.protocol, p.url) for p in memory.portals
    ]
    assert {source["basis"]["kind"] for source in sources} == {"submission"}
    assert [source["id"] for source in sources if "harvest_permission" in source] == ["xa-national"]
    assert command("stop", "--folder", str(folder)).stdout == "Stopped.\n"
    assert serving.running(folder) is None
    assert command("stop", "--folder", str(folder)).stdout == "Nothing was running.\n"


def test_after_a_kill_the_addresses_are_the_same(folder):
    memory = serving.ensure(folder)
    os.kill(memory.pid, signal.SIGKILL)
    os.waitpid(memory.pid, 0)
    again = serving.ensure(folder)
    assert again.pid != memory.pid
    assert again.portals == memory.portals


def test_a_port_that_was_taken_is_replaced(folder):
    memory = serving.ensure(folder)
    serving.stop(folder)
    with socket.create_server(("127.0.0.1", memory.portals[0].port)):
        again = serving.ensure(folder)
    assert again.portals[0].port != memory.portals[0].port
    assert again.portals[1:] == memory.portals[1:]
    assert again.portals[0].url in (folder / serving.SOURCES_FILE).read_text(encoding="utf-8")


def test_a_number_that_another_process_has_now_is_left_alone(folder):
    folder.mkdir()
    somebody = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        stale = serving.Memory(somebody.pid, "an earlier boot 12345", [])
        (folder / serving.STATE_FILE).write_bytes(msgspec.json.encode(stale))
        assert serving.running(folder) is None
        assert serving.stop(folder) is False
        assert somebody.poll() is None
    finally:
        somebody.communicate(b"\n")


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"pid": "one"}'])
def test_a_broken_file_is_as_none(folder, content):
    folder.mkdir()
    (folder / serving.STATE_FILE).write_bytes(content)
    assert serving.remembered(folder) is None


def test_a_folder_is_served_once(folder):
    serving.ensure(folder)
    second = command("serve", "--folder", str(folder))
    assert second.returncode == 1
    assert "being served already" in second.stderr


def test_a_large_ckan_can_be_served_to_measure_with():
    with subprocess.Popen(
        [sys.executable, "-m", "sandbox", "bulk", "--count", "5000"], cwd=REPOSITORY, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        assert json.loads(ask(f"{url}/api/3/action/package_search?rows=1").body)["result"]["count"] == 5000
        process.terminate()
        assert process.wait(timeout=10) == 0
