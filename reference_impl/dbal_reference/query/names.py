"""Lists of field names in a request: of `select`, of `groupBy`, of `search`."""

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from typing import Any, TypeAlias

from dbal_reference.query.findings import unknown_field
from dbal_reference.validation.finding import Finding

Json: TypeAlias = Any

Objection: TypeAlias = Callable[[str], str | None]
"""What a use has against a field that the actor may read, as the message of a `type` finding."""


def parse_names(
    raw: Json,
    readable: AbstractSet[str],
    *,
    path: str,
    left_out: str,
    objection: Objection = lambda _: None,
) -> tuple[tuple[str, ...], list[Finding]]:
    """The names in the order of the request, each once; without findings only.

    Args:
        raw: what the request holds.
        readable: the fields that the actor may read; another sounds like none (QRY-FLT-001).
        path: where in the request it stands.
        left_out: what leaving the list out would do, for who sent an empty one.
        objection: asked about each field that is readable.
    """
    if not isinstance(raw, list):
        return (), [Finding(path, "type", f"{path} is a list of field names")]
    if not raw:
        return (), [Finding(path, "empty", f"{path} names no field; leave it out {left_out}")]
    findings: list[Finding] = []
    chosen: dict[str, None] = {}
    for place, name in enumerate(raw):
        here = f"{path}[{place}]"
        if not isinstance(name, str):
            findings.append(Finding(here, "type", "a field name is text"))
        elif name not in readable:
            findings.append(unknown_field(here))
        elif message := objection(name):
            findings.append(Finding(here, "type", message))
        elif name in chosen:
            findings.append(Finding(here, "unique", "the field is named twice"))
        else:
            chosen[name] = None
    return tuple(chosen), findings
