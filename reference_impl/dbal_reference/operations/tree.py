"""getTree, reorder and move, for any entity with `tree:` (CMP-TREE, CMP-ORDER, CMP-MOVE)."""

from collections.abc import Iterator
from typing import Any

import msgspec

from dbal_reference.adapters import Row
from dbal_reference.errors import ForbiddenError, NotFoundError
from dbal_reference.model import Operation, Tree
from dbal_reference.operations.call import Call
from dbal_reference.operations.crud import KeyedProcedure, RowProcedure
from dbal_reference.operations.engine import Engine
from dbal_reference.operations.findings import refuse
from dbal_reference.operations.procedure import Named
from dbal_reference.operations.rows import Rows
from dbal_reference.query.logic import all_of
from dbal_reference.query.predicate import Compare, Order, Select
from dbal_reference.validation import Finding
from dbal_reference.values import check_key, check_value

_MEMBERS = ("id", "order")  # of one placement


def _tree_of(procedure: RowProcedure) -> Tree:
    tree = procedure.entity.tree
    if tree is None:
        raise ValueError(f"{procedure.entity.name} has no tree")
    return tree


class GetTree(RowProcedure):
    """All visible rows of one owner, nested (CMP-TREE-001 to -003)."""

    def __init__(self, engine: Engine, operation: Operation) -> None:
        super().__init__(engine, operation)
        self._tree = _tree_of(self)
        owner = self.entity.fields[self._tree.within].foreign_key
        if owner is None:
            raise ValueError(f"{self._tree.within} refers to no owner")
        self._owners = Rows(engine, engine.schema.entities[owner.entity])
        self._argument = next(iter(operation.arguments))

    def judge(self, call: Call) -> Any:  # noqa: ANN401 -- a key of any type
        """The owner's key."""
        values, findings = self.arguments.judge(call)
        refuse(findings)
        return values[self._argument]

    def perform(self, call: Call, intent: Any) -> list[dict[str, Any]]:  # noqa: ANN401 -- a key
        """The owner's rules decide whether there is anything to see (section 20)."""
        self._owners.addressed(call, intent, "read")
        tree, key = self._tree, self.entity.primary.name
        where = all_of(
            (
                Compare(tree.within, "eq", intent),
                self.engine.visible(call.actor, self.entity.name),
                self.engine.alive(self.entity, call.now_ms),
            )
        )
        order = (Order(tree.order), Order(key))
        rows = call.unit.select(Select(self.entity.name, where, order))
        view = self.engine.view(self.entity, self.readable(call))
        nodes: dict[Any, dict[str, Any]] = {row[key]: {**view(row), "children": []} for row in rows}
        roots: list[dict[str, Any]] = []
        for row in rows:  # in order, so that siblings come in order too
            parent = row[tree.parent]
            if parent is None:
                roots.append(nodes[row[key]])
            elif parent in nodes:  # below a row that is not visible nothing is
                nodes[parent]["children"].append(nodes[row[key]])
        return roots


class Placement(msgspec.Struct, frozen=True):
    """A row's new place among its siblings."""

    key: Any
    order: int


class Reorder(RowProcedure):
    """Gives siblings new places, all or none (CMP-ORDER-001)."""

    def __init__(self, engine: Engine, operation: Operation) -> None:
        super().__init__(engine, operation)
        self._tree = _tree_of(self)
        self._argument = next(iter(operation.arguments))

    def named(self, call: Call) -> Iterator[Named]:  # noqa: ARG002 -- always the same field
        """The field that is written."""
        yield "update", (self._tree.order,)

    def judge(self, call: Call) -> list[Placement]:
        """Keys, each once, and places."""
        values, findings = self.arguments.judge(call)
        placements: list[Placement] = []
        seen: set[Any] = set()
        wrong: list[Finding] = []
        for place, item in enumerate(values[self._argument] or ()):
            path = f"{self._argument}[{place}]"
            placement, more = self._placement(item, path)
            if not more and placement.key is not None and placement.key in seen:
                more = [Finding(f"{path}.id", "unique", "is named twice")]
            seen.add(placement.key)
            wrong += more
            placements.append(placement)
        refuse(wrong + findings)
        return placements

    def perform(self, call: Call, intent: list[Placement]) -> bool:
        """Find all, then change all."""
        if not intent:
            return True
        name = self._tree.order
        rows = self._rows(call, intent)
        for row, placement in zip(rows, intent, strict=True):
            changes = {name: placement.order}
            if not self.rights.permits(call, row, {**row, **changes}, changes):
                raise ForbiddenError("no rule lets the actor move one of the rows so")
        self._check_siblings(rows)
        for row, placement in zip(rows, intent, strict=True):
            changes = {name: placement.order}
            self.store.check_changes(call, [row], changes)
            self.store.update(call, [row], changes)
        return True

    def _rows(self, call: Call, placements: list[Placement]) -> list[Row]:
        """The rows in the order of the request.

        Raises:
            NotFoundError: one is missing.
        """
        keys = [placement.key for placement in placements if placement.key is not None]
        found = self.rows.many(call, keys)
        if any(placement.key not in found for placement in placements):
            raise NotFoundError(f"there is no such {self.entity.name}")
        return [found[placement.key] for placement in placements]

    def _check_siblings(self, rows: list[Row]) -> None:
        tree = self._tree
        first = (rows[0][tree.within], rows[0][tree.parent])
        refuse(
            Finding(f"{self._argument}[{place}].id", "reference", "is no sibling of the first")
            for place, row in enumerate(rows)
            if (row[tree.within], row[tree.parent]) != first
        )

    def _placement(self, item: Any, path: str) -> tuple[Placement, list[Finding]]:  # noqa: ANN401 -- any JSON
        if type(item) is not dict:
            return Placement(None, 0), [Finding(path, "type", "must be an object")]
        codes: dict[str, str | None] = {}
        key, codes["id"] = check_key(self.entity.primary, item.get("id"))
        order, codes["order"] = check_value(self.entity.fields[self._tree.order], item.get("order"))
        for name in _MEMBERS:
            if name not in item:
                codes[name] = "required"
        codes.update({name: "unknown_field" for name in item if name not in _MEMBERS})
        findings = [
            Finding(f"{path}.{name}", code, "is not valid") for name, code in codes.items() if code
        ]
        return Placement(key, order or 0), findings


class Move(KeyedProcedure):
    """Hangs a row below another, with its descendants (CMP-MOVE)."""

    def __init__(self, engine: Engine, operation: Operation) -> None:
        super().__init__(engine, operation)
        self._tree = _tree_of(self)

    def named(self, call: Call) -> Iterator[Named]:  # noqa: ARG002 -- always the same fields
        """The fields that are written."""
        yield "update", (self._tree.parent, self._tree.order)

    def judge(self, call: Call) -> tuple[Any, dict[str, Any]]:
        """Key, and the new place; a parent's key that no row can have is a dangling one."""
        values, findings = self.arguments.judge(call)
        order = self.entity.fields[self._tree.order]
        if not any(finding.field == "order" for finding in findings):
            _, code = check_value(order, values["order"])
            if code is not None:
                findings.append(Finding("order", code, "is out of range"))
        refuse(findings)
        changes = {self._tree.parent: values["newParentId"], self._tree.order: values["order"]}
        if values["newParentId"] is None and call.params["newParentId"] is not None:
            changes[self._tree.parent] = _NOBODY
        self.rights.check_values(call, changes)
        return values["id"], changes

    def perform(self, call: Call, intent: tuple[Any, dict[str, Any]]) -> Any:  # noqa: ANN401 -- any JSON
        """Find the row, judge the place, and change both fields."""
        key, changes = intent
        row = self.rows.addressed(call, key, "update", frozenset(changes))
        return self.show(call, self.change(call, row, changes, path=self._argument_of))

    def _argument_of(self, field: str) -> str:
        """Where the request holds what goes into this field."""
        return "newParentId" if field == self._tree.parent else field


_NOBODY = ""  # a key that no row has, whatever the type of keys
