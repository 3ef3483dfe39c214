"""Each constraint, limit, default, code and rule of the contract, changed by a program, one a time.

The changes are of the target's schema alone: whoever checks it keeps the right one.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple, TypeAlias

from dbal_reference.schema.document import Document
from dbal_reference.schema.locate import packaged_schema

Place: TypeAlias = tuple[str | int, ...]

GONE = object()
"""In place of a value: the key is taken out."""

# Changes that nobody can see from outside, or that no schema can have, each with the reason.
_SAME = Path(__file__).with_name("schema_same.yaml")

_BOUNDS = ("min_length", "max_length", "min", "max", "max_depth")
# Keys of a field that say something by being there; without them the field is another.
_MARKS = (
    "required", "unique", "immutable", "sensitive", "pattern", "format", "json", "items", "scan",
    "managed", "single_write", "only_actor", "generated", "auto", "ttl", "default",
)  # fmt: skip
_ON_DELETE = ("cascade", "set_null", "restrict")
_OF_META = ("min", "max", "min_length", "max_length", "default")
# The word by which cases are about a part of an entity that is no field.
_ABOUT = {
    "limits": "limit",
    "tree": "parentId",
    "searchable": "query",
    "unique": "unique",
    "graph": "edges",
}
_LADDER = ("public", "user", "moderator", "admin", "god", "supergod")
# What the numbers of contract.yaml are of; by part, then by key.
_NUMBERS: dict[str, dict[str, tuple[str, ...]]] = {
    "limits": {
        "max_request_bytes": ("RPC-MSG-008", "SYS-HELLO-001"),
        "max_reply_bytes": ("RPC-MSG-008", "SYS-HELLO-001"),
        "envelope_depth": ("RPC-MSG-001",),
        "request_id_length": ("RPC-MSG-001", "RPC-MSG-002"),
        "json_depth": ("TYP-JSON-001", "TYP-JSON-002", "QRY-JSON-001"),
        "filter_depth": ("QRY-FLT-016",),
        "filter_members": ("QRY-FLT-016",),
        "list_operands": ("QRY-FLT-016",),
        "sort_entries": ("QRY-SORT-006",),
        "include_depth": ("QRY-INC-001", "QRY-JOIN-001"),
        "create_many_items": ("GEN-BULK-003",),
        "in_flight": ("WS-CONN-002", "SYS-HELLO-001"),
        "nested_transactions": ("TXN-NEST-004",),
        "transaction_idle_ms": ("TXN-BASE-006",),
        "actor_session_ms": ("CTL-RESET-004",),
    },
    "passwords": {"min_length": ("CRD-SET-003",), "max_length": ("CRD-SET-003",)},
    "verify": {
        "failures": ("CRD-VERIFY-004", "CRD-VERIFY-010"),
        "window_ms": ("CRD-VERIFY-004", "CRD-VERIFY-005"),
    },
    "meta": {
        "deadlineMs": ("CALL-TIME-003", "CALL-TIME-004", "SYS-HELLO-001"),
        "requestId": ("CALL-ARGS-004", "AUD-REC-001"),
    },
}


class SchemaChange(NamedTuple):
    """A file below the schema, a place in it, and what stands there instead.

    `breaks` are the requirements that no longer hold, where they are known. `near` are words of the
    cases that it is about: where to look first for one that notices.
    """

    file: str
    place: Place
    value: Any
    says: str
    near: tuple[str, ...] = ()
    breaks: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What the mutant is called."""
        where = ".".join(map(str, self.place))
        end = "gone" if self.value is GONE else str(self.value)
        return f"schema:{Path(self.file).stem}:{where}:{end}".replace(" ", "")

    def apply(self, document: Any) -> None:  # noqa: ANN401 -- JSON
        """Change a document that was read from the file."""
        node = document
        for step in self.place[:-1]:
            node = node[step]
        if self.value is GONE:
            del node[self.place[-1]]
        else:
            node[self.place[-1]] = self.value


@cache
def load_changes() -> Mapping[str, SchemaChange]:
    """The changes of the packaged contract by name, but those that change nothing to be seen."""
    same = Document(_SAME).value
    changes = {change.name: change for change in schema_changes(packaged_schema())}
    if unknown := same.keys() - changes.keys():
        raise ValueError(f"{_SAME.name}: no such change: {', '.join(sorted(unknown))}")
    return MappingProxyType({name: each for name, each in changes.items() if name not in same})


def schema_changes(folder: Path) -> Iterator[SchemaChange]:
    """Yield every change of the contract in `folder`."""
    for file in sorted((folder / "entities").glob("*.yaml")):
        document = Document(file).value
        yield from _Entity(f"entities/{file.name}", document).changes()
    yield from _of_contract(Document(folder / "contract.yaml").value)
    yield from _of_errors(Document(folder / "errors.yaml").value)
    yield from _of_rules(Document(folder / "acl.yaml").value)


class _Entity:
    """Changes of one entity's file."""

    def __init__(self, file: str, document: Mapping[str, Any]) -> None:
        self._file = file
        self._document = document
        self._name: str = document["entity"]

    def changes(self) -> Iterator[SchemaChange]:
        for name, field in self._document["fields"].items():
            yield from self._of_field(("fields", name), field)
        yield from self._moved((), self._document.get("limits", {}), ("default", "max"), "limits")
        yield from self._moved((), self._document.get("tree", {}), _BOUNDS, "tree")
        searchable = self._document.get("searchable", [])
        for field in searchable:
            left = [each for each in searchable if each != field]
            yield self._change(("searchable",), left or GONE, f"lacks {field}")
        for key in ("unique", "graph"):
            if key in self._document:
                yield self._change((key,), GONE, "is not there")

    def _of_field(self, place: Place, field: Mapping[str, Any]) -> Iterator[SchemaChange]:
        yield from self._moved(place, field, _BOUNDS)
        for key in _MARKS:
            if key in field and not self._leans_on(field, place[-1], key):
                yield self._change((*place, key), GONE, "is not there")
        if isinstance(field.get("default"), bool):
            yield self._change((*place, "default"), not field["default"], "is the other one")
        if field["type"] == "enum":
            yield self._change((*place, "values"), field["values"][:-1], "lacks its last value")
        if foreign := field.get("foreign_key"):
            for other in _ON_DELETE:
                fits = other != "set_null" or field.get("nullable")
                if fits and other != foreign["on_delete"]:
                    yield self._change((*place, "foreign_key", "on_delete"), other, f"is {other}")

    def _leans_on(self, field: Mapping[str, Any], name: str | int, key: str) -> bool:
        """Whether the rest of the file has no sense without that key, or the same sense."""
        match key:
            case "required":  # without null and default a field is so anyhow (TYP-NULL-001)
                return not field.get("nullable") and "default" not in field
            case "format":
                return "json" in field or field.get("scan") == "code"
            case "json":
                return "items" in field or name in self._document.get("graph", {}).values()
            case _:
                return False

    def _moved(
        self, place: Place, node: Mapping[str, Any], keys: tuple[str, ...], below: str = ""
    ) -> Iterator[SchemaChange]:
        """Each of the numbers one less and one more."""
        place = (*place, below) if below else place
        for key in keys:
            if key in node:
                for value in (node[key] - 1, node[key] + 1):
                    if key != "min" or value <= node.get("default", value):
                        yield self._change((*place, key), value, f"is {value}")

    def _change(self, place: Place, value: Any, says: str) -> SchemaChange:  # noqa: ANN401 -- JSON
        where = ".".join(map(str, place))
        about = str(place[1]) if place[0] == "fields" else _ABOUT[str(place[0])]
        near = (f"{self._name}.", about)
        return SchemaChange(self._file, place, value, f"{self._name}.{where} {says}", near)


def _of_contract(document: Mapping[str, Any]) -> Iterator[SchemaChange]:
    for part, numbers in _NUMBERS.items():
        for key, breaks in numbers.items():
            node = document[part][key]
            ends = [(each,) for each in _OF_META if each in node] if part == "meta" else [()]
            for place in ((part, key, *end) for end in ends):
                yield from _stepped(document, place, breaks)


def _stepped(
    document: Mapping[str, Any], place: Place, breaks: tuple[str, ...]
) -> Iterator[SchemaChange]:
    value: Any = document
    for step in place:
        value = value[step]
    for other in (value - 1, value + 1):
        says = f"{'.'.join(map(str, place))} is {other}"
        yield SchemaChange("contract.yaml", place, other, says, breaks=breaks)


def _of_errors(document: Mapping[str, Any]) -> Iterator[SchemaChange]:
    for kind in ("errors", "envelope"):
        for name, spec in document[kind].items():
            says = f"{name} has the code {spec['code'] + 1}"
            place = (kind, name, "code")
            yield SchemaChange("errors.yaml", place, spec["code"] + 1, says, (name,))
    for name, spec in document["errors"].items():
        place = ("errors", name, "retryable")
        says = f"{name} is retried otherwise"
        yield SchemaChange("errors.yaml", place, not spec["retryable"], says, (name,))


def _of_rules(document: Mapping[str, Any]) -> Iterator[SchemaChange]:
    for number, rule in enumerate(document["rules"]):
        near, place = (f"{rule['entity']}.",), ("rules", number)
        title = f"rule {number + 1} ({rule['entity']})"
        lowest = _LADDER.index(rule["role"][0])
        if lowest:
            wider = [_LADDER[lowest - 1], *rule["role"]]
            says = f"{title} also for {_LADDER[lowest - 1]}"
            yield SchemaChange("acl.yaml", (*place, "role"), wider, says, near)
        if len(rule["role"]) > 1:
            says = f"{title} not for {rule['role'][-1]}"
            yield SchemaChange("acl.yaml", (*place, "role"), rule["role"][:-1], says, near)
        for operation in rule["operations"]:
            left = [each for each in rule["operations"] if each != operation]
            if left:
                says = f"{title} without {operation}"
                yield SchemaChange("acl.yaml", (*place, "operations"), left, says, near)
        for key in ("row_level_filter", "write_fields", "hide_fields"):
            if key in rule:
                yield SchemaChange("acl.yaml", (*place, key), GONE, f"{title} without {key}", near)
        for field in rule.get("write_fields", ()):
            left = [each for each in rule["write_fields"] if each != field]
            if left:
                says = f"{title}: {field} may not be written"
                yield SchemaChange("acl.yaml", (*place, "write_fields"), left, says, near)
