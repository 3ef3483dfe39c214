"""Several processes that migrate one server, or only use it meanwhile."""

import json
import subprocess
import sys
import threading
from typing import Any

from tests.reference.adapters.migrated import (
    MORE,
    SYSTEM,
    TAG,
    Server,
    migrate,
    new,
    server,
    wider,
)
from tests.reference.adapters.test_unit import at_once

from dbal_reference.adapters.sql.server import ServerAdapter
from dbal_reference.model import Schema
from dbal_reference.schema.growth import grow
from dbal_reference.service import Service

__all__ = ["new", "server"]


def test_many_starts_at_once_are_one(schema: Schema, server: Server) -> None:
    grown = grow(schema, [TAG, wider(schema, **MORE)]).schema
    for folder in (schema, grown):  # on an empty database, and on an older one
        for found in at_once(*[lambda folder=folder: server.open(folder)] * 5):
            assert isinstance(found, ServerAdapter), found
    assert server.versions() == [1, 2]


def test_processes_that_start_at_once_are_one(schema: Schema, server: Server) -> None:
    server.open(schema).close()
    grown = grow(schema, [TAG, wider(schema, **MORE)]).schema
    program = (
        "import json, sys\n"
        "from pathlib import Path\n"
        "from dbal_reference.adapters.open import open_adapter\n"
        "from dbal_reference.schema.growth import on_record\n"
        "from dbal_reference.schema.load import load_schema\n"
        "folder, url, wanted = sys.stdin.read().splitlines()\n"
        "schema = load_schema(Path(folder))\n"
        "adapter = open_adapter(on_record(schema, json.loads(wanted)), url)\n"
        "print(len(adapter.schema.entities))\n"
        "adapter.close()\n"
    )
    wanted = json.dumps({name: entity.definition for name, entity in grown.entities.items()})
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", program],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={"PYTHONPATH": ":".join(sys.path)},
        )
        for _ in range(3)
    ]
    told = [each.communicate(f"schema\n{server.url}\n{wanted}\n", timeout=60) for each in processes]
    assert [out.strip() for out, _ in told] == [str(len(grown.entities))] * 3
    assert server.versions() == [1, 2]


def test_another_process_follows_before_it_writes(schema: Schema, server: Server) -> None:
    first, second = server.open(schema), server.open(schema)
    here, there = Service(schema, first), Service(schema, second)
    there.call("Probe.create", {"data": {"code": "A"}}, SYSTEM)
    migrate(first, TAG, wider(schema, **MORE))
    assert "more" not in there.call("Probe.read", {"id": "A"}, SYSTEM)  # who reads need not know
    # What it knew of the table is outdated: judged by it, the row would have no `more`.
    made = there.call("Probe.create", {"data": {"code": "B"}}, SYSTEM)
    assert (made["more"], made["size"]) == (MORE["more"]["default"], 0.1)
    assert there.call("Tag.count", {}, SYSTEM) == 0
    tx = here.call("dbal.begin", {}, SYSTEM)
    migrate(second, {**TAG, "entity": "Other"})
    here.call("Probe.create", {"data": {"code": "D"}, "meta": tx}, SYSTEM)
    assert here.call("Other.count", {"meta": tx}, SYSTEM) == 0
    here.call("dbal.commit", tx, SYSTEM)
    migrate(first, {**TAG, "entity": "Other"})  # which is no change
    assert server.versions() == [1, 2, 3]
    second.clear()  # takes everything back
    assert here.call("Probe.create", {"data": {"code": "E"}}, SYSTEM).keys().isdisjoint(MORE)
    first.clear()
    assert not second.holds_rows()


def test_rows_of_two_processes_are_whole_while_a_third_migrates(
    schema: Schema, server: Server
) -> None:
    services = [Service(schema, server.open(schema)) for _ in range(2)]
    third = server.open(schema)
    go, failures = threading.Event(), []

    def write(number: int) -> None:
        go.wait()
        for n in range(15):
            try:
                data = {"data": {"code": f"{number}-{n}"}}
                services[number % 2].call("Probe.create", data, SYSTEM)
                services[number % 2].call("Probe.list", {"include": ["post"]}, SYSTEM)
            except Exception as error:  # noqa: BLE001 -- told below
                failures.append(error)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    go.set()
    for step in range(3):
        more: dict[str, Any] = {f"step{step}": {"type": "integer", "default": step}}
        migrate(third, wider(third.schema, **more))
    for thread in threads:
        thread.join(60)
    assert failures == []
    rows = Service(schema, third).call("Probe.list", {"limit": 10}, SYSTEM)
    assert rows["total"] == 60
    assert all([row[f"step{step}"] for step in range(3)] == [0, 1, 2] for row in rows["data"])
