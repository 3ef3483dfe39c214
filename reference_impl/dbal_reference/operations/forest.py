"""Rows that form trees, by the schema's `tree:`: same owner, no cycle, bounded depth (CMP-MOVE)."""

from collections.abc import Mapping
from typing import Any

from dbal_reference.adapters import Row
from dbal_reference.model import Entity, Tree
from dbal_reference.operations.call import Call
from dbal_reference.operations.drafts import Draft
from dbal_reference.query.predicate import Compare, In, Order, Select
from dbal_reference.validation import Finding


class Forest:
    """The trees of one entity; asked in a unit that writes, so no two moves cross."""

    def __init__(self, entity: Entity, tree: Tree) -> None:
        self._entity = entity
        self._tree = tree
        self._key = entity.primary.name
        self._order = (Order(self._key),)

    def of_new(self, call: Call, draft: Draft) -> list[Finding]:
        """What is wrong with the place of a new row, which has no children yet (CMP-CREATE-001)."""
        if draft.row[self._tree.parent] is None:
            return []
        path = draft.path(self._tree.parent)
        return self._judge(call, draft.row, path, height=1)

    def of_moved(self, call: Call, before: Row, after: Row) -> list[Finding]:
        """What is wrong with the new place of a stored row (CMP-MOVE-002, -003, -005)."""
        parent, within = self._tree.parent, self._tree.within
        if after[within] != before[within] and self._height(call, before[self._key]) > 1:
            return [Finding(within, "reference", "has rows below it that would stay behind")]
        if after[parent] is None or (
            after[parent] == before[parent] and after[within] == before[within]
        ):
            return []
        return self._judge(call, after, parent, height=None)

    def _judge(
        self, call: Call, row: Mapping[str, Any], path: str, *, height: int | None
    ) -> list[Finding]:
        """The row below its parent; `height` is None where it is stored, and has to be measured."""
        tree = self._tree
        ancestors = self._ancestors(call, row[tree.parent])
        if not ancestors or ancestors[0][tree.within] != row[tree.within]:
            return [Finding(path, "reference", f"is no {self._entity.name} of the same tree")]
        if any(ancestor[self._key] == row[self._key] for ancestor in ancestors):
            return [Finding(path, "cycle", "a row cannot stand below itself")]
        levels = len(ancestors) + (self._height(call, row[self._key]) if height is None else height)
        if levels > tree.max_depth:
            return [Finding(path, "limit", f"a tree has at most {tree.max_depth} levels")]
        return []

    def _ancestors(self, call: Call, key: Any) -> list[Row]:  # noqa: ANN401 -- a key of any type
        """The row with this key and those above it, the root last."""
        rows: list[Row] = []
        while key is not None and len(rows) <= self._tree.max_depth:
            found = call.unit.select(
                Select(self._entity.name, Compare(self._key, "eq", key), self._order, limit=1)
            )
            rows += found
            key = found[0][self._tree.parent] if found else None
        return rows

    def _height(self, call: Call, key: Any) -> int:  # noqa: ANN401 -- a key of any type
        """Levels of the tree below and including this row."""
        level = [key]
        height = 0
        while level and height <= self._tree.max_depth:
            height += 1
            where = In(self._tree.parent, tuple(level))
            rows = call.unit.select(Select(self._entity.name, where, self._order))
            level = [row[self._key] for row in rows]
        return height
