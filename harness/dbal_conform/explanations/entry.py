"""What is told of one entry of the contract, as names beside values."""

from collections.abc import Iterator

from dbal_conform.core.contract import (
    Capability,
    Contract,
    Entity,
    ErrorSpec,
    Field,
    Operation,
    Requirement,
)
from dbal_conform.core.suite import UNSET
from dbal_conform.corpus.rules import AccessRule, ScanRule
from dbal_conform.explanations.layout import Pairs, flow

PROOFS = {
    "w": "by cases, on any transport",
    "r": "by raw bytes on a named transport",
    "c": "by cases that need the target's control",
    "p": "by cases with parallel callers",
    "s": "by a look into storage or configuration",
    "v": "by review alone",
}
_TRAITS = (
    "primary", "generated", "required", "nullable", "unique", "sensitive", "immutable", "managed",
    "single_write", "only_actor", "ttl",
)  # fmt: skip
_BOUNDS = (
    "min_length", "max_length", "min", "max", "pattern", "format", "json", "items", "auto", "scan",
)  # fmt: skip


def entity(one: Entity, rules: list[AccessRule]) -> Pairs:
    """Fields with their bounds, operations, uniqueness, and who may do what."""
    for name, field in one.fields.items():
        yield name, _field(field)
    yield "operations", ", ".join(one.operations)
    yield "unique", "; ".join(" + ".join(fields) for fields in one.unique)
    yield "searchable", ", ".join(one.searchable)
    yield "tenancy", one.tenancy if isinstance(one.tenancy, str) else flow(one.tenancy)
    yield "pages", f"of {one.default_limit} rows, of {one.max_limit} at most"
    yield "who may", _who(rules)


def operation(one: Operation, rules: list[AccessRule]) -> Pairs:
    """Arguments, result, capability, and who may call it."""
    for name, argument in one.arguments.items():
        words = [argument.kind.replace("_", " "), "required" if argument.required else "optional"]
        words += [f"needs {argument.capability}"] if argument.capability else []
        yield name, ", ".join(words)
    yield "answers", one.result.replace("_", " ")
    yield "needs", one.capability or ""
    yield "writes", "yes" if one.writes else "no"
    yield "audited", "yes" if one.audited else "no"
    yield "verbs", ", ".join(one.verbs)
    if one.who is not None:
        yield "who may", one.who if isinstance(one.who, str) else flow(one.who)
    else:
        yield "who may", _who(rules)


def error(one: ErrorSpec, contract: Contract) -> Pairs:
    """Code, meaning, and what its details hold."""
    yield "code", str(one.code)
    yield "means", one.explain
    yield "retryable", "yes" if one.retryable else "no"
    if one.name == "CONFLICT":
        yield "reasons", ", ".join(contract.conflict_reasons)
    if one.name in {"CONFLICT", "VALIDATION_ERROR"}:
        yield "findings", ", ".join(contract.field_codes)


def capability(one: Capability) -> Pairs:
    """What a claim means, and what is refused without it."""
    yield "means", one.means
    yield "implies", ", ".join(one.implies)
    yield "refused without it", _refused(one)
    yield "databases", ", ".join(_possible(one))
    yield "cases", f"dbal-conform list --capability {one.name}"


def requirement(one: Requirement) -> Pairs:
    """The statement, and how it is proven."""
    yield one.keyword, one.text
    yield "section", f"{one.section} of the contract"
    yield "proven", PROOFS.get(one.proof, one.proof)
    yield "pinned", "the sources disagree; the contract decides" if one.pinned else ""
    yield "cases", f"dbal-conform list --requirement {one.id}"


def access_rule(rule: AccessRule) -> Pairs:
    """Whom a rule grants what, in which rows."""
    yield "entity", rule.entity
    yield "roles", ", ".join(rule.roles)
    yield "may", ", ".join(rule.operations)
    yield "rows", rule.row_filter or "all"
    yield "writes", "all fields" if rule.write_fields is None else ", ".join(rule.write_fields)
    yield "hides", ", ".join(rule.hide_fields)
    yield "place", rule.place


def scan_rule(rule: ScanRule) -> Pairs:
    """What a rule of the scanner refuses, and with what error."""
    yield "means", rule.means
    yield "answers", rule.error
    yield "place", rule.place


def _who(rules: list[AccessRule]) -> str:
    return "\n".join(map(grant, rules)) or "system alone: no rule grants anything"


def grant(rule: AccessRule) -> str:
    """Return in one line who may do what, and where."""
    line = f"{', '.join(rule.roles)} may {', '.join(rule.operations)}"
    line += f" where {rule.row_filter}" if rule.row_filter else ""
    line += f", writing {', '.join(rule.write_fields)}" if rule.write_fields is not None else ""
    return line + (f", not seeing {', '.join(rule.hide_fields)}" if rule.hide_fields else "")


def _field(field: Field) -> str:
    words = [field.type, *(trait for trait in _TRAITS if getattr(field, trait))]
    words += [f"{name} {value}" for name in _BOUNDS if (value := getattr(field, name)) is not None]
    if field.values:
        words.append(f"one of {', '.join(field.values)}")
    if field.default is not UNSET:
        words.append(f"default {flow(field.default)}")
    if key := field.foreign_key:
        words.append(f"refers to {key.entity}.{key.field}, on delete {key.on_delete}")
    return ", ".join(word.replace("_", " ") if word in _TRAITS else word for word in words)


def _refused(one: Capability) -> str:
    return (
        flow({kind: names for kind, names in one.refuses.items() if names}).strip("{}") or "nothing"
    )


def _possible(one: Capability) -> Iterator[str]:
    for kind, possible in one.databases.items():
        known = isinstance(possible, bool)
        yield f"{kind} {('yes' if possible else 'no') if known else f'if {possible}'}"
