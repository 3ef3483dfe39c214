"""A server of one's own that is killed, restarted and paused."""

import socket
from collections.abc import Iterator
from time import monotonic, sleep

import docker
import pytest
from docker.models.containers import Container
from tests import servers
from tests.reference.adapters.world import WORLD, keys_of, soon, store, thing

from dbal_reference.adapters import Adapter, OverdueError, UnavailableError
from dbal_reference.adapters.open import open_adapter
from dbal_reference.query.predicate import TRUE


@pytest.fixture
def container(image: str) -> Iterator[tuple[Container, str]]:
    """A server on a port that it keeps, and the URL of a database on it."""
    servers.need_docker()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    client = docker.from_env()
    started = servers.start(image, port=port, fast=False)
    yield client.containers.get(started["id"]), str(started["url"])
    client.containers.get(started["id"]).remove(force=True, v=True)
    client.close()


def back_within(adapter: Adapter, seconds: float) -> None:
    end = monotonic() + seconds
    while not adapter.ping():
        assert monotonic() < end
        sleep(0.05)


def test_a_server_is_killed_restarted_and_paused_and_nothing_confirmed_is_lost(
    container: tuple[Container, str],
) -> None:
    server, url = container
    adapter = open_adapter(WORLD, url)
    store(adapter, "Thing", thing("1"))

    server.kill()
    began = monotonic()
    with pytest.raises(UnavailableError):
        store(adapter, "Thing", thing("2"))
    assert not adapter.ping()
    assert monotonic() - began < 5
    server.start()
    back_within(adapter, 20)
    assert keys_of(adapter, "Thing") == ["1"]

    with pytest.raises(UnavailableError), adapter.unit(write=True, deadline=soon()) as unit:  # noqa: PT012 -- it dies in a unit
        unit.insert("Thing", [thing("3")])
        server.restart(timeout=10)
        unit.insert("Thing", [thing("4")])
    store(adapter, "Thing", thing("5"))  # its begin waits for the server to come up
    assert keys_of(adapter, "Thing") == ["1", "5"]

    server.pause()
    try:
        began = monotonic()
        with pytest.raises(OverdueError), adapter.unit(write=False, deadline=soon(0.5)) as unit:
            unit.count("Thing", TRUE)
        with pytest.raises(OverdueError), adapter.unit(write=True, deadline=soon(0.5)):
            pass
        assert monotonic() - began < 3
    finally:
        server.unpause()
    store(adapter, "Thing", thing("6"))
    assert keys_of(adapter, "Thing") == ["1", "5", "6"]
    adapter.close()
