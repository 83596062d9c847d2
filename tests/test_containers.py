"""The Dockerfile and compose.yaml, as far as they can be checked without an engine: what they name exists here."""

import re
import shlex
from typing import Any

import pytest
import typer.main
import yaml

from catalogue.configuration import SETTINGS
from tests.conftest import REPOSITORY, Catalogue

DOCKERFILE = (REPOSITORY / "Dockerfile").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load((REPOSITORY / "compose.yaml").read_text(encoding="utf-8"))


def instructions(name: str) -> list[str]:
    joined = DOCKERFILE.replace("\\\n", " ")
    return [match[1].strip() for match in re.finditer(rf"^{name}\s+(.+)$", joined, re.MULTILINE)]


def test_what_is_copied_exists():
    sources = [word for line in instructions("COPY") if "--from" not in line for word in shlex.split(line)[:-1]]
    assert sources
    assert [source for source in sources if not (REPOSITORY / source).exists()] == []


def test_it_runs_as_a_user_who_owns_the_volume():
    assert instructions("USER") == ["catalogue"]
    (volume,) = instructions("VOLUME")
    made = DOCKERFILE.index(f"install -d -o catalogue -g catalogue {volume}")
    assert made < DOCKERFILE.index("USER catalogue") < DOCKERFILE.index("VOLUME")


def test_the_health_check_is_a_command_that_succeeds(catalogue: Catalogue):
    (check,) = instructions("HEALTHCHECK")
    command = yaml.safe_load(check.partition("CMD ")[2])
    assert command[0] == "catalogue"
    catalogue.run(*command[1:])


def test_the_default_command_is_one_of_ours():
    from catalogue.cli import make_app

    ((command,),) = [yaml.safe_load(line) for line in instructions("CMD")]
    assert command in typer.main.get_command(make_app()).commands


@pytest.mark.parametrize("name", COMPOSE["services"])
def test_services_depend_on_services_and_use_volumes_that_are_declared(name: str):
    service = COMPOSE["services"][name]
    assert set(service.get("depends_on", {})) <= set(COMPOSE["services"])
    for needed, condition in service.get("depends_on", {}).items():
        assert condition["condition"] != "service_healthy" or "healthcheck" in COMPOSE["services"][needed]
    assert {volume.partition(":")[0] for volume in service.get("volumes", [])} <= set(COMPOSE["volumes"])


@pytest.mark.parametrize("name", ["catalogue", "desk"])
def test_the_applications_environment_is_made_of_settings(name: str):
    assert set(COMPOSE["services"][name]["environment"]) <= {setting.name for setting in SETTINGS}


@pytest.mark.parametrize("name", ["catalogue", "desk"])
def test_the_applications_commands_are_ours(name: str):
    from catalogue.cli import make_app

    command, *options = COMPOSE["services"][name]["command"]
    known = typer.main.get_command(make_app()).commands[command]
    assert {option for option in options if option.startswith("-")} <= {o for each in known.params for o in each.opts}


def test_no_secret_stands_in_the_file_and_no_port_is_open_to_the_world():
    environments = [service.get("environment", {}) for service in COMPOSE["services"].values()]
    secrets = [value for each in environments for name, value in each.items() if re.search("PASSWORD|TOKEN|URL", name)]
    assert any("${" in value for value in secrets)
    assert [value for value in secrets if re.search(r"//\w+:(?!\$\{)\S*@", value)] == []
    assert all(
        value.startswith("${")
        for each in environments
        for name, value in each.items()
        if re.search("PASSWORD|TOKEN", name)
    )
    ports = [port for service in COMPOSE["services"].values() for port in service.get("ports", [])]
    assert all(port.startswith("127.0.0.1:") for port in ports)
