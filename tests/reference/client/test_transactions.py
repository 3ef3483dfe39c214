"""Transactions, expiry and migrations of the client."""

from time import monotonic, sleep

import pytest

from dbal_reference import (
    Auth,
    CapabilityError,
    ConflictError,
    DBALClient,
    NotFoundError,
    Transaction,
    ValidationFailedError,
)
from dbal_reference.adapters.memory import MemoryAdapter
from dbal_reference.client import Change, Migration

TAG = {
    "entity": "Tag",
    "version": "1.0",
    "fields": {
        "name": {"type": "string", "primary": True, "required": True, "max_length": 9},
        "weight": {"type": "bigint", "default": 0},
    },
}


def test_a_block_that_ends_keeps_everything(client: DBALClient) -> None:
    with client.transaction() as tx:
        row = tx.posts.create({"title": "one", "views": 2**60})
        assert tx.posts.read(row["id"])["views"] == 2**60
        tx.call("Post.create", {"data": {"title": "two"}})
        assert tx.entity("Post").count() == 2
        assert client.posts.count() == 0
    assert client.posts.count() == 2


def test_a_block_that_raises_keeps_nothing(client: DBALClient) -> None:
    def work() -> None:
        with client.transaction() as tx:
            tx.posts.create({"title": "one"})
            raise KeyError

    with pytest.raises(KeyError):
        work()
    assert client.posts.count() == 0
    client.posts.create({"title": "nobody is in the way"})


def test_a_call_that_fails_can_be_dealt_with_inside(client: DBALClient) -> None:
    with client.transaction() as tx:
        tx.posts.create({"title": "one", "slug": "s"})
        with pytest.raises(ConflictError):
            tx.posts.create({"title": "two", "slug": "s"})
        tx.posts.create({"title": "two", "slug": "t"})
    assert client.posts.count() == 2


def test_transactions_nest(client: DBALClient) -> None:
    def work(tx: Transaction) -> None:
        with tx.transaction() as inner:
            inner.posts.create({"title": "two"})
            with pytest.raises(ConflictError) as caught:
                tx.posts.count()
            assert caught.value.details == {"reason": "open_child"}
            raise KeyError

    with client.transaction() as tx:
        tx.posts.create({"title": "one"})
        with pytest.raises(KeyError):
            work(tx)
        with tx.transaction() as inner, inner.transaction() as innermost:
            innermost.posts.create({"title": "three"})
        assert tx.posts.count() == 2
    assert [row["title"] for row in client.posts.list(sort={"title": "asc"})] == ["one", "three"]


def test_it_may_be_ended_by_hand(client: DBALClient) -> None:
    with client.transaction() as tx:
        tx.posts.create({"title": "one"})
        tx.rollback()
        with pytest.raises(NotFoundError):
            tx.posts.count()
    tx = client.transaction()
    tx.posts.create({"title": "two"})
    tx.commit()
    with pytest.raises(NotFoundError):
        tx.commit()
    assert client.posts.count() == 1


def test_a_commit_that_is_refused_leaves_nothing_open(client: DBALClient) -> None:
    def work() -> None:
        with client.transaction() as tx:
            tx.posts.create({"title": "one"})
            tx.transaction()

    with pytest.raises(ConflictError):
        work()
    client.posts.create({"title": "nobody is in the way"})
    assert client.posts.count() == 1


def test_a_transaction_acts_in_the_tenant_of_its_client(client: DBALClient) -> None:
    tenant = "00000000-0000-4000-8000-00000000000a"
    with client.acting_as(Auth.system(), tenant=tenant).transaction() as tx:
        with tx.transaction() as inner:
            assert inner.probes.create({"code": "A"})["tenantId"] == tenant
        assert tx.probes.count() == 1
    assert client.probes.read("A")["tenantId"] == tenant


def test_closing_the_client_undoes_what_is_open() -> None:
    client = DBALClient(adapter="memory", auth=Auth.system())
    client.transaction().posts.create({"title": "one"})
    begun = monotonic()
    client.close()
    assert monotonic() - begun < 1


def test_it_tells_what_it_is(client: DBALClient) -> None:
    with client.transaction() as tx:
        assert repr(tx) == "<Transaction of Auth(AsSystem())>"
        assert "posts" in dir(tx)
        with pytest.raises(AttributeError, match="no 'nothing'"):
            tx.nothing.count()


def test_rows_expire(client: DBALClient) -> None:
    client.probes.create({"code": "A"}, ttl_seconds=1)
    client.probes.create({"code": "B"})
    client.probes.update("B", {"label": "x"}, ttl_seconds=60)
    sleep(1.1)
    assert [row["code"] for row in client.probes.list()] == ["B"]


def test_what_the_database_does_not_offer_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MemoryAdapter, "capabilities", frozenset())
    with DBALClient(adapter="memory", auth=Auth.system()) as client:
        with pytest.raises(CapabilityError):
            client.probes.create({"code": "A"}, ttl_seconds=1)
        with pytest.raises(CapabilityError):
            client.migrate([TAG])


def test_a_migration_adds_an_attribute() -> None:
    with DBALClient(auth=Auth.system()) as client:
        reader = client.acting_as(Auth.anonymous())
        told = client.migrate([TAG], dry_run=True)
        assert told == Migration([Change("Tag", "add_entity")], applied=False)
        with pytest.raises(AttributeError):
            client.tags.count()
        assert client.migrate([TAG]) == Migration([Change("Tag", "add_entity")], applied=True)
        assert client.tags.create({"name": "a", "weight": 2**60})["weight"] == 2**60
        assert "tags" in dir(reader)
        assert client.entity("Tag").count() == 1
        with client.transaction() as tx:
            tx.tags.create({"name": "b"})
        assert client.migrate([TAG]) == Migration([], applied=False)
        narrower = {**TAG, "fields": {"name": TAG["fields"]["name"]}}  # type: ignore[index]  # a definition
        with pytest.raises(ValidationFailedError) as caught:
            client.migrate([narrower])
        assert [found["code"] for found in caught.value.details["fields"]] == ["immutable"]
