"""Whether a call uses a capability: what an implementation without it must refuse (section 14)."""

from dbal_conform.core.contract import Capability, Contract
from dbal_conform.core.messages import Json


def uses(
    contract: Contract,
    capability: Capability,
    method: str,
    args: dict[str, Json],
    meta: dict[str, Json],
) -> bool:
    """Whether this call must be refused where `capability` is not claimed."""
    refuses = capability.refuses
    return (
        any(_is_method(str(name), method) for name in _list(refuses.get("methods")))
        or any(_has_argument(str(name), method, args) for name in _list(refuses.get("arguments")))
        or any(name in meta for name in _list(refuses.get("meta")))
        or _has_value(refuses.get("meta_values"), meta)
        or any(
            _has_syntax(contract, str(name), method, args) for name in _list(refuses.get("syntax"))
        )
    )


def refuses_anything(capability: Capability) -> bool:
    """Whether there is anything that an implementation without it must refuse."""
    return any(capability.refuses.values())


def _is_method(name: str, method: str) -> bool:
    return method == name or (name.startswith("*") and method.endswith(name[1:]))


def _has_argument(name: str, method: str, args: dict[str, Json]) -> bool:
    of, _, argument = name.rpartition(".")
    return argument in args and (of in ("*", method))


def _has_value(values: Json, meta: dict[str, Json]) -> bool:
    if not isinstance(values, dict):
        return False
    return any(name in meta and meta[name] in _list(wanted) for name, wanted in values.items())


def _has_syntax(contract: Contract, name: str, method: str, args: dict[str, Json]) -> bool:
    operation = contract.operations.get(method)
    if operation is None:
        return False
    kind, _, syntax = name.partition(".")
    given = [
        args[arg.name]
        for arg in operation.arguments.values()
        if arg.name in args and arg.kind == kind
    ]
    match kind, syntax:
        case "filter", "relation":
            return any("." in key for node in given for key, _ in _members(node))
        case "filter", "path":
            return any(
                isinstance(value, dict) and "path" in value
                for node in given
                for _, value in _members(node)
            )
        case "sort", "relation":
            return any("." in field for node in given for field in _sorted(node))
        case _:
            return False


def _members(node: Json) -> list[tuple[str, Json]]:
    """Return every member of a filter, those within `and`, `or` and `not` too."""
    found: list[tuple[str, Json]] = []
    for part in node if isinstance(node, list) else [node]:
        for key, value in part.items() if isinstance(part, dict) else ():
            found += _members(value) if key in ("and", "or", "not") else [(key, value)]
    return found


def _sorted(node: Json) -> list[str]:
    if isinstance(node, dict):
        return list(node)
    entries = node if isinstance(node, list) else []
    return [str(entry.get("field")) for entry in entries if isinstance(entry, dict)]


def _list(value: object) -> list[Json]:
    return [*value] if isinstance(value, list | tuple) else []
