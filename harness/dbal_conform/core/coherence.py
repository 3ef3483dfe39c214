"""What only a whole suite or case can show to be wrong: names, dollars and patterns together."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from dbal_conform.core import grammar, wording
from dbal_conform.core.finding import Finding
from dbal_conform.core.messages import Json
from dbal_conform.core.naming import Names, StepNames
from dbal_conform.core.suite import Case

Fixtures = Mapping[str, Iterable[dict[str, Json]]]


def of_suite(names: Names, actors: Iterable[str], fixtures: Fixtures) -> Iterator[Finding]:
    """Yield what is wrong in the actors and fixtures of a suite; `names` takes theirs up."""
    yield from names.world(actors, fixtures)
    yield from _fixtures(fixtures)


def of_case(
    case: Case, members: Mapping[str, Any], outer: Names, matrix: Iterable[str]
) -> Iterator[Finding]:
    """Yield what is wrong in a case that is well formed; paths are relative to it.

    Args:
        case: one cell of it, as read.
        members: the same as written, for the actors and fixtures that are the case's own.
        outer: the names of its suite.
        matrix: the names of its matrix.
    """
    names = outer.inner()
    for name in matrix:
        yield from names.define(name, "a matrix value", ("matrix",))
    fixtures: Fixtures = members.get("fixtures", {})
    yield from names.world(members.get("actors", {}), fixtures)
    yield from _fixtures(fixtures)
    yield from StepNames(names, case.covers).check(case.steps)
    yield from wording.check(case.steps)


def _fixtures(fixtures: Fixtures) -> Iterator[Finding]:
    for entity, rows in fixtures.items():
        for i, row in enumerate(rows):
            yield from grammar.fixture(row, ("fixtures", entity, i))
