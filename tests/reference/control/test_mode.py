"""Outside conformance mode there is no control, and no shortcut (CTL-MODE-001, AUT-TOK-006)."""

import json
from collections.abc import Iterator
from typing import NoReturn

import pytest
from tests.reference.talk import Json

from dbal_reference.adapters import UnavailableError
from dbal_reference.adapters.open import open_adapter
from dbal_reference.audit import Record
from dbal_reference.errors import DatabaseError, DbalError, InternalError, UnauthorizedError
from dbal_reference.identity import Anonymous, AsSystem, AsUser
from dbal_reference.model import Schema
from dbal_reference.service import Service
from dbal_reference.wire.jsonrpc import Handler

NEW = {"username": "bob", "email": "b@example.com"}


@pytest.fixture
def service(schema: Schema) -> Iterator[Service]:
    """A server as deployed: no conformance mode, no bootstrap token."""
    adapter = open_adapter(schema, "memory:")
    yield Service(schema, adapter)
    adapter.close()


def test_control_is_not_there(service: Service) -> None:
    message = b'{"jsonrpc":"2.0","id":1,"method":"conformance.reset"}'
    error = json.loads(Handler(service).handle(message))["error"]
    assert (error["code"], error["data"]["details"]) == (-32601, {"reason": "method_not_found"})
    assert service.call("dbal.hello")["conformance"] is False


@pytest.mark.parametrize("token", ["", "None", "null"])
def test_an_unset_bootstrap_token_authenticates_nobody(service: Service, token: str) -> None:
    with pytest.raises(UnauthorizedError):
        service.call("dbal.hello", {"meta": {"token": token}})
    with pytest.raises(UnauthorizedError):
        service.call("dbal.hello", token=token)


def test_in_process_use_says_who_and_passes_the_same_checks(service: Service) -> None:
    bob = service.call("User.create", {"data": NEW}, AsSystem())
    assert service.call("User.count", {}, AsUser(bob["id"])) == 1
    for context in (None, Anonymous()):
        with pytest.raises(UnauthorizedError):
            service.call("User.count", {}, context)
    with pytest.raises(DbalError, match="FORBIDDEN"):
        service.call("User.create", {"data": NEW}, AsUser(bob["id"]))
    service.call("User.delete", {"id": bob["id"]}, AsSystem())
    with pytest.raises(UnauthorizedError):
        service.call("User.count", {}, AsUser(bob["id"]))


def test_a_token_in_the_message_comes_before_the_context(service: Service) -> None:
    with pytest.raises(UnauthorizedError):
        service.call("User.count", {"meta": {"token": "bad"}}, AsSystem())


def test_audit_records_go_to_the_sink_too(schema: Schema) -> None:
    records: list[Json] = []
    service = Service(schema, open_adapter(schema, "memory:"), audit_sink=records.append)
    service.call("User.count", {}, AsSystem())
    service.call("dbal.hello")
    bob = service.call("User.create", {"data": NEW}, AsSystem())
    with pytest.raises(DbalError):
        service.call("User.create", {"data": NEW}, AsSystem())
    assert [(r.seq, r.operation, r.id, r.code) for r in records] == [
        (1, "count", None, None),
        (2, "create", bob["id"], None),
        (3, "create", None, "CONFLICT"),
    ]


def test_a_write_whose_record_cannot_be_kept_is_refused(schema: Schema) -> None:
    def full(record: Record) -> None:
        raise OSError(record.seq)

    adapter = open_adapter(schema, "memory:")
    service = Service(schema, adapter, audit_sink=full)
    with pytest.raises(InternalError):
        service.call("User.create", {"data": NEW}, AsSystem())
    with pytest.raises(InternalError):
        service.call("User.count", {}, AsSystem())
    with pytest.raises(UnauthorizedError):
        service.call("User.count")
    assert not adapter.holds_rows()


def test_health_tells_an_outage_though_nobody_can_be_identified(
    schema: Schema, monkeypatch: pytest.MonkeyPatch
) -> None:
    adapter = open_adapter(schema, "memory:")
    service = Service(schema, adapter)

    def lost(*_: Json, **__: Json) -> NoReturn:
        raise UnavailableError

    monkeypatch.setattr(adapter, "unit", lost)
    monkeypatch.setattr(adapter, "glance", lost)
    with pytest.raises(DatabaseError):
        service.call("dbal.hello", token="of a session")
    answer = service.call("dbal.health", token="of a session")
    assert answer == {"status": "degraded", "database": False}
