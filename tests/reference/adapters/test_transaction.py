"""Transactions of several units, the same on every adapter (TXN)."""

import threading
from time import monotonic, sleep

import pytest
from tests.reference.adapters.world import keys_of, row, rows_of, select, soon, store, thing

from dbal_reference.adapters import (
    Adapter,
    OverdueError,
    ReferencedError,
    Transaction,
    UnavailableError,
    UniqueViolation,
)


def write(transaction: Transaction, *keys: str) -> None:
    with transaction.unit(write=True, deadline=soon()) as unit:
        unit.insert("Thing", [thing(key) for key in keys])


def seen(transaction: Transaction) -> list[str]:
    with transaction.unit(write=False, deadline=soon()) as unit:
        return [found["id"] for found in unit.select(select("Thing"))]


def test_writes_are_seen_inside_at_once_and_outside_after_the_commit(adapter: Adapter) -> None:
    transaction = adapter.transaction()
    write(transaction, "1")
    write(transaction, "2")
    assert seen(transaction) == ["1", "2"]
    assert keys_of(adapter, "Thing") == []
    transaction.commit(soon())
    assert keys_of(adapter, "Thing") == ["1", "2"]


def test_a_rollback_leaves_no_trace(adapter: Adapter) -> None:
    store(adapter, "Thing", thing("1"))
    revision = adapter.revision()
    transaction = adapter.transaction()
    with transaction.unit(write=True, deadline=soon()) as unit:
        unit.update("Thing", ["1"], {"label": "x"})
        unit.insert("Thing", [thing("2")])
    transaction.rollback()
    transaction.rollback()
    assert rows_of(adapter, "Thing") == [thing("1")]
    if adapter.name in {"memory", "sqlite"}:
        assert adapter.revision() == revision


def test_readers_outside_go_on_while_a_transaction_has_written(adapter: Adapter) -> None:
    store(adapter, "Thing", thing("1"))
    transaction = adapter.transaction()
    write(transaction, "2")
    begun = monotonic()
    for _ in range(20):
        assert keys_of(adapter, "Thing") == ["1"]
    assert monotonic() - begun < 2
    transaction.rollback()


def test_a_transaction_that_has_written_nothing_reads_what_is_committed(adapter: Adapter) -> None:
    transaction = adapter.transaction()
    assert seen(transaction) == []
    store(adapter, "Thing", thing("1"))
    assert seen(transaction) == ["1"]
    transaction.commit(soon())


def test_a_begin_locks_nothing(adapter: Adapter) -> None:
    many = [adapter.transaction() for _ in range(50)]
    for transaction in many:
        assert seen(transaction) == []
    store(adapter, "Thing", thing("1"))
    for transaction in many:
        transaction.commit(soon())


def test_a_unit_that_fails_is_undone_alone(adapter: Adapter) -> None:
    transaction = adapter.transaction()
    write(transaction, "1")

    def fail(error: type[Exception]) -> None:
        with transaction.unit(write=True, deadline=soon()) as unit:
            unit.insert("Thing", [thing("2")])
            unit.delete("Thing", ["1"])
            if error is UniqueViolation:
                unit.insert("Thing", [thing("2")])
            elif error is ReferencedError:
                unit.insert("Thing", [thing("3", parentId="nobody")])
            raise error

    for error in (UniqueViolation, ReferencedError, KeyError):
        with pytest.raises(error):
            fail(error)
        assert seen(transaction) == ["1"]
    write(transaction, "9")
    transaction.commit(soon())
    assert keys_of(adapter, "Thing") == ["1", "9"]


def test_a_first_unit_that_fails_holds_nobody_up(adapter: Adapter) -> None:
    store(adapter, "Thing", thing("1"))
    transaction = adapter.transaction()
    with pytest.raises(UniqueViolation):
        write(transaction, "1")
    store(adapter, "Thing", thing("2"))
    write(transaction, "3")
    transaction.commit(soon())
    assert keys_of(adapter, "Thing") == ["1", "2", "3"]


def test_a_second_writer_waits_and_writes_onto_what_was_committed(adapter: Adapter) -> None:
    store(adapter, "Thing", thing("1", label="old"))
    first, second = adapter.transaction(), adapter.transaction()
    with first.unit(write=True, deadline=soon()) as unit:
        unit.update("Thing", ["1"], {"label": "first"})
    found: list[str] = []

    def follow() -> None:
        with second.unit(write=True, deadline=soon()) as unit:
            found.append(unit.select(select("Thing"))[0]["label"])
            unit.update("Thing", ["1"], {"label": "second"})

    thread = threading.Thread(target=follow)
    thread.start()
    sleep(0.2)
    assert found == []
    first.commit(soon())
    thread.join(10)
    assert found == ["first"]
    assert rows_of(adapter, "Thing") == [thing("1", label="first")]
    second.commit(soon())
    assert rows_of(adapter, "Thing") == [thing("1", label="second")]


def test_a_wait_ends_at_the_deadline_and_ends_the_transaction(adapter: Adapter) -> None:
    first, second = adapter.transaction(), adapter.transaction()
    write(first, "1")
    begun = monotonic()
    with (
        pytest.raises(OverdueError),
        second.unit(write=True, deadline=monotonic() + 0.3),
    ):
        pytest.fail("nobody let it in")
    assert 0.2 < monotonic() - begun < 1.5
    with pytest.raises(UnavailableError), second.unit(write=False, deadline=soon()):
        pytest.fail("it has ended")
    write(first, "2")
    first.commit(soon())
    assert keys_of(adapter, "Thing") == ["1", "2"]


def test_a_unit_that_ends_too_late_takes_the_transaction_with_it(adapter: Adapter) -> None:
    transaction = adapter.transaction()
    write(transaction, "1")

    def linger() -> None:
        with transaction.unit(write=True, deadline=monotonic() + 0.1) as unit:
            unit.insert("Thing", [thing("2")])
            sleep(0.2)

    with pytest.raises(OverdueError):
        linger()
    store(adapter, "Thing", thing("3"))  # nobody is in the way
    assert keys_of(adapter, "Thing") == ["3"]


def test_a_unit_outlives_the_deadline_of_the_one_before(adapter: Adapter) -> None:
    transaction = adapter.transaction()
    with transaction.unit(write=True, deadline=monotonic() + 0.3) as unit:
        unit.insert("Thing", [thing("1")])
    sleep(0.5)
    write(transaction, "2")
    transaction.commit(soon())
    assert keys_of(adapter, "Thing") == ["1", "2"]


def test_a_commit_that_is_late_keeps_nothing(adapter: Adapter) -> None:
    transaction = adapter.transaction()
    write(transaction, "1")
    with pytest.raises(OverdueError):
        transaction.commit(monotonic() - 1)
    store(adapter, "Thing", thing("2"))
    assert keys_of(adapter, "Thing") == ["2"]


def test_an_undone_level_takes_its_own_writes_alone(adapter: Adapter) -> None:
    transaction = adapter.transaction()
    write(transaction, "1")
    transaction.open_level(soon())
    write(transaction, "2")
    transaction.undo_level(soon())
    assert seen(transaction) == ["1"]
    transaction.open_level(soon())
    write(transaction, "3")
    transaction.keep_level(soon())
    assert seen(transaction) == ["1", "3"]
    transaction.commit(soon())
    assert keys_of(adapter, "Thing") == ["1", "3"]


def test_a_kept_level_goes_with_the_one_around_it(adapter: Adapter) -> None:
    transaction = adapter.transaction()
    write(transaction, "1")
    transaction.open_level(soon())
    write(transaction, "2")
    transaction.open_level(soon())
    write(transaction, "3")
    transaction.keep_level(soon())
    transaction.undo_level(soon())
    assert seen(transaction) == ["1"]
    transaction.rollback()
    assert keys_of(adapter, "Thing") == []


def test_levels_begun_before_anything_was_written_are_levels_too(adapter: Adapter) -> None:
    transaction = adapter.transaction()
    transaction.open_level(soon())
    transaction.open_level(soon())
    write(transaction, "1")
    transaction.open_level(soon())
    write(transaction, "2")
    transaction.undo_level(soon())
    assert seen(transaction) == ["1"]
    transaction.keep_level(soon())
    assert seen(transaction) == ["1"]
    transaction.undo_level(soon())
    assert seen(transaction) == []
    store(adapter, "Thing", thing("3"))  # and nothing is locked any more
    write(transaction, "4")
    transaction.commit(soon())
    assert keys_of(adapter, "Thing") == ["3", "4"]


def test_twenty_levels_can_be_undone_one_by_one(adapter: Adapter) -> None:
    transaction = adapter.transaction()
    for level in range(20):
        write(transaction, f"{level:02}")
        transaction.open_level(soon())
    for level in reversed(range(20)):
        write(transaction, "x")
        transaction.undo_level(soon())
        assert len(seen(transaction)) == level + 1 or level == 0
    transaction.rollback()
    assert keys_of(adapter, "Thing") == []


def test_cascades_inside_are_undone_with_their_cause(adapter: Adapter) -> None:
    store(adapter, "Thing", thing("1"), thing("2", parentId="1"))
    transaction = adapter.transaction()
    with transaction.unit(write=True, deadline=soon()) as unit:
        unit.delete("Thing", ["1"])
    assert seen(transaction) == []
    assert keys_of(adapter, "Thing") == ["1", "2"]
    transaction.rollback()
    assert keys_of(adapter, "Thing") == ["1", "2"]


def test_a_dump_inside_sees_what_is_written_inside(adapter: Adapter) -> None:
    store(adapter, "Lock", row("Lock", id="l"))
    transaction = adapter.transaction()
    write(transaction, "1")
    assert [found["id"] for found in dict(transaction.dump())["Thing"]] == ["1"]
    assert [found["id"] for found in dict(transaction.dump())["Lock"]] == ["l"]
    assert dict(adapter.dump())["Thing"] == []
    transaction.rollback()


def test_threads_may_take_turns_in_one_transaction(adapter: Adapter) -> None:
    transaction = adapter.transaction()
    for key in ("1", "2", "3"):
        thread = threading.Thread(target=write, args=(transaction, key))
        thread.start()
        thread.join(10)
    assert seen(transaction) == ["1", "2", "3"]
    transaction.commit(soon())
    assert keys_of(adapter, "Thing") == ["1", "2", "3"]


def test_many_writers_lose_no_update(adapter: Adapter) -> None:
    store(adapter, "Thing", thing("1"))

    def count_up() -> None:
        for _ in range(5):
            transaction = adapter.transaction()
            with transaction.unit(write=True, deadline=soon()) as unit:
                amount = unit.select(select("Thing"))[0]["amount"]
                unit.update("Thing", ["1"], {"amount": amount + 1})
            transaction.commit(soon())

    threads = [threading.Thread(target=count_up) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert rows_of(adapter, "Thing")[0]["amount"] == 30
