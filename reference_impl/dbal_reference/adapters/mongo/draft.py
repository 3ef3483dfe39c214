"""What a statement that writes would do, found out before anything is written.

An error inside a transaction ends it in MongoDB, and the server follows no references. So a
statement is first played on the rows that it touches, by the rules of memory, which is the oracle;
only what comes of it is written. Rows are loaded a generation at a time; one that is asked for all
the same and is not here is loaded then, so that what is foreseen decides about speed alone.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, NamedTuple, TypeAlias, cast

from dbal_reference.adapters import Row
from dbal_reference.adapters.constraints import Reference
from dbal_reference.adapters.memory_state import MemoryUnit
from dbal_reference.adapters.mongo.documents import Codec, Document, encoded
from dbal_reference.adapters.mongo.filters import Filter, all_of, any_of
from dbal_reference.adapters.mongo.part import Part
from dbal_reference.adapters.mongo.plan import Plan, Shape

Key: TypeAlias = Any
Values: TypeAlias = tuple[Any, ...]
Find: TypeAlias = Callable[[str, Filter], list[Document]]

_AT_ONCE: Final = 5000  # values in one question


class Change(NamedTuple):
    """One document before and after; None where there is none."""

    entity: str
    before: Document | None
    after: Document | None


class Draft(MemoryUnit):
    """A unit in memory, on those rows of the database that it asks for."""

    def __init__(self, plan: Plan, find: Find) -> None:
        parts = {name: Part(table, name, self) for name, table in plan.tables.items()}
        super().__init__(dict(parts), plan.links, write=True)
        self._plan = plan
        self._find_documents = find
        self._asked: set[tuple[Any, ...]] = set()
        self._loaded: dict[tuple[str, Key], Document] = {}
        self._held: dict[tuple[str, str], dict[Any, list[Row]]] = {}  # by what a reference holds
        self._log: list[tuple[str, Row | None, Row | None]] = []  # entity, before, after

    def changes(self) -> list[Change]:
        """What has come of it, in an order that no unique index minds."""
        documents = dict(self._loaded)
        found: list[Change] = []
        for entity, before, after in self._log:
            shape = self._plan.shapes[entity]
            old = None if before is None else documents.pop((entity, before[shape.key]))
            new = None if after is None else _written(old, shape, after)
            if new is not None and after is not None:
                documents[entity, after[shape.key]] = new
            found.append(Change(entity, old, new))
        return found

    def note(self, entity: str, before: Row | None, after: Row | None) -> None:
        """Remember; a row that is put directly after one was taken is the same one, changed."""
        if before is None and self._log and self._log[-1][0] == entity and not self._log[-1][2]:
            before = self._log.pop()[1]
        self._log.append((entity, before, after))

    # What is asked of the database, each question once.

    def need(self, entity: str, fields: tuple[str, ...], wanted: Iterable[Values]) -> None:
        """Load the rows that have one of these combinations of values."""
        fresh: list[Values] = []
        for values in wanted:
            question = (entity, fields, values)
            if question not in self._asked:
                self._asked.add(question)
                fresh.append(values)
        for start in range(0, len(fresh), _AT_ONCE):
            self._load(entity, self._having(entity, fields, fresh[start : start + _AT_ONCE]))

    def need_space(self, entity: str, rows: Sequence[Row]) -> None:
        """Load what could stand in the way of these rows; one statement."""
        shape = self._plan.shapes[entity]
        ways: list[Filter] = []
        for fields in ((shape.key,), *shape.uniques):
            wanted = {tuple([row[name] for name in fields]) for row in rows}
            fresh = {
                v for v in wanted if v[-1] is not None and (entity, fields, v) not in self._asked
            }
            self._asked.update((entity, fields, values) for values in fresh)
            if fresh:
                ways.append(self._having(entity, fields, fresh))
        if ways:
            self._load(entity, any_of(ways))

    def foresee_new(self, entity: str, rows: Sequence[Row]) -> None:
        """Load what an insertion will ask for."""
        self.need_space(entity, rows)
        for link in self._plan.shapes[entity].pointing:
            self._need_targets(link, (row[link.field] for row in rows))

    def foresee_changes(self, entity: str, pairs: Sequence[tuple[Row, Row]]) -> None:
        """Load what these changes will ask for, a generation of children at a time."""
        shape = self._plan.shapes[entity]
        bound = [pair for pair in pairs if any(_differ(pair, fields) for fields in _unique(shape))]
        if bound:
            self.need_space(entity, [new for _, new in bound])
        for link in shape.pointing:
            moved = [new[link.field] for old, new in pairs if old[link.field] != new[link.field]]
            self._need_targets(link, moved)
        for link in shape.pointed:
            field = link.target_field
            moves = {old[field]: new[field] for old, new in pairs if old[field] != new[field]}
            children = self._children(link, moves)
            if children and link.on_update in {"cascade", "set_null"}:
                cascade = link.on_update == "cascade"
                self.foresee_changes(
                    link.entity,
                    [
                        (row, {**row, link.field: moves[row[link.field]] if cascade else None})
                        for row in children
                    ],
                )

    def foresee_deletion(self, entity: str, rows: Sequence[Row]) -> None:
        """Load everything that hangs on these rows: what goes along, then what stays."""
        going: dict[str, list[Row]] = {}
        generation: dict[str, list[Row]] = {entity: list(rows)}
        seen: set[tuple[str, Key]] = set()
        while generation:
            following: dict[str, list[Row]] = {}
            for name, those in generation.items():
                going.setdefault(name, []).extend(those)
                for link in self._pointed(name, "cascade"):
                    key = self._plan.shapes[link.entity].key
                    children = self._children(link, [row[link.target_field] for row in those])
                    fresh = [row for row in children if (link.entity, row[key]) not in seen]
                    seen.update((link.entity, row[key]) for row in fresh)
                    if fresh:
                        following.setdefault(link.entity, []).extend(fresh)
            generation = following
        for name, those in going.items():
            for link in self._pointed(name, "set_null", "restrict"):
                children = self._children(link, [row[link.target_field] for row in those])
                if link.on_delete == "set_null":
                    loose = [(row, {**row, link.field: None}) for row in children]
                    self.foresee_changes(link.entity, loose)

    def _pointed(self, entity: str, *on_delete: str) -> list[Reference]:
        return [link for link in self._plan.shapes[entity].pointed if link.on_delete in on_delete]

    def rows(self, entity: str, keys: Iterable[Key]) -> list[Row]:
        """The rows with these keys, as far as there are any."""
        shape = self._plan.shapes[entity]
        wanted = list(dict.fromkeys(keys))
        self.need(entity, (shape.key,), ((key,) for key in wanted))
        here = self.state[entity].rows
        return [here[key] for key in wanted if key in here]

    # What memory asks of its tables.

    def _find(self, entity: str, field: str, value: Any) -> Row | None:  # noqa: ANN401 -- any field value
        self.need(entity, (field,), [(value,)])
        return super()._find(entity, field, value)

    def _pointing(self, link: Reference, value: Any) -> list[Any]:  # noqa: ANN401 -- any field value
        if value is not None:
            self.need(link.entity, (link.field,), [(value,)])
        return super()._pointing(link, value)

    def _owe_targets(self, entity: str, row: Row) -> None:
        """A reference that stays as it was leads where it led."""
        before = self._log[-1][1]
        for link in self._plan.shapes[entity].pointing:
            value = row[link.field]
            if value is not None and (before is None or before[link.field] != value):
                self._loose.append((link, value))

    def _need_targets(self, link: Reference, values: Iterable[Any]) -> None:
        wanted = {(value,) for value in values if value is not None}
        if wanted:
            self.need(link.target, (link.target_field,), wanted)

    def _children(self, link: Reference, values: Iterable[Any]) -> list[Row]:
        wanted = {value for value in values if value is not None}
        self.need(link.entity, (link.field,), ((value,) for value in wanted))
        held = self._held.get((link.entity, link.field), {})
        return [row for value in wanted for row in held.get(value, ())]

    def _having(self, entity: str, fields: tuple[str, ...], wanted: Iterable[Values]) -> Filter:
        """A condition: the last field one of several values, for each combination of the others."""
        codec = self._plan.codecs[entity]
        last = fields[-1]
        by_first: dict[Values, list[Any]] = {}
        for values in wanted:
            member = encoded(codec.entity.fields[last], values[-1])
            by_first.setdefault(values[:-1], []).append(member)
        ways: list[Filter] = []
        for first, members in by_first.items():
            equal = [_equal(codec, n, v) for n, v in zip(fields[:-1], first, strict=True)]
            ways.append(all_of([*equal, {codec.place(last): {"$in": members}}]))
        return any_of(ways)

    def _load(self, entity: str, where: Filter) -> None:
        codec = self._plan.codecs[entity]
        table = cast("Part", self.state[entity])  # as __init__ made it, or a copy
        for document in self._find_documents(entity, where):
            row = codec.row(document)
            if (entity, row[codec.key]) not in self._loaded:
                self._loaded[entity, row[codec.key]] = document
                for link in self._plan.shapes[entity].pointing:
                    held = self._held.setdefault((entity, link.field), {})
                    held.setdefault(row[link.field], []).append(row)
                # It is the only one with these values.
                for fields in _unique(self._plan.shapes[entity]):
                    self._asked.add((entity, fields, tuple([row[name] for name in fields])))
                table.lay(row)


def _unique(shape: Shape) -> tuple[tuple[str, ...], ...]:
    return ((shape.key,), *shape.uniques)


def _differ(pair: tuple[Row, Row], fields: Iterable[str]) -> bool:
    return any(pair[0][name] != pair[1][name] for name in fields)


def _equal(codec: Codec, name: str, value: Any) -> Filter:  # noqa: ANN401 -- any field value
    if value is None:
        return {codec.place(name): {"$exists": False}}
    return {codec.place(name): {"$eq": encoded(codec.entity.fields[name], value)}}


def _written(old: Document | None, shape: Shape, after: Row) -> Document:
    """The document of a row; what others have added to the old one is left in it."""
    new = shape.codec.document(after)
    if old is None:
        return new
    known = shape.codec.places
    return {**{name: value for name, value in old.items() if name not in known}, **new}
