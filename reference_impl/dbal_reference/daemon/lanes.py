"""Threads for calls that block, kept few; who cannot have one waits outside, without a queue."""

import asyncio
import threading
from collections import deque
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any, TypeAlias, TypeVar

Result = TypeVar("Result")

_Job: TypeAlias = tuple[Callable[[], Any], "asyncio.Future[Any]"]


class Lane:
    """At most `most` calls at once, each in a thread of its own; threads begin when needed.

    Threads are daemons: a call that hangs does not keep the process from ending. Of the methods,
    `run` belongs to the thread of the loop.

    Args:
        most: how many.
        name: of the threads.
    """

    def __init__(self, most: int, name: str) -> None:
        self._most = most
        self._name = name
        self._places = asyncio.Semaphore(most)
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._threads = 0
        self._running = 0
        self._done: deque[tuple[asyncio.Future[Any], Any, BaseException | None]] = deque()
        self._told = False
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def running(self) -> int:
        """How many calls are in it."""
        return self._running

    async def run(self, work: Callable[[], Result], *, patience_s: float | None = None) -> Result:
        """What `work` gives, done in a thread.

        Args:
            work: may block; it goes on if the caller is cancelled.
            patience_s: how long to wait for a place.

        Raises:
            TimeoutError: there was none.
        """
        if self._places.locked():
            async with asyncio.timeout(patience_s):
                await self._places.acquire()
        else:
            await self._places.acquire()
        return await self._start(work)

    def close(self) -> None:
        """Let idle threads end."""
        for _ in range(self._threads):
            self._jobs.put(None)

    def _start(self, work: Callable[[], Result]) -> "asyncio.Future[Result]":
        self._loop = asyncio.get_running_loop()
        done: asyncio.Future[Result] = self._loop.create_future()
        self._running += 1
        if self._running > self._threads:
            self._threads += 1
            threading.Thread(
                target=self._work, name=f"{self._name}-{self._threads}", daemon=True
            ).start()
        self._jobs.put((work, done))
        return done

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            work, done = job
            try:
                self._done.append((done, work(), None))
            except BaseException as error:  # noqa: BLE001 -- goes to who waits for it
                self._done.append((done, None, error))
            del job, work, done  # nothing of a call is kept while there is none
            self._tell()

    def _tell(self) -> None:
        """Wake the loop, once for all that was done since it last looked."""
        if self._told or self._loop is None:
            return
        self._told = True
        try:
            self._loop.call_soon_threadsafe(self._settle)
        except RuntimeError:  # the loop is closed: the process ends
            return

    def _settle(self) -> None:
        self._told = False
        while self._done:
            done, result, error = self._done.popleft()
            # A place is free when its thread is, and not when the caller went away.
            self._running -= 1
            self._places.release()
            if done.done():
                continue
            if error is None:
                done.set_result(result)
            else:
                done.set_exception(error)
