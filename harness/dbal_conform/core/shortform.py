"""The seed's own notation, read into the same model (CPT-SHORT-001, CPT-SHORT-002).

A list of `{name, operations: [{action, entity, input, expected}]}`, or a bare list of operations.
Everything is called as `system`.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, Literal

import msgspec

from dbal_conform.core import grammar
from dbal_conform.core.author import ErrorName, Form, Maybe, Text
from dbal_conform.core.finding import Finding, Where
from dbal_conform.core.messages import Json
from dbal_conform.core.suite import UNSET, Call, Case, ErrorPattern, Expect, Suite

ORIGIN: Final = "short form"
"""`Case.origin` of cases read here: their notation has no twins, so lint asks for none."""

CONTRACT: Final = "1.0"


class ShortError(Form, frozen=True):
    """`error` of an operation; `message` is never compared."""

    code: int | msgspec.UnsetType = UNSET
    name: ErrorName | msgspec.UnsetType = UNSET
    message: str | msgspec.UnsetType = UNSET

    def __post_init__(self) -> None:
        if self.code is UNSET and self.name is UNSET:
            raise ValueError("code or name")


class Expected(Form, frozen=True):
    """`expected` of an operation."""

    status: Literal["success", "error"]
    output: Maybe = UNSET
    error: ShortError | msgspec.UnsetType = UNSET

    def __post_init__(self) -> None:
        if self.status == "error" and self.output is not UNSET:
            raise ValueError("an error has no output")
        if (self.status == "error") is (self.error is UNSET):
            raise ValueError("`error` is given exactly where status is error")


class Operation(Form, frozen=True):
    """One call."""

    action: Text
    entity: Text
    input: dict[str, Json] | list[Json] = {}  # noqa: RUF012 -- msgspec copies it for each struct
    expected: Expected | msgspec.UnsetType = UNSET


class Named(Form, frozen=True):
    """One case."""

    name: Text
    operations: tuple[Operation, ...]
    description: str | msgspec.UnsetType = UNSET

    def __post_init__(self) -> None:
        if not self.operations:
            raise ValueError("at least one operation")


Forms = tuple[Named, ...] | tuple[Operation, ...]


def form_of(document: list[Any]) -> type[tuple[Named, ...]] | type[tuple[Operation, ...]]:
    """Return which of the two notations a list is in, by its first item."""
    first = document[0] if document else None
    bare = isinstance(first, dict) and "action" in first
    return tuple[Operation, ...] if bare else tuple[Named, ...]


class ShortReader:
    """Makes a suite of forms; `found` is what was wrong.

    Args:
        primary: the key field of each entity.
        line_of: the line of what stands at a path.
    """

    def __init__(
        self, primary: Mapping[str, str], line_of: Callable[[Where], int], source: str
    ) -> None:
        self._primary = primary
        self._line_of = line_of
        self._source = source
        self.found: list[Finding] = []

    def read(self, forms: Forms) -> Suite:
        """Return the suite, which is called by the path of its file."""
        stem = self._source.removesuffix(".yaml").removesuffix(".yml")
        suite = ".".join(_slug(part) for part in stem.split("/"))
        cases: list[Case] = []
        if isinstance(forms[0], Operation):
            cases.append(self._case(f"{suite}/operations", f"Operations of {suite}", forms, ()))
        else:
            for i, named in enumerate(forms):
                cases.append(self._named(suite, named, i))
            self._refuse_twice(cases)
        return Suite(suite=suite, contract=CONTRACT, cases=tuple(cases), source=self._source)

    def _named(self, suite: str, named: Any, i: int) -> Case:  # noqa: ANN401 -- a Named: the union is decided
        return self._case(f"{suite}/{_slug(named.name)}", named.name, named.operations, (i,))

    def _refuse_twice(self, cases: list[Case]) -> None:
        seen: set[str] = set()
        for i, case in enumerate(cases):
            if case.id in seen:
                self.found.append(Finding((i, "name"), f"two cases become {case.id}: rename one"))
            seen.add(case.id)

    def _case(self, full_id: str, title: str, operations: Any, at: Where) -> Case:  # noqa: ANN401 -- as above
        below = (*at, "operations") if at else at
        steps = tuple(self._step(form, (*below, j)) for j, form in enumerate(operations))
        by_code = any(step.expect and step.expect.error for step in steps)
        return Case(
            id=full_id,
            title=title,
            covers=("CPT-SHORT-001", "CPT-SHORT-002") if by_code else ("CPT-SHORT-001",),
            steps=steps,
            origin=ORIGIN,
            source=self._source,
            line=self._line_of(at) if at else 1,
        )

    def _step(self, form: Operation, at: Where) -> Call:
        self.found += grammar.value(form.input, (*at, "input"))
        expected = form.expected
        if expected and expected.output is not UNSET:
            self.found += grammar.pattern(expected.output, (*at, "expected", "output"))
        return Call(
            call=f"{form.entity}.{form.action}",
            as_="system",
            args=dict(self._arguments(form, (*at, "input"))),
            expect=_expect(expected),
            line=self._line_of(at),
        )

    def _arguments(self, form: Operation, at: Where) -> Iterator[tuple[str, Json]]:
        if isinstance(form.input, list):
            if form.action != "createMany":
                self.found.append(
                    Finding(at, "a list is the input of createMany alone: write a mapping")
                )
            yield "items", form.input
            return
        match form.action:
            case "create":
                yield "data", form.input
            case "read" | "update" | "delete":
                yield from self._keyed(form.action, form.entity, form.input, at)
            case _:
                yield from form.input.items()

    def _keyed(
        self, action: str, entity: str, members: dict[str, Json], at: Where
    ) -> Iterator[tuple[str, Json]]:
        field = self._primary.get(entity, "id")
        name = field if field in members else "id"
        if name not in members:
            self.found.append(Finding(at, f"which row? give its key, {field}"))
            return
        yield "id", members[name]
        rest = {key: value for key, value in members.items() if key != name}
        if action == "update":
            yield "data", rest
        elif rest:
            self.found.append(
                Finding(
                    at, f"{action} takes the key and nothing else; here is also {', '.join(rest)}"
                )
            )


def _expect(form: Expected | msgspec.UnsetType) -> Expect | None:
    if form is UNSET:
        return None
    if form.error is UNSET:
        return Expect(ok=form.output) if form.output is not UNSET else Expect(ok={"$any": True})
    if form.error.name is not UNSET:
        return Expect(error=ErrorPattern(name=form.error.name))
    return Expect(error=ErrorPattern(code=form.error.code or 0))


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "unnamed"
