"""The form of a tree: rows with `children`, roots first, each row once (CMP-TREE)."""

from dbal_conform.core.messages import Json
from dbal_conform.core.patterns.literals import kind_of
from dbal_conform.core.results.report import Report
from dbal_conform.core.results.rows import RowForm

CHILDREN = "children"


class TreeForm:
    """The form of one entity's trees."""

    def __init__(self, row: RowForm) -> None:
        self._row = row

    def check(self, tree: Json, path: str, report: Report) -> Json:
        """Check all levels of a tree, and return it decoded."""
        seen: set[str] = set()
        return self._level(tree, path, report, seen)

    def _level(self, nodes: Json, path: str, report: Report, seen: set[str]) -> Json:
        if not isinstance(nodes, list):
            why = f"is {kind_of(nodes)}, not a list of nodes"
            report.differ(path, "CMP-TREE-001", why, actual=nodes)
            return nodes
        return [self._node(node, f"{path}/{at}", report, seen) for at, node in enumerate(nodes)]

    def _node(self, node: Json, path: str, report: Report, seen: set[str]) -> Json:
        if not isinstance(node, dict) or CHILDREN not in node:
            report.differ(path, "CMP-TREE-001", "is no row with children", actual=node)
            return node
        key = node.get(self._row.primary)
        if isinstance(key, str):
            if key in seen:
                report.differ(path, "CMP-TREE-003", "is in the tree twice", actual=key)
            seen.add(key)
        row = {name: value for name, value in node.items() if name != CHILDREN}
        checked = self._row.check(row, path, report)
        children = self._level(node[CHILDREN], f"{path}/{CHILDREN}", report, seen)
        return {**checked, CHILDREN: children} if isinstance(checked, dict) else checked
