"""The rules, compiled once for a schema; every scan is linear in the text (SBX-SCAN-005)."""

from collections.abc import Iterator
from typing import Any, Final

import re2

from dbal_reference.model import Schema
from dbal_reference.per_object import per_object
from dbal_reference.sandbox.addresses import reaches
from dbal_reference.sandbox.layers import layers
from dbal_reference.sandbox.structure import Structure
from dbal_reference.sandbox.table import Place, Rule, Table, Text, quiet, read_table

_NONE: Final = 1_000_000  # a rank behind every rule


class Scanner:
    """All rules but the limits. Results are the first rule that matches, with its rank."""

    def __init__(self, table: Table) -> None:
        self._rules = table.rules
        self._texts: dict[Place, tuple[_Patterns, _Patterns]] = {
            place: (_Patterns(table, place, "kept"), _Patterns(table, place, "removed"))
            for place in ("leaf", "key", "url")
        }
        self._urls = [(rank, rule.url) for rank, rule in enumerate(table.rules) if rule.url]
        self._structure = Structure(table)

    def scan_url(self, text: str) -> tuple[int, Rule] | None:
        """The whole string of a `scan: url` field."""
        return self._rule(min((self._match("url", form) for form in layers(text)), default=_NONE))

    def scan_code(self, field: str, document: Any) -> tuple[int, Rule] | None:  # noqa: ANN401 -- any JSON
        """Leaves, keys and structure of a parsed `scan: code` field, named `Entity.field`."""
        best = min(self._structure.broken(field, document), default=_NONE)
        for place, text in texts(document):
            for form in layers(text):
                best = min(best, self._match(place, form))
                if place == "leaf":
                    best = min(best, self._reached(form))
        return self._rule(best)

    def _match(self, place: Place, text: str) -> int:
        as_written, without_blanks = self._texts[place]
        rank = as_written.first(text)
        if without_blanks.any is None:
            return rank
        return min(rank, without_blanks.first("".join(text.split())))

    def _reached(self, text: str) -> int:
        return min((rank for rank, url in self._urls if reaches(url, text)), default=_NONE)

    def _rule(self, rank: int) -> tuple[int, Rule] | None:
        return None if rank == _NONE else (rank, self._rules[rank])


class _Patterns:
    """Patterns of one place; `any` is one expression for all, since most texts match none."""

    def __init__(self, table: Table, place: Place, blanks: str) -> None:
        chosen: list[tuple[int, Text]] = [
            (rank, text)
            for rank, rule in enumerate(table.rules)
            for text in rule.texts
            if place in text.in_ and text.blanks == blanks
        ]
        options = quiet()
        self._each = [(rank, re2.compile(text.expression, options)) for rank, text in chosen]
        union = "|".join(text.expression for _, text in chosen)
        self.any = re2.compile(union, options) if chosen else None

    def first(self, text: str) -> int:
        if self.any is None or not self.any.search(text):
            return _NONE
        return next((rank for rank, pattern in self._each if pattern.search(text)), _NONE)


def texts(document: Any) -> Iterator[tuple[Place, str]]:  # noqa: ANN401 -- any JSON
    """Every string leaf and every object key."""
    waiting = [document]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            yield "leaf", item
        elif isinstance(item, dict):
            for key, member in item.items():
                yield "key", key
                waiting.append(member)
        elif isinstance(item, list):
            waiting.extend(item)


@per_object
def scanner_of(schema: Schema) -> Scanner:
    """The schema's scanner."""
    return Scanner(read_table(schema.sandbox))
