"""Rows that expire, on every database: unseen from that instant, and gone soon after (GEN-TTL)."""

from collections.abc import Iterator
from time import monotonic, sleep
from typing import Any

import pytest

from dbal_reference.adapters import Adapter
from dbal_reference.clock import Clock
from dbal_reference.errors import NotFoundError
from dbal_reference.identity import AsSystem
from dbal_reference.model import Schema
from dbal_reference.service import Service

SYSTEM = AsSystem()


def stored(adapter: Adapter, entity: str) -> int:
    return len(dict(adapter.dump())[entity])


@pytest.fixture
def swept(whole: Adapter, schema: Schema, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    """A service that need not wait a minute."""
    monkeypatch.setattr("dbal_reference.sweeper.LATEST_S", 0.1)
    monkeypatch.setattr("dbal_reference.sweeper._SHORTEST_S", 0.1)
    service = Service(schema, whole)
    yield service
    service.close()


def test_every_database_claims_it(whole: Adapter) -> None:
    assert "ttl" in whole.capabilities


def test_rows_leave_storage_by_themselves(swept: Service, whole: Adapter) -> None:
    swept.call("Probe.create", {"data": {"code": "STAYS"}}, SYSTEM)
    swept.call("Probe.create", {"data": {"code": "A"}, "ttlSeconds": 1}, SYSTEM)
    tx = swept.call("dbal.begin", {}, SYSTEM)
    inside = {"data": {"code": "B"}, "ttlSeconds": 1, "meta": tx}
    swept.call("Probe.create", inside, SYSTEM)
    swept.call("dbal.commit", tx, SYSTEM)
    assert stored(whole, "Probe") == 3
    ends = monotonic() + 20
    while stored(whole, "Probe") > 1 and monotonic() < ends:
        sleep(0.05)
    assert [row["code"] for row in dict(whole.dump())["Probe"]] == ["STAYS"]


def test_what_has_expired_while_nobody_ran_goes_after_the_start(
    whole: Adapter, schema: Schema, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = Service(schema, whole, conformance=True)
    before.call("Probe.create", {"data": {"code": "A", "expiresAt": 1}}, SYSTEM)
    before.close()
    assert stored(whole, "Probe") == 1
    monkeypatch.setattr("dbal_reference.sweeper.LATEST_S", 0.1)
    service = Service(schema, whole)
    ends = monotonic() + 20
    while stored(whole, "Probe") and monotonic() < ends:
        sleep(0.05)
    service.close()
    assert stored(whole, "Probe") == 0


def test_expired_rows_are_unseen_though_they_are_stored(whole: Adapter, schema: Schema) -> None:
    now = [1_000_000]
    service = Service(schema, whole, conformance=True, clock=Clock(lambda: now[0]))

    def call(method: str, **params: Any) -> Any:  # noqa: ANN401 -- any JSON
        return service.call(method, params, SYSTEM)

    call("Probe.create", data={"code": "A", "label": "same"}, ttlSeconds=60)
    call("Probe.create", data={"code": "B", "label": "same"}, ttlSeconds=61)
    now[0] += 60_000
    assert [row["code"] for row in call("Probe.list")["data"]] == ["B"]
    assert call("Probe.count", filter={"label": "same"}) == 1
    assert call("Probe.search", query="same")["total"] == 1
    groups = call("Probe.aggregate", metrics={"n": {"fn": "count"}}, groupBy=["label"])["groups"]
    assert [group["values"] for group in groups] == [{"n": 1}]
    assert call("Probe.updateMany", filter={"label": "same"}, data={"amount": 5}) == 1
    with pytest.raises(NotFoundError):
        call("Probe.read", id="A")
    assert stored(whole, "Probe") == 2
    assert call("Probe.create", data={"code": "A"})["expiresAt"] is None  # its key is free
    assert stored(whole, "Probe") == 2
