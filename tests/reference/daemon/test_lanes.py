"""Threads for calls that block."""

import asyncio
import threading

import pytest

from dbal_reference.daemon.lanes import Lane


def test_results_and_errors_go_to_who_waits() -> None:
    def fail() -> int:
        raise LookupError("here")

    async def main() -> None:
        lane = Lane(2, "test")
        assert await lane.run(lambda: 5) == 5
        with pytest.raises(LookupError, match="here"):
            await lane.run(fail)
        assert await lane.run(threading.get_ident) != threading.get_ident()
        lane.close()

    asyncio.run(main())


def test_no_more_run_at_once_than_there_are_places_and_none_is_lost() -> None:
    running, most = 0, 0
    lock = threading.Lock()

    def work() -> None:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        threading.Event().wait(0.002)
        with lock:
            running -= 1

    async def main() -> None:
        lane = Lane(5, "test")
        await asyncio.gather(*(lane.run(work) for _ in range(200)))
        assert lane.running == 0
        lane.close()

    asyncio.run(main())
    assert 1 < most <= 5


def test_who_is_impatient_gives_up_and_takes_no_place() -> None:
    async def main() -> None:
        lane = Lane(1, "test")
        go = threading.Event()
        slow = asyncio.create_task(lane.run(go.wait))
        await asyncio.sleep(0)
        with pytest.raises(TimeoutError):
            await lane.run(lambda: None, patience_s=0.01)
        go.set()
        assert await slow is True
        assert await lane.run(lambda: 5) == 5
        lane.close()

    asyncio.run(main())


def test_a_caller_that_goes_away_frees_the_place_when_the_thread_is_free() -> None:
    async def main() -> None:
        lane = Lane(1, "test")
        go = threading.Event()
        gone = asyncio.create_task(lane.run(go.wait))
        await asyncio.sleep(0)
        gone.cancel()
        with pytest.raises(asyncio.CancelledError):
            await gone
        assert lane.running == 1
        with pytest.raises(TimeoutError):
            await lane.run(lambda: None, patience_s=0.01)
        go.set()
        assert await lane.run(lambda: 5) == 5
        assert lane.running == 0
        lane.close()

    asyncio.run(main())
