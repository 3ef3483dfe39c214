"""Two definitions of one entity: what grew, and what a migration refuses (SYS-MIG-001, -003)."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from dbal_reference.model import UNSET, Entity, Field
from dbal_reference.schema.definition import DefinitionError
from dbal_reference.values.datetimes import datetime_of_ms

# Members of a field that decide what its values mean or who may write them.
_FIXED = (
    *("type", "primary", "generated", "unique", "sensitive", "immutable", "managed"),
    *("single_write", "only_actor", "auto", "scan", "format", "json", "items", "ttl"),
    "foreign_key",
)
_FIXED_OF_ENTITY = ("tenancy", "tree", "graph")
_LADDER = ("User", "role")  # its values are the roles of the contract


class Change(NamedTuple):
    """One change, as dbal.migrate tells it (section 20)."""

    entity: str
    change: str  # add_entity, add_field, add_enum_value, widen_field or add_index
    field: str | None = None


def compare(old: Entity, new: Entity, place: str) -> tuple[list[Change], list[DefinitionError]]:
    """What makes `new` of `old`, and why not; `place` is where `new` stands."""
    changes: list[Change] = []
    refusals = list(_fixed(old, new, place))
    for name, field in old.fields.items():
        if name not in new.fields:
            refusals.append(_refusal(f"{place}.fields.{name}", "fields are never removed"))
            continue
        grown, wrong = _compare_field(field, new.fields[name], f"{place}.fields.{name}")
        changes += [Change(old.name, change, name) for change in grown]
        refusals += wrong
        if "add_enum_value" in grown and (old.name, name) == _LADDER:
            words = "roles are those of the contract"
            refusals.append(DefinitionError(f"{place}.fields.{name}.values", "enum", words))
    for name, field in new.fields.items():
        if name not in old.fields:
            changes.append(Change(old.name, "add_field", name))
            refusals += _judge_new(field, f"{place}.fields.{name}")
    changes += _indexes(old, new)
    return changes, refusals


def filled(field: Field, now_ms: int) -> Any:  # noqa: ANN401 -- any stored value
    """What existing rows read in a field that is new: its default, as of now (SYS-MIG-001)."""
    special = field.type != "json" and isinstance(field.default, dict)
    if field.auto in ("created", "updated") or (special and "now" in field.default):
        return datetime_of_ms(now_ms) if field.type == "datetime" else now_ms
    if field.auto == "increment" and field.default is UNSET:
        return 1
    return None if special or field.default is UNSET else field.default


def _fixed(old: Entity, new: Entity, place: str) -> Iterator[DefinitionError]:
    """What is said of the whole entity stays, but for indexes."""
    for key in _FIXED_OF_ENTITY:
        if getattr(old, key) != getattr(new, key):
            yield _refusal(f"{place}.{key}", "stays as it is")
    if set(old.operations) != set(new.operations):
        yield _refusal(f"{place}.operations", "stays as it is")
    if (old.default_limit, old.max_limit) != (new.default_limit, new.max_limit):
        yield _refusal(f"{place}.limits", "stays as it is")
    if set(old.unique) != set(new.unique):
        yield _refusal(f"{place}.unique", "rows could break what is new; nothing is removed")
    for key in ("indexes", "searchable"):
        if not set(getattr(old, key)) <= set(getattr(new, key)):
            yield _refusal(f"{place}.{key}", "nothing is removed: repeat what is there")


def _compare_field(old: Field, new: Field, place: str) -> tuple[list[str], list[DefinitionError]]:
    wrong = [
        _refusal(f"{place}.{key}", "stays as it is")
        for key in _FIXED
        if getattr(old, key) != getattr(new, key)
    ]
    narrowed, widened = _bounds(old, new)
    wrong += [_refusal(f"{place}.{key}", "may only be widened") for key in narrowed]
    if not set(old.values) <= set(new.values):
        wrong.append(_refusal(f"{place}.values", "values are never removed"))
    grown = ["add_enum_value"] if set(new.values) - set(old.values) else []
    if widened:
        grown.append("widen_field")
    return grown, wrong


def _bounds(old: Field, new: Field) -> tuple[list[str], list[str]]:
    """Names of constraints that refuse more than they did, and of those that refuse less."""
    narrowed, widened = [], []
    for key, was, is_ in (
        # As numbers that are greater the more the constraint refuses.
        ("nullable", not old.nullable, not new.nullable),
        ("required", old.required, new.required),
        ("min_length", old.min_length or 0, new.min_length or 0),
        ("max_length", -_or_endless(old.max_length), -_or_endless(new.max_length)),
        ("min", -_or_endless(_minus(old.min)), -_or_endless(_minus(new.min))),
        ("max", -_or_endless(old.max), -_or_endless(new.max)),
    ):
        if is_ > was:
            narrowed.append(key)
        elif is_ < was:
            widened.append(key)
    for key, nothing in (("pattern", None), ("default", UNSET)):
        was, is_ = getattr(old, key), getattr(new, key)
        free = is_ if key == "pattern" else was  # no pattern takes all; a default takes less data
        if was != is_ or type(was) is not type(is_):
            (widened if free is nothing else narrowed).append(key)
    return narrowed, widened


def _or_endless(bound: float | None) -> float:
    return float("inf") if bound is None else bound


def _minus(bound: float | None) -> float | None:
    return None if bound is None else -bound


def _judge_new(field: Field, place: str) -> Iterator[DefinitionError]:
    """Rows that exist must have a value in it, and one that breaks nothing."""
    value = filled(field, 0)
    if field.primary:
        yield _refusal(place, "the key stays as it is")
    elif value is None and not field.nullable:
        yield DefinitionError(place, "required", "needs a default, or nullable: true")
    elif value is not None and field.unique:
        yield DefinitionError(place, "unique", "rows would share the default")
    elif value is not None and field.foreign_key is not None:
        yield DefinitionError(place, "reference", "rows would refer to what need not be there")
    elif value is not None and field.ttl:
        yield DefinitionError(place, "ttl", "rows would expire")


def _indexes(old: Entity, new: Entity) -> Iterator[Change]:
    for fields in new.indexes:
        if fields not in old.indexes:
            yield Change(old.name, "add_index", fields[0] if len(fields) == 1 else None)
    for name in new.searchable:
        if name not in old.searchable:
            yield Change(old.name, "add_index", name)


def _refusal(field: str, message: str) -> DefinitionError:
    return DefinitionError(field, "immutable", message)
