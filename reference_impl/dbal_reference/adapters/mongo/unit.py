"""A unit of work on a session; what it wrote can be undone again, where it must be."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from pymongo import DeleteOne, InsertOne, UpdateOne

from dbal_reference.adapters import Row
from dbal_reference.adapters.mongo.documents import KEY, Document
from dbal_reference.adapters.mongo.draft import Change, Draft
from dbal_reference.adapters.mongo.filters import Filter
from dbal_reference.adapters.mongo.groups import grouping, groups_of
from dbal_reference.adapters.mongo.plan import Plan
from dbal_reference.adapters.mongo.selection import Question
from dbal_reference.adapters.mongo.session import Bounds, Operation, Session
from dbal_reference.query.groups import Aggregate, Group
from dbal_reference.query.predicate import TRUE, Order, Predicate, Select

_EXACT: Final = (dict, list, float)  # equal, and yet perhaps not the same
_COUNT: Final = "n"


class Journal(list[Change]):
    """What was written, in order, so that it can be undone from any point on.

    MongoDB has no savepoints; inside a transaction, and where there is none, this is instead.
    """

    def undo(self, session: Session, mark: int) -> None:
        """Undo what was written since the journal was so long."""
        apply(session, [Change(c.entity, c.after, c.before) for c in reversed(self[mark:])])
        del self[mark:]


class MongoUnit:
    """The `Unit` of MongoDB."""

    def __init__(
        self, session: Session, plan: Plan, *, write: bool, journal: Journal | None = None
    ) -> None:
        self._session = session
        self._plan = plan
        self._write = write
        self._journal = journal

    def select(self, query: Select) -> list[Row]:
        """Rows in order."""
        if query.limit == 0:
            return []
        selections = self._plan.selections
        wanted = selections.wanted(query)
        documents = self._session.find(
            wanted.question,
            wanted.sort,
            Bounds(query.offset, query.limit or 0),
            selections.projection(wanted),
        )
        return [selections.row(wanted, document) for document in documents]

    def page(self, query: Select) -> tuple[list[Row], int | None]:
        """Rows in order, and how many there are in all; two statements."""
        return self.select(query), self.count(query.entity, query.where)

    def count(self, entity: str, where: Predicate) -> int:
        """How many rows satisfy it."""
        question = self._plan.selections.question(entity, where)
        found = self._session.run(entity, [*question.pipeline, {"$count": _COUNT}])
        return int(found[0][_COUNT]) if found else 0

    def aggregate(self, query: Aggregate) -> list[Group]:
        """Groups in order."""
        codec = self._plan.codecs[query.entity]
        if query.limit == 0:
            return []
        question = self._plan.selections.question(query.entity, query.where)
        stages = [*question.pipeline, *grouping(query, codec)]
        return groups_of(query, codec, self._session.run(query.entity, stages))

    def everything(self) -> list[tuple[str, list[Row]]]:
        """Every row of every entity by key."""
        return [
            (name, self.select(Select(name, TRUE, (Order(shape.key),))))
            for name, shape in self._plan.shapes.items()
        ]

    def insert(self, entity: str, rows: Sequence[Row]) -> None:
        """Store whole rows."""
        draft = self._draft()
        draft.foresee_new(entity, rows)
        draft.insert(entity, rows)
        self._keep(draft)

    def update(self, entity: str, keys: Sequence[Any], changes: Mapping[str, Any]) -> None:
        """Set the same fields of these rows; cascades follow."""
        self._need_write()
        if not keys or not changes:
            return
        shape = self._plan.shapes[entity]
        if self._journal is None and changes.keys() <= shape.plain:
            change = shape.codec.change(changes)
            self._session.update(entity, {KEY: {"$in": shape.codec.keys(keys)}}, change)
            return
        draft = self._draft()
        rows = draft.rows(entity, keys)
        draft.foresee_changes(entity, [(row, {**row, **changes}) for row in rows])
        draft.update(entity, keys, changes)
        self._keep(draft)

    def replace(self, entity: str, rows: Sequence[Row]) -> None:
        """Set each row, found by its key, to these values."""
        draft = self._draft()
        key = self._plan.shapes[entity].key
        before = {row[key]: row for row in draft.rows(entity, [row[key] for row in rows])}
        pairs = [(before[row[key]], row) for row in rows if row[key] in before]
        draft.foresee_changes(entity, pairs)
        draft.replace(entity, rows)
        self._keep(draft)

    def delete(self, entity: str, keys: Sequence[Any]) -> None:
        """Remove rows, and what hangs on them."""
        self._need_write()
        if not keys:
            return
        shape = self._plan.shapes[entity]
        if self._journal is None and not shape.pointed:
            self._session.delete(entity, {KEY: {"$in": shape.codec.keys(keys)}})
            return
        draft = self._draft()
        draft.foresee_deletion(entity, draft.rows(entity, keys))
        draft.delete(entity, keys)
        self._keep(draft)

    def _draft(self) -> Draft:
        self._need_write()
        return Draft(self._plan, self._documents)

    def _documents(self, entity: str, where: Filter) -> list[Document]:
        return self._session.find(Question(entity, where, (), {}))

    def _keep(self, draft: Draft) -> None:
        changes = draft.changes()
        if self._journal is not None:
            # Noted first: undoing what did not come to be does no harm.
            self._journal.extend(changes)
        apply(self._session, changes)

    def _need_write(self) -> None:
        if not self._write:
            raise RuntimeError("this unit only reads")


def apply(session: Session, changes: Sequence[Change]) -> None:
    """Write changes, each collection's in their order; one round trip for those of one kind."""
    operations: dict[str, list[Operation]] = {}
    for change in changes:
        operations.setdefault(change.entity, []).extend(_operations(change))
    for entity, its in operations.items():
        if its:
            session.write(entity, its)


def _operations(change: Change) -> Iterator[Operation]:
    before, after = change.before, change.after
    if before is None:
        if after is not None:
            yield InsertOne(after)
        return
    this = {KEY: {"$eq": before[KEY]}}
    if after is None:
        yield DeleteOne(this)
    elif before[KEY] != after[KEY]:  # a key never changes in MongoDB
        yield DeleteOne(this)
        yield InsertOne(after)
    elif parts := _difference(before, after):
        yield UpdateOne(this, parts)


def _difference(before: Document, after: Document) -> Document:
    values = {name: value for name, value in after.items() if not _same(before, name, value)}
    gone = dict.fromkeys(before.keys() - after.keys(), "")
    return {**({"$set": values} if values else {}), **({"$unset": gone} if gone else {})}


def _same(before: Document, name: str, value: Any) -> bool:  # noqa: ANN401 -- any value of a document
    return name in before and not isinstance(value, _EXACT) and before[name] == value
