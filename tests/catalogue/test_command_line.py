"""What commands say of what they did, and of what cannot be: in one sentence, with nothing on standard output."""

from pathlib import Path

import certifi
import pytest

from catalogue.configuration import load
from catalogue.errors import ConfigurationError
from tests.conftest import REPOSITORY, Catalogue

ADDRESS = "http://127.0.0.1:9/"


def refused(catalogue: Catalogue, *arguments: str) -> str:
    """The one sentence with which a command stops."""
    done = catalogue.run(*arguments, status=1)
    assert done.stdout == "", arguments
    assert done.stderr.count("\n") == 1, (arguments, done.stderr)
    return done.stderr


def test_filters_that_name_nothing_are_refused(catalogue: Catalogue):
    catalogue.register(f"xa-portal ckan {ADDRESS}")
    catalogue.run("harvest", "xa-portal", status=1)
    assert "'ZZ'" in refused(catalogue, "sources", "list", "--state", "ZZ", "--json")
    assert len(catalogue.json("sources", "list", "--state", "xa")) == 1
    assert catalogue.json("sources", "list", "--state", "FR") == [], "a State of which no source is known"
    assert "no source nope" in refused(catalogue, "runs", "list", "--source", "nope", "--json")
    assert len(catalogue.json("runs", "list", "--source", "xa-portal")) == 1
    for arguments in (("runs", "show", "1"), ("check", ADDRESS), ("people", "invite", "a@example.org", "--officer")):
        assert "choose one of ar, zh, en, fr, ru, es" in refused(catalogue, *arguments, "--language", "xx", "--json")
    assert "say themselves" in refused(catalogue, "sources", "detect", "xa-portal", "--json")
    assert "not possible" in refused(catalogue, "harvest", "xa-portal", "--all")
    assert "not possible" in refused(catalogue, "harvest", "xa-portal", "--full", "--changes")


def test_files_of_parties_that_cannot_be_read_are_refused(catalogue: Catalogue, tmp_path: Path):
    for wrong in (tmp_path, tmp_path / "none.csv"):
        assert refused(catalogue, "sources", "load", "--states", str(wrong)).startswith(f"{wrong} cannot be read")


def test_numbers_out_of_range_are_refused(catalogue: Catalogue):
    for arguments in (("run", "--once", "--metrics", "127.0.0.1:99999"), ("replay", "x", "--diff", "--datasets", "-1")):
        done = catalogue.run(*arguments, status=2)
        assert "Traceback" not in done.stderr
        assert done.stderr.count("Invalid value") == 1


def test_what_was_done_is_said(catalogue: Catalogue):
    catalogue.register(f"xa-one ckan {ADDRESS}", f"xa-two ckan {ADDRESS}")
    both = ("xa-one", "xa-two")
    for command in ("pause", "resume", "now"):
        more = ("--reason", "It moves.") if command == "pause" else ()
        said = catalogue.run("sources", command, *both, *more).stdout.splitlines()
        assert [source in line for source, line in zip(both, said, strict=True)] == [True, True], command
    catalogue.run("sources", "pause", "xa-one", "--reason", "It moves.")
    assert "it is paused" in catalogue.run("sources", "now", "xa-one").stdout
    catalogue.run("sources", "withdraw", "xa-two")
    assert "withdrawn" in catalogue.run("sources", "resume", "xa-two").stdout


def test_who_has_submitted_nothing_is_counted_apart_from_whose_sources_are_known(catalogue: Catalogue, tmp_path: Path):
    file = tmp_path / "known.yaml"
    entry = "- {{id: {0}, state: {1}, title: A, url: 'https://{0}.example.org', basis: {2}}}"
    submitted = "{kind: submission, document: NV 1/2026, date: 2026-01-15}"
    known = [entry.format("fr-known", "FR", "public-knowledge"), entry.format("no-known", "NO", "public-knowledge")]
    file.write_text("\n".join(["sources:", *known]), encoding="utf-8")
    catalogue.run("sources", "load", str(file))
    before = catalogue.json("status")
    assert before["parties_without_a_submission"] == before["parties_without_a_source"] + 2
    assert (
        f"{before['parties_without_a_submission']} parties: no submission received." in catalogue.run("status").stdout
    )
    file.write_text("\n".join(["sources:", known[1], entry.format("fr-told", "FR", submitted)]), encoding="utf-8")
    catalogue.run("sources", "load", str(file))
    after = catalogue.json("status")
    assert after["parties_without_a_submission"] == before["parties_without_a_submission"] - 1
    assert after["parties_without_a_source"] == before["parties_without_a_source"]


def test_a_bundle_of_authorities_that_is_not_there_is_said_with_its_line(catalogue: Catalogue, tmp_path: Path):
    wrong = tmp_path / "wrong.pem"
    wrong.write_text("no certificate")
    file = tmp_path / "bundles.yaml"
    lines = ["sources:"]
    for number, bundle in enumerate((tmp_path / "none.pem", wrong, certifi.where())):
        lines += [
            f"- id: xa-{number}", "  state: XA", "  title: A", f"  url: {ADDRESS}", "  basis: public-knowledge",
            f"  ca_bundle: {bundle}",
        ]  # fmt: skip
    file.write_text("\n".join(lines), encoding="utf-8")
    done = catalogue.run("sources", "load", str(file), "--states", str(REPOSITORY / "sandbox/states.csv"))
    assert done.stdout.startswith("3 added")
    first, second = done.stderr.splitlines()
    assert first.startswith("Line 7: ")
    assert "xa-0" in first
    assert second.startswith("Line 13: ")
    assert "xa-1" in second


def test_an_empty_list_of_sources_may_be_written_in_both_ways(catalogue: Catalogue, tmp_path: Path):
    file = tmp_path / "empty.yaml"
    said = set()
    for text in ("sources: []\n", "sources:\n", "sources: ~\n"):
        file.write_text(text, encoding="utf-8")
        said.add(catalogue.run("sources", "load", str(file)).stdout)
    assert said == {"0 added, 0 changed, 0 unchanged.\n"}


@pytest.mark.parametrize(
    "wrong",
    ["proxy:3128", "https://proxy:3128", "http://proxy", "http://:3128", "http://u:secret@proxy:x", "http://p:1/x"],
)
def test_a_proxy_is_looked_at_where_settings_are_read(wrong: str, tmp_path: Path):
    with pytest.raises(ConfigurationError, match=r"CATALOGUE_PROXY is not .*; write http://host:port") as raised:
        load({"CATALOGUE_PROXY": wrong}, tmp_path / "none.toml")
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize("right", ["http://proxy:3128", "http://user:secret@[::1]:3128/"])
def test_a_proxy_is_kept_as_it_is_written(right: str, tmp_path: Path):
    assert load({"CATALOGUE_PROXY": right}, tmp_path / "none.toml").proxy == right


@pytest.mark.parametrize(
    "name",
    [
        "CATALOGUE_WORKERS", "CATALOGUE_PARALLEL_HARVESTS", "CATALOGUE_ATTEMPTS", "CATALOGUE_GRACE_RUNS",
        "CATALOGUE_KEEP_SPOOLS", "CKAN_WRITERS", "CATALOGUE_MAX_RECORD_BYTES", "CATALOGUE_MAX_ANSWER_BYTES",
    ],
)  # fmt: skip
def test_whole_numbers_are_whole(name: str, tmp_path: Path):
    value = "2000000.5" if name.endswith("BYTES") else "1.5"
    with pytest.raises(ConfigurationError, match=f"{name} is {value}; set it to a whole number from"):
        load({name: value}, tmp_path / "none.toml")


def test_settings_that_cannot_be_used_stop_a_command(catalogue: Catalogue):
    mistaken = Catalogue(catalogue.home, {"CATALOGUE_PROXY": "proxy:3128"})
    assert refused(mistaken, "check", ADDRESS).startswith("CATALOGUE_PROXY ")
