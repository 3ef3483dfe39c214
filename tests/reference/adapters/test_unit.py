"""Atomic units, deadlines and threads, the same on every adapter (CALL-ATOM, CON-CALL)."""

import threading
from collections.abc import Callable
from time import monotonic, sleep

import pytest
from tests.reference.adapters.world import keys_of, row, rows_of, select, soon, store, thing

from dbal_reference.adapters import (
    Adapter,
    OverdueError,
    ReferencedError,
    UnavailableError,
    UniqueViolation,
)
from dbal_reference.query.predicate import TRUE


def at_once(*tasks: Callable[[], object]) -> list[object]:
    """Run each in a thread of its own, released together; results or exceptions."""
    gate = threading.Barrier(len(tasks))
    results: list[object] = [None] * len(tasks)

    def run(place: int, task: Callable[[], object]) -> None:
        gate.wait(10)
        try:
            results[place] = task()
        except Exception as error:  # noqa: BLE001 -- handed on as a result
            results[place] = error

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(tasks)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return results


def test_a_unit_that_raises_leaves_no_trace(adapter: Adapter) -> None:
    store(adapter, "Thing", thing("1"))

    def work() -> None:
        with adapter.unit(write=True, deadline=soon()) as unit:
            unit.insert("Thing", [thing("2")])
            unit.delete("Thing", ["1"])
            raise KeyError

    with pytest.raises(KeyError):
        work()
    assert rows_of(adapter, "Thing") == [thing("1")]


def test_a_unit_sees_its_own_writes(adapter: Adapter) -> None:
    with adapter.unit(write=True, deadline=soon()) as unit:
        unit.insert("Thing", [thing("1")])
        assert unit.select(select("Thing")) == [thing("1")]


def test_a_write_that_ends_after_its_deadline_is_not_kept(adapter: Adapter) -> None:

    def work() -> None:
        with adapter.unit(write=True, deadline=soon(0.02)) as unit:
            unit.insert("Thing", [thing("1")])
            sleep(0.03)

    with pytest.raises(OverdueError):
        work()
    assert keys_of(adapter, "Thing") == []


def test_waiting_for_another_writer_ends_at_the_deadline(adapter: Adapter) -> None:
    entered, leave = threading.Event(), threading.Event()

    def hold() -> None:
        with adapter.unit(write=True, deadline=soon()) as unit:
            unit.insert("Thing", [thing("1")])
            entered.set()
            leave.wait(10)

    holder = threading.Thread(target=hold)
    holder.start()
    entered.wait(10)
    began = monotonic()
    try:
        with pytest.raises(OverdueError), adapter.unit(write=True, deadline=soon(0.05)):
            pass
        assert 0.04 < monotonic() - began < 1
    finally:
        leave.set()
        holder.join(10)
    assert keys_of(adapter, "Thing") == ["1"]


def test_one_of_eight_inserts_of_one_unique_value_wins(adapter: Adapter) -> None:
    def insert(n: int) -> Callable[[], None]:
        return lambda: store(adapter, "Thing", thing(str(n), name="wanted"))

    results = at_once(*(insert(n) for n in range(8)))
    assert sorted(map(repr, results)) == ["None", *["UniqueViolation()"] * 7]
    assert len(keys_of(adapter, "Thing")) == 1


def test_parallel_increments_are_all_counted(adapter: Adapter) -> None:
    store(adapter, "Thing", thing("1"))

    def add() -> None:
        for _ in range(25):
            with adapter.unit(write=True, deadline=soon()) as unit:
                amount = unit.select(select("Thing"))[0]["amount"]
                unit.update("Thing", ["1"], {"amount": amount + 1})

    assert at_once(*[add] * 4) == [None] * 4
    assert rows_of(adapter, "Thing")[0]["amount"] == 100


def test_no_reader_sees_half_a_write(adapter: Adapter) -> None:
    store(adapter, "Owner", row("Owner", code="a", handle="h0"))
    store(adapter, "Badge", row("Badge", handle="h0"))
    done = threading.Event()

    def write() -> None:
        for n in range(100):
            with adapter.unit(write=True, deadline=soon()) as unit:
                unit.update("Owner", ["a"], {"handle": f"h{n + 1}"})
                unit.insert("Thing", [thing(f"{n}a"), thing(f"{n}b")])
        done.set()

    def read() -> None:
        while not done.is_set():
            with adapter.unit(write=False, deadline=soon()) as unit:
                handle = unit.select(select("Owner"))[0]["handle"]
                assert unit.select(select("Badge")) == [{"handle": handle}]
                assert unit.count("Thing", TRUE) == 2 * int(handle[1:])
                assert len(unit.select(select("Thing"))) == unit.count("Thing", TRUE)

    assert at_once(write, read, read) == [None] * 3


def test_no_two_revisions_are_equal_if_anything_was_written_between(adapter: Adapter) -> None:
    before = adapter.revision()
    store(adapter, "Thing", thing("1"))
    written = adapter.revision()
    assert written != before
    adapter.clear()
    assert adapter.revision() not in {before, written}


@pytest.mark.parametrize("adapter", ["memory:", "sqlite:", "sqlite:FILE"], indirect=True)
def test_the_revision_stays_if_nothing_was_written(adapter: Adapter) -> None:
    """A server serves others too, and may say that something was written when it was not here."""
    before = adapter.revision()
    rows_of(adapter, "Thing")
    with pytest.raises(UniqueViolation):
        store(adapter, "Thing", thing("1"), thing("1"))
    with adapter.unit(write=True, deadline=soon()) as unit:
        unit.count("Thing", TRUE)
    assert adapter.revision() == before


def test_clear_empties_whatever_hangs_together(adapter: Adapter) -> None:
    store(adapter, "Owner", row("Owner", code="a", handle="h"))
    store(adapter, "Badge", row("Badge", handle="h"))
    store(adapter, "Thing", thing("1", ownerCode="a"), thing("2", parentId="1", name="x"))
    store(adapter, "Lock", row("Lock", id="l", thingId="2"))
    assert adapter.holds_rows()
    adapter.clear()
    assert not adapter.holds_rows()
    assert [rows for _, rows in adapter.dump()] == [[]] * 5
    store(adapter, "Thing", thing("2", name="x"))
    with pytest.raises(ReferencedError):  # references count again
        store(adapter, "Lock", row("Lock", id="l", thingId="none"))


def test_dump_gives_every_row_by_key(adapter: Adapter) -> None:
    store(adapter, "Thing", thing("b", data={"x": 1}), thing("a", flag=True))
    store(adapter, "Lock", row("Lock", id="l"))
    dumped = dict(adapter.dump())
    assert list(dumped) == ["Owner", "Thing", "Badge", "Lock", "Note"]
    assert dumped["Thing"] == [thing("a", flag=True), thing("b", data={"x": 1})]
    assert dumped["Lock"] == [row("Lock", id="l")]


def test_what_is_closed_is_unavailable(adapter: Adapter) -> None:
    assert adapter.ping()
    adapter.close()
    adapter.close()
    assert not adapter.ping()
    with pytest.raises(UnavailableError), adapter.unit(write=False, deadline=soon()):
        pass
    with pytest.raises(UnavailableError), adapter.unit(write=True, deadline=soon()):
        pass
