"""ttlSeconds of create and update, and rows that leave storage by themselves (GEN-TTL)."""

from collections.abc import Iterator

import pytest
from tests.reference.talk import BOOTSTRAP, Talk, open_talk

from dbal_reference.adapters.memory import MemoryAdapter
from dbal_reference.clock import Clock
from dbal_reference.identity import AsSystem
from dbal_reference.model import Schema
from dbal_reference.service import Service
from dbal_reference.sweeper import Sweeper

SYSTEM = AsSystem()


@pytest.fixture(scope="module")
def memory() -> Iterator[Talk]:
    yield from open_talk("memory:")


@pytest.fixture
def talk(memory: Talk) -> Talk:
    memory.reset(Probe=[{"$as": "old", "code": "OLD"}])
    memory.call("conformance.clock", "system", frozen=True)
    return memory


def now(talk: Talk) -> int:
    instant: int = talk.call("conformance.clock", "system")["now"]
    return instant


def test_create_and_update_set_the_field(talk: Talk) -> None:
    row = talk.call("Probe.create", "admin", data={"code": "A"}, ttlSeconds=60)
    assert row["expiresAt"] == now(talk) + 60_000
    row = talk.call("Probe.update", "admin", id="OLD", data={"label": "x"}, ttlSeconds=1)
    assert (row["expiresAt"], row["label"]) == (now(talk) + 1000, "x")
    talk.call("conformance.clock", "system", advance=1000)
    assert talk.call("Probe.count", "admin") == 1
    assert talk.refused("Probe.read", "admin", id="OLD").name == "NOT_FOUND"


def test_it_stands_for_a_field_that_is_required(talk: Talk) -> None:
    data = {"userId": talk.actors["user"]["id"], "token": "t" * 16}
    row = talk.call("Session.create", "system", data=data, ttlSeconds=5)
    assert row["expiresAt"] == now(talk) + 5000


def test_the_longest_time_is_no_overflow(talk: Talk) -> None:
    row = talk.call("Probe.create", "admin", data={"code": "A"}, ttlSeconds=2**53 - 1)
    assert row["expiresAt"] == {"$bigint": str(now(talk) + (2**53 - 1) * 1000)}


@pytest.mark.parametrize(
    ("seconds", "code"), [(0, "min"), (-1, "min"), (1.5, "type"), ("1", "type"), (None, "null")]
)
def test_it_is_a_whole_number_of_at_least_one(talk: Talk, seconds: object, code: str) -> None:
    refusal = talk.refused("Probe.create", "admin", data={"code": "A"}, ttlSeconds=seconds)
    assert refusal.fields == {"ttlSeconds": code}


def test_the_field_in_data_as_well_is_too_much(talk: Talk) -> None:
    data = {"code": "A", "expiresAt": 5}
    refusal = talk.refused("Probe.create", "admin", data=data, ttlSeconds=1)
    assert refusal.fields == {"ttlSeconds": "ttl"}
    refusal = talk.refused(
        "Probe.update", "admin", id="OLD", data={"expiresAt": None}, ttlSeconds=1
    )
    assert refusal.fields == {"ttlSeconds": "ttl"}


def test_an_entity_without_such_a_field_takes_none(talk: Talk) -> None:
    refusal = talk.refused("Post.create", "admin", data={"title": ""}, ttlSeconds=1)
    assert refusal.fields == {"title": "min_length", "ttlSeconds": "ttl"}


def test_an_update_without_data_stays_empty(talk: Talk) -> None:
    refusal = talk.refused("Probe.update", "admin", id="OLD", data={}, ttlSeconds=1)
    assert refusal.fields == {"data": "empty"}


def test_who_may_not_write_the_field_may_not_do_so_by_seconds(talk: Talk) -> None:
    refusal = talk.refused("Probe.update", "moderator", id="OLD", data={"label": "x"}, ttlSeconds=1)
    assert refusal.name == "FORBIDDEN"
    refusal = talk.refused("Probe.create", "user", data={"code": "A"}, ttlSeconds=1)
    assert refusal.name == "FORBIDDEN"


def test_in_conformance_mode_rows_stay_in_storage_until_swept(talk: Talk) -> None:
    talk.call("Probe.create", "admin", data={"code": "A"}, ttlSeconds=1)
    talk.call("conformance.clock", "system", advance=10_000)
    assert talk.call("conformance.digest", "system")["Probe"]["count"] == 2
    talk.call("conformance.sweep", "system")
    assert talk.call("conformance.digest", "system")["Probe"]["count"] == 1


def stored(adapter: MemoryAdapter, entity: str) -> int:
    return len(dict(adapter.dump())[entity])


def test_a_sweep_says_when_the_next_is_due(schema: Schema) -> None:
    adapter, clock = MemoryAdapter(schema), Clock(lambda: 1_000_000)
    service = Service(schema, adapter, bootstrap_token=BOOTSTRAP, conformance=True, clock=clock)
    sweeper = Sweeper(adapter, clock, lambda: schema)
    assert sweeper._sweep() is None  # noqa: SLF001 -- what its thread does
    for code, instant in (("A", 1), ("B", 1_005_000), ("C", None)):
        data = {"code": code, "expiresAt": instant}
        service.call("Probe.create", {"data": data}, SYSTEM)
    assert sweeper._sweep() == 5.0  # noqa: SLF001 -- what its thread does
    assert stored(adapter, "Probe") == 2
    adapter.close()
    assert sweeper._sweep() == 60.0  # noqa: SLF001 -- what its thread does
