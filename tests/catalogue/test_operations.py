"""What an operator does: look whether all is well, back up, restore, read old spools again, and run out of disk."""

import json
import os
import resource
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import zstandard
from prometheus_client.parser import text_string_to_metric_families

from tests.conftest import REPOSITORY, Catalogue, CkanDouble, Site, dataset
from tests.sandbox.portals import ask


@pytest.fixture
def portal(site: Site) -> CkanDouble:
    return CkanDouble(site, [dataset(number) for number in range(20)])


@pytest.fixture
def held(catalogue: Catalogue, portal: CkanDouble) -> Catalogue:
    """A catalogue that has read the portal."""
    catalogue.register(f"xa-portal ckan {portal.url}")
    catalogue.run("harvest", "xa-portal")
    return catalogue


def examined(catalogue: Catalogue) -> dict[str, tuple[str, str]]:
    return {each["what"]: (each["state"], each["todo"]) for each in catalogue.json("doctor", status=None)}


def test_the_doctor_finds_a_new_home_ready_but_for_ckan(held: Catalogue):
    found = examined(held)
    assert {what for what, (state, _) in found.items() if state == "ill"} == {"CKAN"}
    assert "catalogue portal up" in found["CKAN"][1]
    assert {"folder", "disk", "database", "tables", "clock"} <= {
        w for w, (state, _) in found.items() if state == "well"
    }
    assert held.run("doctor", status=1).stdout.count("✗") == 1


def test_the_doctor_changes_nothing(tmp_path: Path):
    home = tmp_path / "none"
    found = examined(Catalogue(home, {}))
    assert found["folder"][0] == "look"
    assert not home.exists()


def test_the_doctor_names_a_damaged_database_and_what_else_is_ill(held: Catalogue):
    database = held.home / "catalogue.sqlite3"
    whole = database.read_bytes()
    database.write_bytes(whole[:4096] + b"\xff" * 8192 + whole[12288:])
    for tail in ("-wal", "-shm"):
        database.with_name(database.name + tail).unlink(missing_ok=True)
    found = examined(held)
    assert found["database"][0] == "ill"
    assert found["database"][1]


def test_the_doctor_sees_a_time_that_is_wrong_and_runs_that_ended_without_a_verdict(held: Catalogue):
    with sqlite3.connect(held.home / "catalogue.sqlite3") as database:
        database.execute("UPDATE harvests_run SET ended = '2100-01-01 00:00:00', state = 'running'")
    database.close()
    found = examined(held)
    assert (found["clock"][0], found["runs"][0]) == ("ill", "look")


def test_a_backup_brings_back_what_was_there(held: Catalogue, portal: CkanDouble):
    before = held.packages()
    file = Path(held.run("database", "backup").stdout.strip())
    assert file.stat().st_mode & 0o077 == 0
    portal.datasets = [dataset(number, title=f"Other {number}") for number in range(25)]
    held.run("harvest", "xa-portal")
    after = held.packages()
    assert (len(before), len(after)) == (20, 25)
    said = held.run("database", "restore", str(file)).stdout
    assert "publish --reconcile" in said
    assert held.packages() == before
    (newest, asked) = held.json("database", "list")
    assert (newest["reason"], asked["reason"], asked["file"]) == ("before-restore", "asked", str(file))
    held.run("database", "restore", newest["file"])
    assert held.packages() == after


def test_what_is_no_backup_is_refused_and_the_database_stays(held: Catalogue, tmp_path: Path):
    before = held.packages()
    torn = tmp_path / "torn.sqlite3.zst"
    whole = Path(held.run("database", "backup").stdout.strip()).read_bytes()
    for content in (b"no backup", whole[: len(whole) // 2], b""):
        torn.write_bytes(content)
        assert held.run("database", "restore", str(torn), status=1).stderr.strip().endswith(".")
    assert "is not a file" in held.run("database", "restore", str(tmp_path / "none"), status=1).stderr
    assert held.packages() == before
    assert list(held.home.glob("*.restored")) == []


def test_nothing_is_restored_while_a_clock_runs(held: Catalogue):
    file = held.run("database", "backup").stdout.strip()
    clock = held.start("run")
    try:
        while not (held.home / "clock.lock").exists() or examined(held)["clock"][0] != "well":
            assert clock.poll() is None
        while "a clock" not in (said := held.run("database", "restore", file, status=None).stderr.lower()):
            assert clock.poll() is None, said
    finally:
        clock.terminate()
        clock.communicate(timeout=60)
    held.run("database", "restore", file)


def test_tables_are_backed_up_before_they_change(held: Catalogue):
    with sqlite3.connect(held.home / "catalogue.sqlite3") as database:
        (last,) = database.execute("SELECT max(id) FROM django_migrations WHERE app = 'publish'").fetchone()
        database.execute("DELETE FROM django_migrations WHERE id = ?", (last,))
    database.close()
    assert examined(held)["tables"][0] == "look"
    held.run("status", status=None)  # the change is there already, so that making it again fails: a backup is at hand
    assert [backup["reason"] for backup in held.json("database", "list")] == ["before-migration"]


def test_replaying_shows_what_a_new_mapping_changes_and_writes_nothing(held: Catalogue):
    found = held.json("replay", "xa-portal", "--diff")
    assert (found["records"], found["same"], found["different"]) == (20, 20, 0)
    program = (
        "import sys; from harvesters import ckan_mapping; import harvesters.ckan as ckan; package = ckan.Ckan.package.__func__\n"
        "def other(cls, record, source, parts=None):\n"
        "    mapped = package(cls, record, source)\n"
        "    import msgspec\n"
        "    if record.id.endswith('3'): return type(mapped)(None, [ckan.find('no-identifier', value='')])\n"
        "    return type(mapped)(msgspec.structs.replace(mapped.package, title='New title'), mapped.findings)\n"
        "ckan.Ckan.package = classmethod(other)\n"
        "sys.argv = ['catalogue', 'replay', 'xa-portal', '--diff', *sys.argv[1:]]\n"
        "from catalogue.cli import main; main()"
    )
    before = held.packages()
    done = subprocess.run(
        [sys.executable, "-c", program, "--json"],
        env=held.environment,
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    )
    found = json.loads(done.stdout)
    assert (found["same"], found["different"], found["fields"]["title"]) == (0, 18, 18)
    assert {code for codes in found["lost"].values() for code in codes} == {"no-identifier"}
    assert len(found["lost"]) == 2
    assert found["shown"][0]["fields"]["title"] == ["Public contracts 0", "New title"]
    said = subprocess.run(
        [sys.executable, "-c", program],
        env=held.environment,
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "18 different, 2 no longer valid" in said
    assert "harvest xa-portal --full" in said
    assert held.packages() == before


def test_without_a_spool_nothing_is_replayed(held: Catalogue):
    for spool in held.home.glob("spools/*/*"):
        spool.unlink()
    assert "harvest it" in held.run("replay", "xa-portal", "--diff", status=1).stderr


def test_old_spools_go_and_the_newest_stay(catalogue: Catalogue, portal: CkanDouble):
    few = Catalogue(catalogue.home, {"CATALOGUE_KEEP_SPOOLS": "2"})
    few.register(f"xa-portal ckan {portal.url}")
    spools = []
    for _ in range(4):
        few.run("harvest", "xa-portal")
        spools.append({int(path.name.partition(".")[0]) for path in few.home.glob("spools/xa-portal/*.zst")})
    assert [len(found) for found in spools] == [1, 2, 2, 2]
    assert min(spools[-1]) > min(spools[1])


def test_a_full_disk_is_named_and_the_next_harvest_goes_on(catalogue: Catalogue, site: Site):
    """A file may not become larger than so much: what a full disk does, without filling one."""
    noise = [dataset(number, notes=os.urandom(6000).hex()) for number in range(60)]
    portal = CkanDouble(site, noise)
    catalogue.register(f"xa-portal ckan {portal.url}\noptions: {{page_size: 10}}")
    full = subprocess.run(
        [sys.executable, "-m", "catalogue.cli", "harvest", "xa-portal"], env=catalogue.environment, cwd=REPOSITORY,
        capture_output=True, text=True, check=False, timeout=120,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000)),
    )  # fmt: skip
    assert full.returncode == 1
    assert "no room left on the disk" in full.stderr
    assert "Traceback" not in full.stderr
    (run,) = catalogue.json("runs", "list")
    assert run["state"] == "interrupted"
    asked = len(site.asked)
    done = catalogue.json("harvest", "xa-portal")["runs"][0]
    assert (done["state"], done["records"]) == ("complete", 60)
    assert len(site.asked) - asked < 6, "it went on from its checkpoint"


def test_metrics_are_in_the_form_that_prometheus_reads(held: Catalogue, tmp_path: Path):
    said = held.run("metrics").stdout
    samples = {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(said)
        for sample in family.samples
    }
    assert samples["catalogue_datasets", ("source", "xa-portal"), ("state", "valid")] == 20
    assert samples["catalogue_runs_total", ("failure", ""), ("source", "xa-portal"), ("state", "complete")] == 1
    assert samples["catalogue_last_complete_timestamp_seconds", ("source", "xa-portal")] > 1.7e9
    assert samples["catalogue_requests_total", ("source", "xa-portal")] > 0
    assert samples["catalogue_held_runs",] == 0
    held.run("metrics", str(tmp_path / "catalogue.prom"))
    assert (tmp_path / "catalogue.prom").read_text().count("catalogue_datasets{") == 4


def test_the_clock_serves_metrics_and_logs_in_json_with_source_and_run(catalogue: Catalogue, portal: CkanDouble):
    told = Catalogue(catalogue.home, {"CATALOGUE_LOG_FORMAT": "json"})
    told.register(f"xa-portal ckan {portal.url}\nschedule: '* * * * *'")
    clock = told.start("run", "--no-publish", "--metrics", "127.0.0.1:0")
    try:
        assert clock.stderr is not None
        lines = iter(clock.stderr.readline, "")
        address = next(
            said["message"].rpartition(" ")[2]
            for line in lines
            if "metrics at" in (said := json.loads(line))["message"]
        )
        assert b"catalogue_held_runs 0.0" in ask(address).body
    finally:
        clock.terminate()
        clock.communicate(timeout=60)
    said = [json.loads(line) for line in told.run("harvest", "xa-portal").stderr.splitlines() if line.startswith("{")]
    assert [(line["source"], line["state"], line["level"]) for line in said] == [("xa-portal", "complete", "info")]
    assert said[0]["run"] > 0


def test_a_source_has_its_key_from_the_environment_and_no_other_host_and_no_file_sees_it(
    catalogue: Catalogue, tmp_path: Path
):
    seen: dict[str, list[str]] = {"own": [], "other": []}
    key = "s3cr3t-0123456789"
    with listening(seen["other"]) as other, listening(seen["own"], leads_to=other) as own:
        with_key = Catalogue(catalogue.home, {"CATALOGUE_KEY_XA_PORTAL": f"X-Api-Key: {key}"})
        with_key.register(f"xa-portal frictionless {own}/datapackage.json")
        done = with_key.run("harvest", "xa-portal", status=None)
    assert any(f"X-Api-Key: {key}" in head for head in seen["own"])
    assert seen["other"]
    assert not any(key in head for head in seen["other"])
    assert key not in done.stdout + done.stderr
    for path in tmp_path.rglob("*"):
        content = path.read_bytes() if path.is_file() else b""
        assert key.encode() not in (
            zstandard.ZstdDecompressor().stream_reader(content, read_across_frames=True).read()
            if path.suffix == ".zst"
            else content
        )
    wrong = Catalogue(catalogue.home, {"CATALOGUE_KEY_XA_PORTAL": f"{key}\nno header"})
    refused = wrong.run("harvest", "xa-portal", status=1)
    said = " ".join(refused.stdout.split())  # a line of a table
    assert "CATALOGUE_KEY_XA_PORTAL is no header" in said
    assert key not in refused.stdout + refused.stderr


@contextmanager
def listening(heads: list[str], leads_to: str = "") -> Iterator[str]:
    """A site that keeps the heads of what is asked, and redirects, or has one data package."""

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            pass

        def do_GET(self) -> None:
            heads.append(str(self.headers))
            body = b'{"name": "a", "resources": [{"name": "b", "path": "b.csv"}]}'
            self.send_response(
                302 if leads_to and "robots" not in self.path else 200 if "robots" not in self.path else 404
            )
            self.send_header("Location", f"{leads_to}{self.path}") if leads_to else None
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
