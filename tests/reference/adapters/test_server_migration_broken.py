"""Migrations of servers that break off between two changes of tables."""

from collections.abc import Callable
from itertools import count

import pytest
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

from dbal_reference.adapters import UnavailableError
from dbal_reference.adapters.sql.server_connection import ServerConnection
from dbal_reference.model import Schema
from dbal_reference.service import Service

__all__ = ["new", "server"]


def breaks(monkeypatch: pytest.MonkeyPatch, *, at: int) -> None:
    """Lose the connection instead of changing a table for the `at`th time."""
    changed = count(1)
    define = ServerConnection.define

    def fail(connection: ServerConnection, text: str) -> None:
        if text.startswith(("ALTER", "CREATE", "DROP", "DELETE")) and next(changed) == at:
            connection.close()
            raise UnavailableError
        define(connection, text)

    monkeypatch.setattr(ServerConnection, "define", fail)


@pytest.mark.parametrize("at", [1, 3, 6])
def test_what_broke_off_is_completed_by_repeating_it(
    schema: Schema, new: Callable[[], Server], monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    server, whole = new(), new()
    adapter, other = server.open(schema), server.open(schema)
    service = Service(schema, adapter)
    service.call("Probe.create", {"data": {"code": "OLD"}}, SYSTEM)
    with monkeypatch.context() as patch:
        breaks(patch, at=at)
        with pytest.raises(UnavailableError):
            migrate(adapter, wider(schema, **MORE), TAG)
    # In between everybody goes on under the old schema, here and in other processes.
    service.call("Probe.create", {"data": {"code": "BETWEEN"}}, SYSTEM)
    there = Service(schema, other)
    there.call("Probe.update", {"id": "OLD", "data": {"label": "x"}}, SYSTEM)
    migrate(adapter, wider(schema, **MORE), TAG)
    assert service.call("Tag.count", {}, SYSTEM) == 0
    rows = service.call("Probe.list", {}, SYSTEM)["data"]
    assert [(row["code"], row["more"]) for row in rows] == [
        (code, MORE["more"]["default"]) for code in ("BETWEEN", "OLD")
    ]
    migrate(whole.open(schema), wider(schema, **MORE), TAG)
    assert server.catalog() == whole.catalog()
    assert server.versions() == [1, 2]


@pytest.mark.parametrize("at", [2, 5])
@pytest.mark.parametrize("first", ["start", "another", "reset"])
def test_what_broke_off_and_is_not_repeated_goes(
    schema: Schema, server: Server, monkeypatch: pytest.MonkeyPatch, at: int, first: str
) -> None:
    adapter = server.open(schema)
    before = server.catalog()
    with monkeypatch.context() as patch:
        breaks(patch, at=at)
        with pytest.raises(UnavailableError):
            migrate(adapter, wider(schema, **MORE, active={"nullable": True}), TAG)
    if first == "start":
        server.open(schema)
        assert server.catalog() == before
    elif first == "another":
        migrate(adapter, {**TAG, "entity": "Other"})
        assert {name for name, *_ in server.catalog() if name == "Tag"} == set()
        adapter.clear()
        assert server.catalog() == before
    else:
        migrate(adapter, {**TAG, "entity": "Other"})
        with monkeypatch.context() as patch:
            breaks(patch, at=11 if "mariadb" in server.image else 1)
            with pytest.raises(UnavailableError):
                adapter.clear()
        adapter.clear()
        assert server.catalog() == before
