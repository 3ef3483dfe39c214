"""Rules about the shape of a document: how many, which members, which keys."""

from collections.abc import Iterator
from typing import Any

import re2

from dbal_reference.sandbox.layers import layers
from dbal_reference.sandbox.table import Count, Key, Member, Table, quiet
from dbal_reference.values.numbers import whole


class Structure:
    """These rules, by field where they are about one."""

    def __init__(self, table: Table) -> None:
        ranked = list(enumerate(table.rules))
        self._counts = [(rank, count) for rank, rule in ranked for count in rule.counts]
        self._members = [
            (rank, member, _pattern(member)) for rank, rule in ranked for member in rule.members
        ]
        self._keys = [(rank, key) for rank, rule in ranked for key in rule.keys]

    def broken(self, field: str, document: Any) -> Iterator[int]:  # noqa: ANN401 -- any JSON
        """Ranks of the rules that the document of `Entity.field` breaks, each perhaps often."""
        for rank, count in self._counts:
            if count.field == field and _number(count, document) > count.max:
                yield rank
        for rank, member, pattern in self._members:
            if member.field == field and any(
                _is_bad(member, pattern, item[member.member])
                for item in (document if isinstance(document, list) else ())
                if isinstance(item, dict) and member.member in item
            ):
                yield rank
        for item in _objects(document):
            for rank, key in self._keys:
                if _has(key, item):
                    yield rank


def _pattern(member: Member) -> Any:  # noqa: ANN401 -- re2 has no types
    return re2.compile(f"(?i:{member.pattern})", quiet()) if member.pattern is not None else None


def _number(count: Count, document: Any) -> int:  # noqa: ANN401 -- any JSON
    if count.of == "objects":
        return sum(1 for _ in _objects(document))
    return len(document) if isinstance(document, (list, dict)) else 0


def _is_bad(member: Member, pattern: Any, value: Any) -> bool:  # noqa: ANN401 -- re2, any JSON
    if pattern is not None:
        return isinstance(value, str) and any(pattern.search(form) for form in layers(value))
    number = whole(value)
    if number is None:
        return True
    return (member.min is not None and number < member.min) or (
        member.max is not None and number > member.max
    )


def _has(key: Key, item: dict[str, Any]) -> bool:
    for name, value in item.items():
        if _named(name, key.name) and (
            key.holding is None
            or (isinstance(value, dict) and any(_named(n, key.holding) for n in value))
        ):
            return True
    return False


def _named(name: str, wanted: str) -> bool:
    return any(form.lower() == wanted for form in layers(name))


def _objects(document: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 -- any JSON
    waiting = [document]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            yield item
            waiting.extend(item.values())
        elif isinstance(item, list):
            waiting.extend(item)
