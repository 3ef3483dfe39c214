"""`$name.field` in fixtures, and what only looks like it (CTL-RESET-003, section 20)."""

import re
from collections.abc import Mapping
from typing import Any

_REFERENCE = re.compile(r"\$([A-Za-z_][A-Za-z0-9_-]*)((?:\.[A-Za-z_][A-Za-z0-9_-]*)+)")
ACTOR = "actor"


class DanglingNameError(ValueError):
    """A reference to a fixture, actor or field that there is not."""


def resolve(value: Any, rows: Mapping[str, Any], actors: Mapping[str, Any]) -> Any:  # noqa: ANN401 -- any JSON
    """The value with references replaced and a leading `$$` unescaped, all through.

    Args:
        value: as the fixture has it; keys are unescaped too.
        rows: fixtures made so far, by their `$as`.
        actors: by name.

    Raises:
        DanglingNameError: a reference names nothing.
    """
    match value:
        case str():
            return _text(value, rows, actors) if value.startswith("$") else value
        case dict():
            return {
                key[1:] if key.startswith("$$") else key: resolve(member, rows, actors)
                for key, member in value.items()
            }
        case list():
            return [resolve(item, rows, actors) for item in value]
        case _:
            return value


def _text(text: str, rows: Mapping[str, Any], actors: Mapping[str, Any]) -> Any:  # noqa: ANN401 -- any JSON
    if text.startswith("$$"):
        return text[1:]
    reference = _REFERENCE.fullmatch(text)
    if reference is None:
        return text
    steps = reference[2][1:].split(".")
    found: Any = actors if reference[1] == ACTOR else rows.get(reference[1])
    for step in steps:
        if not isinstance(found, Mapping) or step not in found:
            raise DanglingNameError(text)
        found = found[step]
    return found
