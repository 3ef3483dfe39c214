"""A case as a person reads it: what it is about, the world it starts in, its steps in order."""

from collections.abc import Iterator, Mapping

import msgspec

from dbal_conform.core.contract import Contract
from dbal_conform.core.messages import Json
from dbal_conform.core.needs import NEEDS
from dbal_conform.core.suite import Case
from dbal_conform.explanations.layout import beside, flow, heading
from dbal_conform.explanations.step import step_lines


def case_lines(
    case: Case, contract: Contract, flags: Mapping[str, Json], file: str
) -> Iterator[str]:
    """Yield the case as text; `flags` explains classes of bug, `file` is where the case stands."""
    yield case.id
    yield from beside([("", case.title), ("", f"{file}:{case.line}")], left=0)
    yield from _about(case, contract, flags)
    yield from heading("World")
    yield from beside(_world(case))
    yield from heading("Steps")
    for number, step in enumerate(case.steps, 1):
        yield from step_lines(str(number), step)
    yield ""
    yield f"Run it: dbal-conform run -k '{case.id}'"


def case_json(case: Case, contract: Contract, flags: Mapping[str, Json], file: str) -> Json:
    """Return the case for machines: as loaded, with the texts that it refers to."""
    document: dict[str, Json] = msgspec.to_builtins(case)
    return {
        "file": file,
        "case": document,
        "requirements": {
            name: {"keyword": note.keyword, "text": note.text}
            for name in case.covers
            if (note := contract.requirements.get(name))
        },
        "flags": {name: flags.get(name) for name in case.flags},
    }


def _about(case: Case, contract: Contract, flags: Mapping[str, Json]) -> Iterator[str]:
    yield from heading("Requirements")
    known = contract.requirements
    yield from beside(
        (name, f"{known[name].keyword} {known[name].text}" if name in known else "not of it")
        for name in case.covers
    )
    needs = [
        *((name, f"claimed, or refused: {_means(contract, name)}") for name in case.requires),
        *((name, NEEDS.get(name, "")) for name in case.needs),
    ]
    if needs:
        yield from heading("Needs")
        yield from beside(needs)
    if case.flags:
        yield from heading("Bugs that it is after")
        yield from beside((name, _flag(flags.get(name))) for name in case.flags)
    if case.origin or case.tags:
        yield ""
        yield from beside([("Origin", case.origin or ""), ("Tags", ", ".join(case.tags))], indent=0)


def _means(contract: Contract, capability: str) -> str:
    known = contract.capabilities.get(capability)
    return known.means if known else "no such capability"


def _flag(entry: Json) -> str:
    if not isinstance(entry, dict):
        return "not explained in flags.yaml"
    return f"{entry.get('wrong', '')}. {entry.get('cost', '')}."


def _world(case: Case) -> Iterator[tuple[str, str]]:
    for name, actor in case.actors.items():
        tenant = "" if actor.tenant is msgspec.UNSET else f", tenant {actor.tenant or 'none'}"
        yield name, f"role {actor.role}{tenant}"
    for entity, rows in case.fixtures.items():
        for row in rows:
            data = {key: value for key, value in row.items() if key != "$as"}
            yield str(row.get("$as", "-")), f"{entity} {flow(data)}"
