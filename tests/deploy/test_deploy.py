"""What is shipped for deployments starts a server: its settings exist, and go together."""

import configparser
import os
import re
import shlex
import shutil
import stat
import subprocess
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml

from dbal_reference.daemon.settings import Settings
from dbal_reference.daemon.sources import names, read_settings

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"


def settings_of(environment: dict[str, str], tmp_path: Path) -> Settings:
    """What variables of a container make; secrets that it would mount are made."""
    known = {"DBAL_" + name.replace(".", "_").upper() for name in names()}
    assert {name for name in environment if name.startswith("DBAL_")} <= known
    there = dict(environment)
    for name, value in environment.items():
        if name.endswith("_FILE"):
            file = tmp_path / name
            file.write_text("memory:")
            file.chmod(0o400)
            there[name] = str(file)
            assert value.startswith("/run/secrets/")
    return read_settings(None, there, {})


def documents(name: str) -> list[Any]:
    return [part for part in yaml.safe_load_all((DEPLOY / name).read_text()) if part]


def test_compose_starts_a_server_that_is_confined(tmp_path: Path) -> None:
    (compose,) = documents("compose/compose.yaml")
    dbal, postgres = compose["services"]["dbal"], compose["services"]["postgres"]
    settings = settings_of(dbal["environment"], tmp_path)
    assert {name for name, _ in settings.addresses()} == {"websocket", "http", "grpc", "monitor"}
    assert settings.bootstrap_token
    assert dbal["read_only"] is True
    assert dbal["user"].partition(":")[0] != "0"
    assert dbal["cap_drop"] == ["ALL"]
    assert all(port.startswith("127.0.0.1:") for port in dbal["ports"])
    assert "ports" not in postgres
    assert postgres["networks"] == ["back"]
    assert compose["networks"]["back"] == {"internal": True}
    assert "postgres" not in dbal["secrets"]


def test_the_sidecar_listens_to_its_pod_alone(tmp_path: Path) -> None:
    secret, deployment, policy = documents("kubernetes/sidecar.yaml")
    assert [part["kind"] for part in (secret, deployment, policy)] == [
        "Secret",
        "Deployment",
        "NetworkPolicy",
    ]
    pod = deployment["spec"]["template"]["spec"]
    (sidecar,) = pod["initContainers"]
    environment = {entry["name"]: entry["value"] for entry in sidecar["env"]}
    settings = settings_of(environment, tmp_path)
    for name, address in settings.addresses():
        assert address.is_loopback or name == "monitor"
    assert pod["securityContext"]["runAsNonRoot"] is True
    for container in (sidecar, *pod["containers"]):
        assert container["securityContext"]["readOnlyRootFilesystem"] is True
        assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        assert sidecar[probe]["httpGet"]["path"] in {"/ready", "/health"}


def test_the_unit_starts_it_with_a_file_that_is_right(tmp_path: Path) -> None:
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[method-assign, assignment]  # names have cases
    unit.read(DEPLOY / "systemd" / "dbal.service")
    service = unit["Service"]
    assert shlex.split(service["ExecStart"])[1:3] == ["serve", "--config"]
    assert service["DynamicUser"] == "yes"
    token = tmp_path / "bootstrap"
    token.write_text("secret")
    token.chmod(0o400)
    variable, _, value = service["Environment"].partition("=")
    assert value == "%d/bootstrap"
    settings = read_settings(DEPLOY / "systemd" / "dbal.toml", {variable: str(token)}, {})
    assert all(address.is_loopback for _, address in settings.addresses())
    assert settings.bootstrap_token == "secret"


def test_systemd_finds_the_unit_well_confined() -> None:
    if shutil.which("systemd-analyze") is None:
        reason = "systemd-analyze is not installed: ci/tools.sh installs it"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    unit = str(DEPLOY / "systemd" / "dbal.service")
    told = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--threshold=20", unit],  # noqa: S607
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert told.returncode == 0, told.stdout[-500:]


def test_the_image_runs_as_a_user_without_a_name() -> None:
    lines = (DEPLOY / "container" / "Dockerfile").read_text().splitlines()
    (user,) = (line.split()[1] for line in lines if line.startswith("USER"))
    assert user.partition(":")[0].isdigit()
    assert user.partition(":")[0] != "0"
    (entry,) = (line.partition(" ")[2] for line in lines if line.startswith("ENTRYPOINT"))
    assert msgspec.json.decode(entry)[1:] == ["serve"]


def test_secrets_of_compose_are_made_once_for_their_owner_alone(tmp_path: Path) -> None:
    script = shutil.copy(DEPLOY / "compose" / "make_secrets.sh", tmp_path)
    for _ in range(2):
        subprocess.run([script], check=True, timeout=60)
    folder = tmp_path / "secrets"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    password = (folder / "postgres").read_text()
    assert re.fullmatch("[0-9a-f]{64}", password)
    assert (folder / "database").read_text() == f"postgresql://dbal:{password}@postgres/dbal"
    assert (folder / "bootstrap").read_text() not in {password, ""}


@pytest.mark.parametrize("page", ["in-process", "systemd", "compose", "kubernetes"])
def test_each_page_names_files_that_are_there(page: str) -> None:
    text = (ROOT / "docs" / "deploy" / f"{page}.md").read_text()
    for link in re.findall(r"\]\(([^)#]+)\)", text):
        assert (ROOT / "docs" / "deploy" / link).exists(), link


def test_the_page_of_the_daemon_names_every_limit_and_setting() -> None:
    text = (ROOT / "docs" / "daemon.md").read_text()
    for name in names():
        assert re.search(rf"\b{name.rpartition('.')[2]}\b", text), name
