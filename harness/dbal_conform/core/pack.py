"""Cases kept small: a plan holds all of them, and needs one at a time.

A small case takes 1.6 KiB as objects and 0.3 KiB as JSON, so that memory stays flat in the number
of trials. JSON as msgspec writes it loses nothing: integers of any size, 1 and 1.0 apart.
"""

from collections.abc import Iterable, Sequence
from typing import overload

import msgspec

from dbal_conform.core.suite import Case

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Case).decode


class Pack(Sequence[Case]):
    """A sequence of cases, equal to those put in; the one looked at last is kept as it is."""

    def __init__(self, packed: Sequence[bytes]) -> None:
        self._packed = packed
        self._latest: tuple[int, Case] | None = None

    @property
    def packed(self) -> Sequence[bytes]:
        """What the cases are kept as: JSON each, without line ends."""
        return self._packed

    @staticmethod
    def of(cases: Iterable[Case]) -> "Pack":
        """Pack the cases, one by one."""
        return Pack([_encode(case) for case in cases])

    def chosen(self, places: Iterable[int]) -> "Pack":
        """Return those at `places`."""
        return Pack([self._packed[place] for place in places])

    @overload
    def __getitem__(self, place: int) -> Case: ...
    @overload
    def __getitem__(self, place: slice) -> "Pack": ...
    def __getitem__(self, place: int | slice) -> "Case | Pack":
        """The case at a place, or a pack of some."""
        if isinstance(place, slice):
            return Pack(self._packed[place])
        latest = self._latest  # read once: threads may look at others meanwhile
        if latest is None or latest[0] != place:
            latest = self._latest = (place, _decode(self._packed[place]))
        return latest[1]

    def __len__(self) -> int:
        return len(self._packed)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Pack) and self._packed == other._packed

    def __hash__(self) -> int:
        return hash(tuple(self._packed))
