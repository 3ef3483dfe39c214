"""camelCase of the contract as the snake_case of Python, and entities as plural attributes."""

import re

_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_SIBILANT = ("s", "x", "z", "ch", "sh")
_VOWELS = "aeiou"


def snake(name: str) -> str:
    """`getByPath` is `get_by_path`, `PageConfig` is `page_config`."""
    return _HUMP.sub("_", name).lower()


def plural(entity: str) -> str:
    """The attribute for an entity: `PageConfig` is `page_configs`, `Category` is `categories`."""
    name = snake(entity)
    if name.endswith("y") and name[-2:-1] not in _VOWELS:
        return f"{name[:-1]}ies"
    return f"{name}es" if name.endswith(_SIBILANT) else f"{name}s"
