"""A server of one's own that is killed, restarted and paused."""

import socket
import threading
from collections import defaultdict
from collections.abc import Iterator
from time import monotonic, sleep

import docker
import pytest
from docker.models.containers import Container
from tests import servers
from tests.reference.adapters.world import WORLD, keys_of, soon, store, thing
from tests.reference.talk import BOOTSTRAP, Refusal, Talk
from tests.server_admin import Admin

from dbal_reference.adapters import Adapter, OverdueError, UnavailableError
from dbal_reference.adapters.open import open_adapter
from dbal_reference.conformance import open_target
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


WRITERS = 4
KILLS = 3
BULK = 20


class Writer:
    """Writes one row, then twenty at once, and so on; keeps what it was told of each call."""

    def __init__(self, talk: Talk, name: int) -> None:
        self._talk = talk
        self._name = name
        self.told: dict[str, str] = {}  # by slug: stored, unknown or not

    def run(self, end: threading.Event) -> None:
        turn = 0
        while not end.is_set():
            turn += 1
            size = BULK if turn % 2 else 1
            slugs = [f"{self._name}-{turn}-{n}" for n in range(size)]
            self.told.update(dict.fromkeys(slugs, self._write(slugs)))

    def _write(self, slugs: list[str]) -> str:
        items = [{"title": "x", "slug": slug} for slug in slugs]
        try:
            if len(items) == 1:
                self._talk.call("Post.create", "system", data=items[0])
            else:
                self._talk.call("Post.createMany", "system", items=items)
        except Refusal as refusal:
            if refusal.name not in {"DATABASE_ERROR", "TIMEOUT"}:
                raise
            sleep(0.05)
            return "unknown" if refusal.details.get("outcome") == "unknown" else "not"
        return "stored"


def test_what_was_acknowledged_is_stored_and_what_was_refused_is_not_however_often_it_is_killed(
    container: tuple[Container, str],
) -> None:
    """Read back with the plain driver: nobody but the database is believed."""
    server, url = container
    target = open_target({"database": url, "bootstrap_token": BOOTSTRAP})
    talk = Talk(target)
    writers = [Writer(talk, name) for name in range(WRITERS)]
    end = threading.Event()
    threads = [threading.Thread(target=writer.run, args=(end,)) for writer in writers]
    for thread in threads:
        thread.start()
    for _ in range(KILLS):
        sleep(0.5)
        server.kill()
        server.start()
        before = sum(list(writer.told.values()).count("stored") for writer in writers)
        until = monotonic() + 30
        while sum(list(writer.told.values()).count("stored") for writer in writers) < before + 50:
            assert monotonic() < until  # they recover by themselves
            sleep(0.05)
    end.set()
    for thread in threads:
        thread.join(40)
    target.close()

    told = {slug: what for writer in writers for slug, what in writer.told.items()}
    stored = slugs_in(server, url)
    assert {slug for slug, what in told.items() if what == "stored"} <= stored
    assert not {slug for slug, what in told.items() if what == "not"} & stored
    bulks: dict[str, set[str]] = defaultdict(set)
    for slug in stored:
        bulks[slug.rpartition("-")[0]].add(slug)
    assert {len(bulk) for bulk in bulks.values()} == {1, BULK}


def slugs_in(server: Container, url: str) -> set[str]:
    kind = "postgres" if url.startswith("postgres") else "mariadb"
    port = int(url.rpartition(":")[2].partition("/")[0])
    assert server.id
    with Admin({"kind": kind, "host": "127.0.0.1", "port": port}, "dbal") as admin:
        table = '"Post"' if kind == "postgres" else "`Post`"
        return {slug for (slug,) in admin.run(f"SELECT slug FROM {table}")}  # noqa: S608 -- ours
