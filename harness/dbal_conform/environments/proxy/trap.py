"""A fault that lies in wait at a point, and who may run into it."""

import threading
from collections.abc import Callable
from typing import Final, Literal, NamedTuple, TypeAlias

from dbal_conform.core.point import Point, What

Harm: TypeAlias = Literal["cut", "stall", "slow", "pass"]
DEED_S: Final = 60.0  # for a deed that has begun


class Deed(NamedTuple):
    """What happens at the point.

    `network` is what happens to the connection that came there: `cut` ends it, `stall` lets
    nothing pass until all is restored, `slow` lets it pass after `delay_s`, `pass` at once. Before
    that, `act` is called; what it raises is kept for whoever asks.
    """

    network: Harm
    delay_s: float = 0.0
    act: Callable[[], None] | None = None


Found: TypeAlias = frozenset[What]


class Trap:
    """Strikes once: at the `point.number`th statement of its kind, on whatever connection."""

    def __init__(self, point: Point, deed: Deed) -> None:
        self.point = point
        self.deed = deed
        self.error: Exception | None = None
        self._left = point.number
        self._lock = threading.Lock()
        self._struck = False
        self._over = threading.Event()  # the deed is done

    def meets(self, what: Found) -> bool:
        """Count a statement, and tell whether it is the one."""
        if self.point.what not in what:
            return False
        with self._lock:
            self._left -= 1
            return self._left == 0

    def strike(self) -> None:
        """Do what is to be done beside the network."""
        self._struck = True
        if self.deed.act is not None:
            try:
                self.deed.act()
            except Exception as error:  # noqa: BLE001 -- told to whoever laid it, in his own thread
                self.error = error
        self._over.set()

    def sprang(self) -> bool:
        """Tell whether somebody came to the point; waits until the deed is done."""
        return self._struck and self._over.wait(DEED_S)
