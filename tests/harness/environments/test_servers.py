"""Servers in containers, within this process."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.harness.environments.containers import Daemon, containers_of

from dbal_conform.core.database import database_of
from dbal_conform.core.errors import CouldNotRunError
from dbal_conform.core.play.actions import Environment as Fault
from dbal_conform.environments import Environment, open_environment
from dbal_conform.environments.admin import connect
from dbal_conform.environments.base import Base
from dbal_conform.environments.servers import Servers

pytestmark = pytest.mark.database

IMAGES = ("postgres:17", "mariadb:11.8")


@pytest.fixture(scope="module")
def told() -> list[str]:
    return []


@pytest.fixture(scope="module")
def bases(told: list[str]) -> Iterator[dict[str, Base]]:
    from tests import servers as shared  # noqa: PLC0415 -- a skip belongs to the test

    shared.need_docker()
    servers = Servers(told.append)
    try:
        stand, _ = servers.stand([database_of(image) for image in (*IMAGES, IMAGES[0])])
        yield {database.shown: base for database, base in stand.items()}
    finally:
        servers.close()
        servers.close()


def databases(base: Base) -> set[str]:
    with connect(base.database.kind, base.url) as admin:
        return {name for name in admin.databases() if name.startswith(base.prefix)}


@pytest.mark.parametrize(
    ("image", "name"), [("postgres:17", "PostgreSQL 17."), ("mariadb:11.8", "MariaDB 11.8.")]
)
def test_a_server_is_started_once_and_told_of(
    bases: dict[str, Base], told: list[str], image: str, name: str
) -> None:
    assert bases[image].lacking == ""
    assert bases[image].server.startswith(name)
    assert f", image {image} sha256:" in bases[image].server
    assert told.count(f"starting {image}") == 1
    assert any(line.startswith(f"{image} is ready: {name}") for line in told)


@pytest.mark.parametrize("image", IMAGES)
def test_it_listens_on_the_loopback_alone_and_keeps_its_data_in_memory(
    bases: dict[str, Base], docker: Daemon, image: str
) -> None:
    assert bases[image].url
    (container,) = [each for each in containers_of(docker, os.getpid()) if image in each.image.tags]
    (bound,) = [each for each in container.ports.values() if each]
    assert {each["HostIp"] for each in bound} == {"127.0.0.1"}
    container.reload()
    assert list(container.attrs["HostConfig"]["Tmpfs"]) == [
        "/dbal-conform" if image.startswith("postgres") else "/var/lib/mysql"
    ]


@pytest.mark.parametrize("image", IMAGES)
def test_each_worker_has_a_database_of_its_own_that_is_dropped(
    bases: dict[str, Base], tmp_path: Path, image: str
) -> None:
    base = bases[image]
    first, second = (open_environment(base, tmp_path, worker) for worker in ("1.1", "2.1"))
    assert databases(base) == {f"{base.prefix}_1_1", f"{base.prefix}_2_1"}
    assert first.url.endswith(f"/{base.prefix}_1_1")
    first.close()
    first.close()
    assert databases(base) == {f"{base.prefix}_2_1"}
    second.close()
    assert databases(base) == set()


@pytest.mark.parametrize("image", IMAGES)
def test_a_database_is_dropped_though_someone_is_in_the_middle_of_a_transaction(
    bases: dict[str, Base], tmp_path: Path, image: str
) -> None:
    base = bases[image]
    ground = open_environment(base, tmp_path, "3.1")
    with connect(base.database.kind, ground.url) as busy:
        raw: Any = busy._raw  # type: ignore[attr-defined]  # noqa: SLF001 -- to misuse it
        with raw.cursor() as cursor:
            cursor.execute("CREATE TABLE t (n int)")
            cursor.execute("BEGIN")
            cursor.execute("INSERT INTO t VALUES (1)")
        ground.close()
    assert databases(base) == set()


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        (Fault(database="kill"), "not the case's alone"),
        (Fault(network="cut"), "does not say that it needs faults.network"),
        (Fault(connection="drop"), "not the database's to drop"),
    ],
)
def test_a_server_that_others_use_is_not_harmed(
    bases: dict[str, Base], tmp_path: Path, fault: Fault, why: str
) -> None:
    ground: Environment = open_environment(bases["postgres:17"], tmp_path, "4.1")
    with pytest.raises(CouldNotRunError, match=why):
        ground.apply(fault)
    ground.close()


def test_a_server_that_is_gone_could_not_run(bases: dict[str, Base], tmp_path: Path) -> None:
    import msgspec  # noqa: PLC0415 -- to bend a base

    base = bases["postgres:17"]
    port = base.url.rpartition(":")[2].partition("/")[0]
    gone = msgspec.structs.replace(base, url=base.url.replace(f":{port}/", ":1/"))
    with pytest.raises(CouldNotRunError, match=r"postgres:17: .*refused"):
        open_environment(gone, tmp_path, "5.1")


def test_an_image_that_cannot_be_had_is_no_obstacle_to_another(docker: Daemon) -> None:
    del docker  # so that it is there
    told: list[str] = []
    servers = Servers(told.append)
    try:
        bad, good = database_of("postgres:no-such-tag"), database_of("sqlite")
        stand, _ = servers.stand([bad, good])
    finally:
        servers.close()
    assert stand[good] == Base(good)
    assert "postgres:no-such-tag is not here and cannot be pulled" in stand[bad].lacking
    assert told == ["pulling postgres:no-such-tag"]
    with pytest.raises(CouldNotRunError, match="cannot be pulled"):
        open_environment(stand[bad], Path(), "1.1")
