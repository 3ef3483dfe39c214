"""Connections, one for each thread that asks: branches of a race do not share theirs."""

import threading
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar


class Lane(Protocol):
    """A connection as its keeper sees it."""

    @property
    def usable(self) -> bool:
        """Whether one more message can go over it."""
        ...

    def half_close(self) -> None:
        """Say that no more will be sent."""
        ...

    def close(self) -> None:
        """End it; may be called twice."""
        ...


T = TypeVar("T", bound=Lane)


class Lanes(Generic[T]):
    """The connections of one transport; `connect` makes another in so many seconds."""

    def __init__(self, connect: Callable[[float], T]) -> None:
        self._connect = connect
        self._lanes: dict[int, T] = {}
        self._ended: list[T] = []

    def mine(self, timeout_s: float) -> T:
        """Return the connection of this thread, made anew where the last can be used no more.

        Raises:
            TargetError: none can be made.
        """
        me = threading.get_ident()
        lane = self._lanes.get(me)
        if lane is not None and lane.usable:
            return lane
        if lane is not None:
            self.drop()
        lane = self._lanes[me] = self._connect(timeout_s)
        return lane

    def drop(self) -> None:
        """End this thread's connection at once."""
        lane = self._lanes.pop(threading.get_ident(), None)
        if lane is not None:
            lane.close()

    def half_close(self) -> None:
        """Leave this thread's connection half closed, as one whose peer has gone away."""
        lane = self._lanes.pop(threading.get_ident(), None)
        if lane is not None:
            lane.half_close()
            self._ended.append(lane)

    def close(self) -> None:
        """End all of them; may be called twice."""
        lanes = [*self._lanes.values(), *self._ended]
        self._lanes.clear()
        self._ended.clear()
        for lane in lanes:
            lane.close()
