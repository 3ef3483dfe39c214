"""What holds for all connections of a proxy: whether anything passes, and what lies in wait."""

import threading
from typing import Final, Literal, TypeAlias

from dbal_conform.core.point import What
from dbal_conform.environments.proxy.trap import Trap

Weather: TypeAlias = Literal["well", "cut", "stall", "slow", "over"]
_LET_THROUGH: Final = frozenset({"well", "slow"})


class CutError(Exception):
    """This connection is to end."""


class Traffic:
    """Shared by the threads of all connections."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._weather: Weather = "well"
        self._delay_s = 0.0
        self._restored = 0  # how often
        self._trap: Trap | None = None

    @property
    def refuses(self) -> bool:
        """Whether nobody is let in."""
        return self._weather in {"cut", "over"}

    def turn(self, weather: Weather, delay_s: float = 0.0) -> None:
        """Let another weather hold."""
        with self._changed:
            self._weather, self._delay_s = weather, delay_s
            self._changed.notify_all()

    def lay(self, trap: Trap) -> None:
        """Let a trap lie in wait."""
        with self._changed:
            self._trap = trap

    def restore(self) -> Trap | None:
        """Let everything pass again, what was stalled too; return the trap that was laid last."""
        with self._changed:
            trap, self._trap = self._trap, None
            self._weather = "well"
            self._restored += 1
            self._changed.notify_all()
        return trap

    def trap_for(self, what: frozenset[What]) -> Trap | None:
        """Count a statement; return the trap that it has run into."""
        trap = self._trap
        return trap if trap is not None and what and trap.meets(what) else None

    def pass_by(self, *, asking: bool) -> bool:
        """Wait as long as the weather says; tell whether that was a stall.

        What slows down is what is asked, not the answers.

        Raises:
            CutError: nothing passes any more.
        """
        if self._weather == "well":
            return False
        with self._changed:
            if self._weather == "slow" and asking:
                self._wait(self._delay_s)
            stalled = self._weather == "stall"
            self._changed.wait_for(lambda: self._weather != "stall")
            if self._weather not in _LET_THROUGH:
                raise CutError
        return stalled

    def wait_for_restoration(self) -> None:
        """Wait until the next `restore`.

        Raises:
            CutError: there will be none.
        """
        with self._changed:
            before = self._restored
            self._changed.wait_for(lambda: self._restored != before or self._weather == "over")
            if self._weather == "over":
                raise CutError

    def linger(self, seconds: float) -> None:
        """Wait so long, or until all is restored.

        Raises:
            CutError: the proxy is closed.
        """
        with self._changed:
            self._wait(seconds)

    def _wait(self, seconds: float) -> None:
        before = self._restored
        self._changed.wait_for(
            lambda: self._restored != before or self._weather == "over", timeout=seconds
        )
        if self._weather == "over":
            raise CutError
