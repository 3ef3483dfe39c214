"""Arguments of one operation, judged all at once; a checker for each is made at start (check 5)."""

from collections.abc import Callable
from typing import Any, TypeAlias

from dbal_reference.model import UNSET, Argument, Entity, Operation
from dbal_reference.operations.call import Call
from dbal_reference.operations.engine import Engine
from dbal_reference.query.filter import parse_filter
from dbal_reference.query.if_match import parse_if_match
from dbal_reference.query.include import parse_include
from dbal_reference.query.select import parse_select
from dbal_reference.query.sort import parse_sort
from dbal_reference.validation import Finding
from dbal_reference.values import MAX_SAFE, check_key
from dbal_reference.values.strings import charset_holds

Json: TypeAlias = Any
Judged: TypeAlias = tuple[Any, list[Finding]]
Checker: TypeAlias = Callable[[Call, Json], Judged]
Maker: TypeAlias = Callable[[Engine, Entity | None, Argument], Checker]


def found(path: str, code: str, message: str) -> list[Finding]:
    """A list of one finding."""
    return [Finding(path, code, message)]


class Arguments:
    """What an operation takes. Unknown arguments are refused, never ignored (CALL-ARGS-002)."""

    def __init__(self, engine: Engine, operation: Operation) -> None:
        own = engine.schema.entities.get(operation.entity or "")
        self._arguments = tuple(
            (argument, KINDS[argument.kind](engine, _entity_of(engine, argument, own), argument))
            for argument in operation.arguments.values()
        )
        self._names = frozenset(operation.arguments) | {"meta"}

    def judge(self, call: Call) -> tuple[dict[str, Any], list[Finding]]:
        """Values by name, each present or defaulted, and everything that is wrong.

        Null is `null` where the argument may be left out; elsewhere it is a value of wrong type,
        unless the kind has a meaning for it.
        """
        params = call.params
        values: dict[str, Any] = {}
        findings: list[Finding] = []
        for argument, check in self._arguments:
            name = argument.name
            raw = params.get(name, UNSET)
            if raw is UNSET:
                if argument.required:
                    findings += found(name, "required", "is required")
                values[name] = None if argument.default is UNSET else argument.default
            elif raw is None and not argument.required:
                findings += found(name, "null", "must not be null; leave it out instead")
                values[name] = None
            else:
                values[name], wrong = check(call, raw)
                if wrong:
                    findings += wrong
        if not params.keys() <= self._names:
            for name in params:
                if name not in self._names:
                    findings += found(name, "unknown_field", "is no argument of this operation")
        return values, findings


def _entity_of(engine: Engine, argument: Argument, own: Entity | None) -> Entity | None:
    return engine.schema.entities[argument.entity] if argument.entity else own


def _integer(_engine: Engine, _entity: Entity | None, argument: Argument) -> Checker:
    least = -MAX_SAFE if argument.min is None else argument.min
    most = MAX_SAFE if argument.max is None else argument.max
    return whole_number(argument.name, least, most)


def whole_number(name: str, least: int, most: int) -> Checker:
    """A number without fraction, however it is written (TYP-NUM-001), within bounds."""

    def check(_call: Call, raw: Json) -> Judged:
        if type(raw) is float and raw.is_integer():
            raw = int(raw)
        if type(raw) is not int:
            return None, found(name, "type", "must be a whole number")
        if raw < least:
            return None, found(name, "min", f"must be at least {least}")
        if raw > most:
            return None, found(name, "max", f"must be at most {most}")
        return raw, []

    return check


def _boolean(_engine: Engine, _entity: Entity | None, argument: Argument) -> Checker:
    def check(_call: Call, raw: Json) -> Judged:
        if type(raw) is not bool:
            return None, found(argument.name, "type", "must be true or false")
        return raw, []

    return check


def _string(_engine: Engine, _entity: Entity | None, argument: Argument) -> Checker:
    def check(_call: Call, raw: Json) -> Judged:
        if type(raw) is not str:
            return None, found(argument.name, "type", "must be a string")
        if not charset_holds(raw):
            return None, found(argument.name, "charset", "must not hold U+0000 or lone surrogates")
        if argument.values and raw not in argument.values:
            return None, found(argument.name, "enum", f"must be one of {argument.values}")
        return raw, []

    return check


def _key(_engine: Engine, entity: Entity | None, argument: Argument) -> Checker:
    if entity is None:
        raise ValueError(f"{argument.name} is the key of no entity")
    words = {
        "type": f"must be of type {entity.primary.type}",
        "empty": "must not be empty",
        "charset": "must not hold U+0000 or lone surrogates",
    }

    def check(_call: Call, raw: Json) -> Judged:
        key, code = check_key(entity.primary, raw)
        return key, [] if code is None else found(argument.name, code, words.get(code, code))

    return check


def _parent_key(engine: Engine, entity: Entity | None, argument: Argument) -> Checker:
    check_row_key = _key(engine, entity, argument)
    return lambda call, raw: (None, []) if raw is None else check_row_key(call, raw)


def _container(kind: type[dict[Any, Any] | list[Any]], words: str) -> Maker:
    """An argument whose members the operation itself judges."""

    def make(_engine: Engine, _entity: Entity | None, argument: Argument) -> Checker:
        def check(_call: Call, raw: Json) -> Judged:
            if type(raw) is not kind:
                return None, found(argument.name, "type", f"must be {words}")
            return raw, []

        return check

    return make


def _as_it_is(_engine: Engine, _entity: Entity | None, _argument: Argument) -> Checker:
    """Judged together with other arguments, by the operation."""
    return lambda _call, raw: (raw, [])


def _select(engine: Engine, entity: Entity | None, argument: Argument) -> Checker:
    of = _present(entity, argument)

    def check(call: Call, raw: Json) -> Judged:
        names, wrong = parse_select(of, raw, engine.access.readable(call.actor, of.name))
        return frozenset(names), wrong

    return check


def _filter(engine: Engine, entity: Entity | None, argument: Argument) -> Checker:
    of = _present(entity, argument)

    def check(call: Call, raw: Json) -> Judged:
        readable = engine.access.readable(call.actor, of.name)
        return parse_filter(
            engine.schema,
            of,
            raw,
            readable,
            empty_allowed=not argument.required,
            reach=engine.reach(call.actor),
        )

    return check


def _sort(engine: Engine, entity: Entity | None, argument: Argument) -> Checker:
    of = _present(entity, argument)

    def check(call: Call, raw: Json) -> Judged:
        readable = engine.access.readable(call.actor, of.name)
        return parse_sort(engine.schema, of, raw, readable, reach=engine.reach(call.actor))

    return check


def _include(engine: Engine, entity: Entity | None, argument: Argument) -> Checker:
    of = _present(entity, argument)
    return lambda call, raw: parse_include(engine.reach(call.actor), of, raw)


def _if_match(engine: Engine, entity: Entity | None, argument: Argument) -> Checker:
    of = _present(entity, argument)

    def check(call: Call, raw: Json) -> Judged:
        return parse_if_match(of, raw, engine.access.readable(call.actor, of.name))

    return check


def _limit(_engine: Engine, entity: Entity | None, argument: Argument) -> Checker:
    return whole_number(argument.name, 1, _present(entity, argument).max_limit)


def _page(_engine: Engine, _entity: Entity | None, argument: Argument) -> Checker:
    return whole_number(argument.name, 1, MAX_SAFE)


def _entity_name(engine: Engine, _entity: Entity | None, argument: Argument) -> Checker:
    def check(_call: Call, raw: Json) -> Judged:
        if type(raw) is not str:
            return None, found(argument.name, "type", "must be a string")
        if raw not in engine.schema.entities:
            return None, found(argument.name, "enum", "there is no such entity")
        return raw, []

    return check


def _present(entity: Entity | None, argument: Argument) -> Entity:
    if entity is None:
        raise ValueError(f"{argument.name} belongs to no entity")
    return entity


KINDS: dict[str, Maker] = {
    "actors": _container(dict, "an object"),
    "boolean": _boolean,
    "cursor": _string,
    "data": _as_it_is,
    "definitions": _container(list, "a list"),
    "entity_name": _entity_name,
    "field_name": _as_it_is,
    "field_names": _as_it_is,
    "filter": _filter,
    "fixtures": _container(dict, "an object"),
    "if_match": _if_match,
    "include": _include,
    "integer": _integer,
    "items": _container(list, "a list"),
    "key": _key,
    "limit": _limit,
    "metrics": _container(dict, "an object"),
    "page": _page,
    "parent_key": _parent_key,
    "placements": _container(list, "a list"),
    "select": _select,
    "sort": _sort,
    "string": _string,
    "transaction": _string,
    "value": _as_it_is,
}
