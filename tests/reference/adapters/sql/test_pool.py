"""Connections are shared, never used by two at once, and waited for until a deadline."""

import threading
from time import monotonic

import pytest
from tests.reference.adapters.test_unit import at_once
from tests.reference.adapters.world import soon

from dbal_reference.adapters import OverdueError, UnavailableError
from dbal_reference.adapters.sql.pool import Pool


class Wire:
    made = 0

    def __init__(self) -> None:
        type(self).made += 1
        self.users = 0
        self.closed = False

    def close(self) -> None:
        self.closed = True


@pytest.fixture(autouse=True)
def _count() -> None:
    Wire.made = 0


def test_the_one_used_last_is_used_again() -> None:
    pool = Pool(Wire, 4)
    with pool.lease(soon()) as first:
        pass
    with pool.lease(soon()) as again:
        assert again is first
    assert Wire.made == 1


def test_no_two_have_the_same_and_no_more_are_made_than_allowed() -> None:
    pool = Pool(Wire, 3)

    def use() -> None:
        for _ in range(200):
            with pool.lease(soon()) as wire:
                wire.users += 1
                assert wire.users == 1
                wire.users -= 1

    assert at_once(*[use] * 8) == [None] * 8
    assert Wire.made <= 3


def test_waiting_ends_at_the_deadline_of_whoever_waits() -> None:
    pool = Pool(Wire, 1)
    with pool.lease(soon()):
        began = monotonic()
        with pytest.raises(OverdueError), pool.lease(soon(0.05)):
            pass
        assert 0.04 < monotonic() - began < 1
    with pool.lease(soon(0.05)):
        pass


def test_what_cannot_be_made_takes_no_place() -> None:
    def fail() -> Wire:
        raise UnavailableError

    pool = Pool(fail, 1)
    for _ in range(3):
        with pytest.raises(UnavailableError), pool.lease(soon(0.05)):
            pass


def test_closing_closes_what_is_idle_now_and_the_rest_when_it_comes_back() -> None:
    pool = Pool(Wire, 2)
    with pool.lease(soon()) as used:
        with pool.lease(soon()) as idle:
            pass
        pool.close()
        assert idle.closed
        assert not used.closed
    assert used.closed
    with pytest.raises(UnavailableError), pool.lease(soon()):
        pass


def test_who_waits_while_it_closes_is_told() -> None:
    pool = Pool(Wire, 1)
    results: list[object] = []

    def wait() -> None:
        try:
            with pool.lease(soon()):
                pass
        except UnavailableError as error:
            results.append(error)

    with pool.lease(soon()):
        thread = threading.Thread(target=wait)
        thread.start()
        pool.close()
    thread.join(10)
    assert len(results) == 1
