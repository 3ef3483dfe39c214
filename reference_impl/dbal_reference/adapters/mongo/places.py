"""Places inside JSON, as expressions of an aggregation (QRY-JSON)."""

from typing import Any, Final

from dbal_reference.adapters.mongo.documents import PARSED, member_name
from dbal_reference.adapters.mongo.text import text_test
from dbal_reference.query.predicate import Inside, Path

Expression = dict[str, Any]

_RELATIONS: Final = {"eq": "$eq", "gt": "$gt", "gte": "$gte", "lt": "$lt", "lte": "$lte"}
_TYPES: Final = {"string": ["string"], "number": ["int", "long", "double"], "boolean": ["bool"]}


def inside(condition: Inside, prefix: str) -> Expression:
    """Whether what stands at the place is of the kind and passes; never null.

    Nothing of a caller is ever in a place where the server would look for an operator: names and
    operands are literals, and each step asks first what it stands on.
    """
    root = f"{PARSED}.{condition.field}" if condition.text else condition.field
    return _stepped(f"${prefix}{root}", condition.path, _test(condition))


def _stepped(value: str, path: Path, test: Expression) -> Expression:
    """Bind `place` to what stands at the path, and test it; null where it leads nowhere."""
    if not path:
        return {"$let": {"vars": {"place": {"$ifNull": [value, None]}}, "in": test}}
    first, rest = path[0], path[1:]
    step = {"$let": {"vars": {"at": value}, "in": _step(first)}}
    return {"$let": {"vars": {"at": step}, "in": _stepped("$$at", rest, test)}}


def _step(part: str | int) -> Expression:
    if isinstance(part, int):
        return {"$cond": [{"$isArray": ["$$at"]}, {"$arrayElemAt": ["$$at", part]}, None]}
    field = {"$getField": {"field": {"$literal": member_name(part)}, "input": "$$at"}}
    return {"$cond": [{"$eq": [{"$type": "$$at"}, "object"]}, field, None]}


def _test(condition: Inside) -> Expression:
    if condition.op == "isNull":
        return {"$eq": ["$$place", None]}
    kind = {"$in": [{"$type": "$$place"}, _TYPES[condition.kind]]}
    if condition.op == "in":
        passes: Expression = {"$in": ["$$place", {"$literal": list(condition.operand)}]}
    elif condition.op in _RELATIONS:
        operand = {"$literal": condition.operand}
        passes = {_RELATIONS[condition.op]: ["$$place", operand]}
    else:
        passes = text_test("$$place", condition.op, condition.operand)
    return {"$and": [kind, passes]}
