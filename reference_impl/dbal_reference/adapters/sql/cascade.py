"""A deletion done by hand, where the database cannot follow the references as far as they go.

SQLite gives up at 1000 cascades below one another, InnoDB at 15; and a restrict that is judged row
by row stops at rows which the same deletion was about to take away.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeAlias

from dbal_reference.adapters import ReferencedError, Row
from dbal_reference.adapters.constraints import Reference
from dbal_reference.query.predicate import In, Order, Select

_LEVELS = 10  # that a database follows by itself, so that one statement takes so many generations


class Batch(NamedTuple):
    """Rows of one entity that one statement deletes."""

    entity: str
    keys: tuple[Any, ...]


Find: TypeAlias = Callable[[Select], list[Row]]
Delete: TypeAlias = Callable[[Batch], None]


class Cascade:
    """The references of one schema, as deletions follow them."""

    def __init__(self, references: Sequence[Reference], keys: dict[str, str]) -> None:
        self._below = {
            name: [r for r in references if r.target == name and r.on_delete == "cascade"]
            for name in keys
        }
        self._restricting = [r for r in references if r.on_delete == "restrict"]
        self._selfish = {r.entity for r in self._restricting if r.entity == r.target}
        self._keys = keys

    def run(self, first: Batch, find: Find, delete: Delete) -> None:
        """Delete rows and all that hang on them, children first.

        Raises:
            ReferencedError: a row that stays restricts one that goes.
        """
        generations = self._generations(first, find)
        self._check(generations, find)
        waiting = _merged(generations)
        while waiting:
            left = [batch for batch in waiting if not _deleted(batch, delete)]
            if len(left) == len(waiting):
                left = self._split(left)
                if len(left) == len(waiting):
                    raise ReferencedError
            waiting = left

    def _check(self, generations: list[Batch], find: Find) -> None:
        """Look for rows that stay and restrict what goes."""
        doomed: dict[str, set[Any]] = {}
        for entity, keys in generations:
            doomed.setdefault(entity, set()).update(keys)
        for link in self._restricting:
            going = doomed.get(link.target)
            if going:
                values = self._values(Batch(link.target, tuple(going)), link, find)
                key = self._keys[link.entity]
                holders = find(Select(link.entity, In(link.field, values), (Order(key),)))
                if {row[key] for row in holders} - doomed.get(link.entity, set()):
                    raise ReferencedError

    def _values(self, batch: Batch, link: Reference, find: Find) -> tuple[Any, ...]:
        """What references to these rows hold."""
        own = self._keys[batch.entity]
        if link.target_field == own:
            return batch.keys
        rows = find(Select(batch.entity, In(own, batch.keys), (Order(own),)))
        return tuple(row[link.target_field] for row in rows)

    def _generations(self, first: Batch, find: Find) -> list[Batch]:
        """The rows that go, each after what it hangs on."""
        found: list[Batch] = []
        seen: set[tuple[str, Any]] = set()
        following = [first]
        while following:
            name, keys = following.pop(0)
            fresh = tuple(key for key in keys if (name, key) not in seen)
            seen.update((name, key) for key in fresh)
            if fresh:
                found.append(Batch(name, fresh))
                following += self._children(Batch(name, fresh), find)
        return found

    def _children(self, batch: Batch, find: Find) -> list[Batch]:
        """The rows whose cascade reference points at one of these."""
        found = []
        for link in self._below[batch.entity]:
            key = self._keys[link.entity]
            values = self._values(batch, link, find)
            below = find(Select(link.entity, In(link.field, values), (Order(key),)))
            found.append(Batch(link.entity, tuple(row[key] for row in below)))
        return found

    def _split(self, batches: list[Batch]) -> list[Batch]:
        """Rows of a table that restricts itself go one by one, in whatever order they can."""
        return [
            Batch(entity, part)
            for entity, keys in batches
            for part in ([(key,) for key in keys] if entity in self._selfish else [keys])
        ]


def _deleted(batch: Batch, delete: Delete) -> bool:
    try:
        delete(batch)
    except ReferencedError:
        return False
    return True


def _merged(generations: list[Batch]) -> list[Batch]:
    """Last generation first; several of one entity in one batch."""
    batches: list[Batch] = []
    levels = 0
    for entity, keys in reversed(generations):
        if batches and batches[-1].entity == entity and levels < _LEVELS:
            batches[-1] = Batch(entity, batches[-1].keys + keys)
            levels += 1
        else:
            batches.append(Batch(entity, keys))
            levels = 1
    return batches
