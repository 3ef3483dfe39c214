"""References to what was never saved, and saves that nothing refers to."""

import re
from collections.abc import Iterator
from typing import Final

from dbal_conform.core import grammar, wording
from dbal_conform.core.contract import Contract
from dbal_conform.core.finding import Where
from dbal_conform.core.lint.problem import Problem, at
from dbal_conform.core.messages import Json
from dbal_conform.core.suite import (
    Call,
    Case,
    Eventually,
    Join,
    Parallel,
    Raw,
    Step,
    Transaction,
)

_ROOTS: Final = frozenset({"actor", "tenant", "prev", "steps", "now", "i"})
_MEMBER = re.compile(r"\$\w+\.([A-Za-z_][\w-]*)")
_PLACE = re.compile(r"\$steps\[([0-9]+)\]")


def unbound(case: Case, _: Contract) -> Iterator[Problem]:
    """What a reference names is there before the step that it stands in."""
    bound = {str(row["$as"]) for rows in case.fixtures.values() for row in rows if "$as" in row}
    for index, step in enumerate(case.steps):
        yield from _of_step(case, step, index, bound)
        bound |= set(_saved(step))


def unused(case: Case, _: Contract) -> Iterator[Problem]:
    """What is saved is referred to later."""
    used = {root for step in case.steps for _, root, _ in _references(step)}
    inner = {whole for step in case.steps for _, _, whole in _references(step)}
    for step in case.steps:
        for name, line, branch in _saves(step):
            here = name in used if branch is None else _used_in(branch, name, used, inner)
            if not here:
                yield at(
                    case, line, "unused-save", f"{name!r} is saved and never used: take `save` out"
                )


def _used_in(branch: str, name: str, used: set[str], wholes: set[str]) -> bool:
    after = re.compile(rf"\${branch}(\[[^\]]*\])?(\.{name}\b|$)")
    return name in used or any(after.match(whole) for whole in wholes)


def _of_step(case: Case, step: Step, index: int, bound: set[str]) -> Iterator[Problem]:
    if isinstance(step, Parallel):
        for inside in step.parallel.values():
            here = set(bound)
            for inner in inside:
                yield from _of_inner(case, inner, index, here, many=step.times > 1)
                here |= set(_saved(inner))
        return
    yield from _of_inner(case, step, index, bound, many=False)


def _of_inner(
    case: Case, step: Step, index: int, bound: set[str], *, many: bool
) -> Iterator[Problem]:
    for _, root, whole in _references(step):
        said = _why_unbound(case, root, whole, index, bound, many=many)
        if said:
            yield at(case, step.line, "unbound-reference", f"{whole}: {said}")


def _why_unbound(  # noqa: PLR0913 -- all that a reference may name
    case: Case, root: str, whole: str, index: int, bound: set[str], *, many: bool
) -> str:
    if root not in _ROOTS:
        return "" if root in bound else "nothing before this step saves it"
    member = found[1] if (found := _MEMBER.match(whole)) else ""
    said = ""
    match root:
        case "actor" if member not in case.actors:
            said = f"there is no actor {member!r}"
        case "tenant" if member not in _tenants(case):
            said = f"no actor or fixture is of tenant {member!r}"
        case "prev" if index == 0:
            said = "no call comes before this step"
        case "steps" if (place := _PLACE.match(whole)) is None or int(place[1]) >= index:
            said = "that step does not come before this one"
        case "i" if not many:
            said = "only a branch with `times` has a number"
        case _:
            pass
    return said


def _tenants(case: Case) -> set[str]:
    found = {"default"}
    for actor in case.actors.values():
        if isinstance(actor.tenant, str):
            found.add(actor.tenant)
    for rows in case.fixtures.values():
        found |= {tenant for row in rows if isinstance(tenant := row.get("tenantId"), str)}
    return found


def _references(step: Step) -> Iterator[tuple[Where, str, str]]:
    for _, path, node in wording.parts((step,)):
        yield from _numbered(node, path)


def _numbered(node: Json, path: Where) -> Iterator[tuple[Where, str, str]]:
    """Yield references, but not those to `i` inside `$repeat`, which counts by itself."""
    match node:
        case {"$repeat": [what, times]}:
            found = (*_numbered(what, path), *_numbered(times, path))
            yield from (one for one in found if one[1] != "i")
        case dict():
            for key, member in node.items():
                yield from _numbered(member, (*path, key))
        case list():
            for i, item in enumerate(node):
                yield from _numbered(item, (*path, i))
        case _:
            yield from grammar.references(node, path)


def _saved(step: Step) -> Iterator[str]:
    for name, _, branch in _saves(step):
        if branch is None:
            yield name
    match step:
        case Parallel():
            yield from step.parallel
        case Transaction(action="begin"):
            yield step.name
        case _:
            return


def _saves(step: Step) -> Iterator[tuple[str, int, str | None]]:
    match step:
        case Call() | Join() | Raw() if step.save is not None:
            yield step.save, step.line, None
        case Eventually() if step.call.save is not None:
            yield step.call.save, step.line, None
        case Parallel():
            for branch, inside in step.parallel.items():
                for inner in inside:
                    for name, line, _ in _saves(inner):
                        yield name, line, branch
        case _:
            return
