"""What is wrong with a document, and where in it."""

from typing import NamedTuple, TypeAlias

Where: TypeAlias = tuple[str | int, ...]


class Finding(NamedTuple):
    """Something wrong at a path of a document; `key`: it is the key there, not its value."""

    path: Where
    message: str
    key: bool = False
