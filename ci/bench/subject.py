"""What is compared: three ways to do the same work on the same tables."""

from collections.abc import Sequence
from typing import Any, Protocol


class Subject(Protocol):
    """One way; each method is one request of a user with a token, from begin to commit.

    Each looks up who calls, sees his tenant alone, and gives dicts of Python values.
    """

    name: str

    def point_read(self, key: str) -> dict[str, Any]:
        """One user."""
        ...

    def list_page(self) -> tuple[Sequence[Any], int]:
        """The first users by name, and how many there are."""
        ...

    def include(self) -> tuple[Sequence[Any], int]:
        """The first posts with their owners, and how many there are."""
        ...

    def create(self, owner: str) -> dict[str, Any]:
        """One post of an owner who is in sight."""
        ...

    def create_many(self, owner: str) -> int:
        """As many posts as `world.BULK`."""
        ...

    def transaction(self, owner: str) -> None:
        """Three posts, kept together; who calls is looked up for each."""
        ...

    def close(self) -> None:
        """Let go of everything."""
        ...
