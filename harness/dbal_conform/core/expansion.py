"""The matrix: one written case becomes one case for each row (docs/vector-language.md)."""

import itertools
import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from dbal_conform.core.finding import Finding, Where
from dbal_conform.core.messages import Json

MAX_ROWS = 1000  # a hundred times what our largest matrix has; more is a mistake of the author

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_ID = re.compile(r"[A-Za-z0-9_.-]+")
_SLOT = re.compile(r"(?<!\$)\$\{([A-Za-z][A-Za-z0-9_]*)((?:\.[^}.\[\]]+|\[[0-9]+\])*)\}")
_MEMBERS = re.compile(r"\.([^.\[\]]+)|\[([0-9]+)\]")


class Row(NamedTuple):
    """One cell: what stands in brackets after the id, and the values by name."""

    label: str
    values: Mapping[str, Json]


class MatrixError(Exception):
    """The matrix, or a use of it, is wrong."""

    def __init__(self, path: Where, message: str) -> None:
        super().__init__(message)
        self.finding = Finding(path, message)


def rows(matrix: Json) -> list[Row]:
    """Return the rows of a matrix, in either form.

    Args:
        matrix: `{name: [values]}`, of which every combination is a row, or a list of rows
            `{name: value, label: text}`. A value whose text is no id has a `label` beside it.

    Raises:
        MatrixError: it is neither; paths are relative to the matrix.
    """
    if isinstance(matrix, dict) and matrix:
        found = _product(matrix)
    elif isinstance(matrix, list) and matrix:
        found = _list(matrix)
    else:
        raise MatrixError((), "a matrix is {name: [values]} or a list of rows {name: value}")
    seen: set[str] = set()
    for row in found:
        if row.label in seen:
            raise MatrixError((), f"two rows are called [{row.label}]: give them labels")
        seen.add(row.label)
    return found


def _product(matrix: dict[str, Json]) -> list[Row]:
    axes: list[list[tuple[str, str, Json]]] = []
    for name, values in matrix.items():
        _check_name(name)
        if not isinstance(values, list) or not values:
            raise MatrixError((name,), "a list of at least one value")
        axes.append([(name, *_labelled(value, (name, i))) for i, value in enumerate(values)])
    size = 1
    for axis in axes:
        size *= len(axis)
    if size > MAX_ROWS:
        raise MatrixError((), f"{size} combinations are more than {MAX_ROWS}: split the case")
    return [
        Row(
            ",".join(f"{name}={label}" for name, label, _ in combination),
            {name: value for name, _, value in combination},
        )
        for combination in itertools.product(*axes)
    ]


def _labelled(value: Json, at: Where) -> tuple[str, Json]:
    if isinstance(value, dict) and set(value) == {"label", "value"}:
        return _label(value["label"], (*at, "label")), value["value"]
    text = _as_id(value)
    if text is None:
        raise MatrixError(
            at, "this value cannot stand in an id: write {label: some-name, value: ...}"
        )
    return text, value


def _list(matrix: list[Json]) -> list[Row]:
    found: list[Row] = []
    names: set[str] | None = None
    if len(matrix) > MAX_ROWS:
        raise MatrixError((), f"{len(matrix)} rows are more than {MAX_ROWS}: split the case")
    for i, row in enumerate(matrix):
        if not isinstance(row, dict) or not set(row) - {"label"}:
            raise MatrixError((i,), "a row is a mapping of at least one name to its value")
        values = {name: value for name, value in row.items() if name != "label"}
        for name in values:
            _check_name(name, (i, name))
        if names is not None and set(values) != names:
            odd = ", ".join(sorted(names ^ set(values)))
            raise MatrixError((i,), f"every row gives the same names; this one differs in {odd}")
        names = set(values)
        found.append(Row(_row_label(row, values, i), values))
    return found


def _row_label(row: dict[str, Json], values: dict[str, Json], i: int) -> str:
    if "label" in row:
        return _label(row["label"], (i, "label"))
    parts = []
    for name, value in values.items():
        text = _as_id(value)
        if text is None:
            raise MatrixError(
                (i,), f"the value of {name} cannot stand in an id: give the row a label"
            )
        parts.append(f"{name}={text}")
    return ",".join(parts)


def _check_name(name: str, at: Where | None = None) -> None:
    if name == "label" or not _NAME.fullmatch(name):
        raise MatrixError(
            at or (name,),
            f"{name!r} is no name for a matrix value: letters, digits and _, not `label`",
        )


def _label(label: Json, at: Where) -> str:
    text = _as_id(label)
    if text is None:
        raise MatrixError(at, "a label is made of A-Z a-z 0-9 _ . -")
    return text


def _as_id(value: Json) -> str | None:
    if isinstance(value, dict | list):
        return None
    text = _as_text(value)
    return text if _ID.fullmatch(text) else None


def _as_text(value: Json) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case _:
            return str(value)


class Substitution:
    """Puts the values of one row into a case; `used` holds the names that occurred."""

    def __init__(self, values: Mapping[str, Json]) -> None:
        self._values = values
        self.used: set[str] = set()

    def of(self, node: Json, at: Where = ()) -> Json:
        """Return `node` with every `${name}` of the row put in; others are left for run time.

        A text that is nothing but `${name}` becomes the value itself, type kept.

        Raises:
            MatrixError: a mapping or list stands inside text, or two keys became one.
        """
        match node:
            case str() if "${" in node:
                return self._text(node, at)
            case dict():
                return self._mapping(node, at)
            case list():
                return [self.of(item, (*at, i)) for i, item in enumerate(node)]
            case _:
                return node

    def _text(self, text: str, at: Where) -> Json:
        whole = _SLOT.fullmatch(text)
        if whole and whole[1] in self._values:
            return self._value(whole, at)
        return _SLOT.sub(lambda found: self._part(found, at), text)

    def _part(self, found: re.Match[str], at: Where) -> str:
        if found[1] not in self._values:
            return found[0]
        value = self._value(found, at)
        if isinstance(value, dict | list):
            raise MatrixError(at, f"{found[0]} is a mapping or list and cannot stand inside text")
        return _as_text(value)

    def _value(self, found: re.Match[str], at: Where) -> Json:
        """The value of `name` or of `name.member`, which a mapping of the matrix has."""
        self.used.add(found[1])
        value = self._values[found[1]]
        for member, place in _MEMBERS.findall(found[2] or ""):
            if member and isinstance(value, dict) and member in value:
                value = value[member]
            elif place and isinstance(value, list) and int(place) < len(value):
                value = value[int(place)]
            else:
                said = repr(member) if member else f"[{place}]"
                raise MatrixError(at, f"{found[0]}: the matrix value has no member {said}")
        return value

    def _mapping(self, node: dict[str, Json], at: Where) -> dict[str, Json]:
        found: dict[str, Json] = {}
        for key, value in node.items():
            name = _SLOT.sub(lambda part: self._part(part, (*at, key)), key) if "${" in key else key  # noqa: B023 -- called at once
            if name in found:
                raise MatrixError((*at, key), f"the matrix makes two keys {name!r} of one mapping")
            found[name] = self.of(value, (*at, key))
        return found


def names(matrix: Json) -> tuple[str, ...]:
    """Return the names that a matrix gives values to, of one that `rows` takes."""
    first = matrix[0] if isinstance(matrix, list) and matrix else matrix
    return tuple(name for name in first if name != "label") if isinstance(first, dict) else ()


def expand(case: Mapping[str, Json]) -> Iterator[tuple[str, dict[str, Json]]]:
    """Yield each case that a written one stands for: its id with `[label]`, and its members.

    Raises:
        MatrixError: see `rows` and `Substitution.of`; also for a name that is never used.
    """
    rest = {key: value for key, value in case.items() if key != "matrix"}
    if "matrix" not in case:
        yield str(case.get("id")), rest
        return
    try:
        found = rows(case["matrix"])
    except MatrixError as error:
        raise MatrixError(("matrix", *error.finding.path), error.finding.message) from error
    used: set[str] = set()
    written = {key: value for key, value in rest.items() if key != "id"}
    for row in found:
        substitution = Substitution(row.values)
        members = {key: substitution.of(value, (key,)) for key, value in written.items()}
        used |= substitution.used
        yield f"{case.get('id')}[{row.label}]", {"id": case.get("id"), **members}
    if unused := sorted(set(found[0].values) - used):
        raise MatrixError(
            ("matrix",),
            f"{', '.join(unused)} is never used: write ${{{unused[0]}}} "
            "where it belongs, or take it out",
        )
