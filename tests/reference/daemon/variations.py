"""Calls that are almost right, made wrong in many ways from one seed, fast."""

import json
import math
from random import Random
from typing import Any

from tests.reference.talk import BOOTSTRAP, Json

from dbal_reference.wire.protobuf import dbal_pb2 as pb

_KEY = "00000000-0000-4000-8000-000000000000"
_ROW = {"username": "alice", "email": "alice@example.com", "role": "user", "bio": None}
_PAGE = {"path": "/a", "title": "A", "level": 1, "componentTree": {"type": "div", "children": []}}
_NODES = [{"id": "a", "type": "http.get", "timeoutMs": 1000}, {"id": "b", "type": "log"}]

# Arguments near what each method takes: what is varied goes deep.
CALLS: tuple[tuple[str, dict[str, Json]], ...] = (
    ("User.create", {"data": _ROW}),
    ("User.read", {"id": _KEY, "select": ["id", "username"], "include": ["sessions"]}),
    ("User.update", {"id": _KEY, "data": {"bio": "x"}, "ifMatch": {"username": "alice"}}),
    ("User.delete", {"id": _KEY}),
    ("User.list", {"filter": {"OR": [{"role": "user"}, {"createdAt": {"gt": 5, "lt": 9}}]},
                   "sort": [{"createdAt": "desc"}], "limit": 3, "page": 1}),
    ("User.list", {"filter": {"username": {"in": ["a", "b"], "contains": "x"}}, "cursor": "x"}),
    ("User.count", {"filter": {"NOT": {"email": {"startsWith": "a"}}}}),
    ("User.search", {"query": "alice", "limit": 5}),
    ("User.aggregate", {"groupBy": ["role"], "metrics": {"n": {"fn": "count"}}, "limit": 5}),
    ("User.createMany", {"items": [_ROW, {**_ROW, "username": "bob"}]}),
    ("User.updateMany", {"filter": {"role": "user"}, "data": {"bio": "y"}}),
    ("User.deleteMany", {"filter": {"username": "nobody"}}),
    ("User.upsert", {"field": "username", "value": "alice", "create": _ROW, "update": {}}),
    ("User.findByField", {"field": "email", "value": "alice@example.com"}),
    ("User.updateByField", {"field": "username", "value": "alice", "data": {"bio": "z"}}),
    ("Credential.verify", {"username": "alice", "password": "correct horse"}),
    ("Credential.set", {"username": "alice", "password": "correct horse", "firstLogin": True}),
    ("Session.create", {"data": {"userId": _KEY, "expiresAt": 2**41}}),
    ("PageConfig.create", {"data": _PAGE}),
    ("PageConfig.getByPath", {"path": "/a"}),
    ("PageConfig.list", {"filter": {"componentTree": {"path": ["type"], "eq": "div"}}}),
    ("ComponentHierarchy.create", {"data": {"pageId": _KEY, "componentType": "b", "order": 1}}),
    ("ComponentHierarchy.move", {"id": _KEY, "newParentId": None, "order": 2}),
    ("Workflow.create", {"data": {"name": "w", "nodes": _NODES, "edges": [{"from": "a"}]}}),
    ("InstalledPackage.create", {"data": {"packageId": "p", "version": "1.0.0"}}),
    ("dbal.begin", {"parent": "x"}),
    ("dbal.commit", {"tx": "x"}),
    ("dbal.rollback", {"tx": "x"}),
    ("dbal.schema", {"entity": "User"}),
    ("dbal.migrate", {"entities": [{"entity": "Note", "fields": {"id": {"type": "uuid"}}}],
                      "dryRun": True}),
    ("dbal.hello", {}),
    ("dbal.health", {}),
    ("Nothing.list", {"limit": 1}),
)  # fmt: skip
METAS: tuple[Json, ...] = (
    {},
    {"token": BOOTSTRAP},
    {"token": BOOTSTRAP},
    {"token": BOOTSTRAP, "tenant": _KEY, "requestId": "r", "contract": "1.0"},
    {"token": "nobody", "deadlineMs": 1000, "consistency": "strong"},
    {"token": BOOTSTRAP, "tx": "x"},
)
_LEAVES: tuple[Json, ...] = (
    *(None, True, False, 0, 1, -1, 2**31, -(2**31) - 1, 2**53, 2**63, 2**64, 10**400, 0.5, 1e308),
    *(math.nan, math.inf, -0.0, 1.0, "", "a", "\ud800", "\0", "a" * 5000, "\U0001f600", "$user.id"),
    *("id", "eq", "NaN", "1", "true", "2020-01-01T00:00:00Z", _KEY, _KEY.upper(), "javascript:x"),
    *([], {}, [[]], [{}], {"": ""}, {"$bigint": "1"}, {"$bigint": 1}, {"$bigint": "1", "a": 1}),
    *(
        {"path": []},
        {"path": ["a", 0], "gt": 1},
        {"in": []},
        {"AND": []},
        {"NOT": {}},
        [None],
        ["id"],
    ),
)
_KEYS = (
    "id",
    "data",
    "filter",
    "$bigint",
    "",
    "\ud800",
    "eq",
    "in",
    "AND",
    "NOT",
    "meta",
    "tenantId",
)


def seeded(seed: int) -> Random:
    """The same for the same seed."""
    return Random(seed)  # noqa: S311 -- nothing here is a secret


def vary(value: Json, random: Random, depth: int = 0) -> Json:
    """The value with something in it that is not as it was."""
    if depth > 8 or random.random() < 0.15 or not isinstance(value, dict | list) or not value:
        leaf = random.choice(_LEAVES)
        return nest(leaf, random.choice((1, 9, 33, 130))) if random.random() < 0.05 else leaf
    if isinstance(value, list):
        place = random.randrange(len(value))
        return [*value[:place], vary(value[place], random, depth + 1), *value[place + 1 :]]
    name = random.choice(tuple(value))
    kept = {key: member for key, member in value.items() if key != name}
    match random.randrange(6):
        case 0:
            return kept
        case 1:
            return {**kept, random.choice(_KEYS): value[name]}
        case 2:
            return {**value, random.choice(_KEYS): random.choice(_LEAVES)}
        case _:
            return {**value, name: vary(value[name], random, depth + 1)}


def nest(value: Json, levels: int) -> Json:
    """The value in so many lists."""
    for _ in range(levels):
        value = [value]
    return value


def mangle(message: bytes, random: Random) -> bytes:
    """The message with other bytes somewhere in it."""
    place = random.randrange(len(message) + 1)
    return (
        message[:place]
        + random.randbytes(random.randrange(4))
        + message[place + random.randrange(4) :]
    )


def json_message(method: str, params: Json, meta: Json, random: Random) -> bytes:
    """One message, wrong in one, two or three places, or in its bytes."""
    whole: Json = {
        "jsonrpc": "2.0",
        "id": random.randrange(100),
        "method": method,
        "params": {**params, "meta": meta},
    }
    part = random.random()
    for _ in range(random.choice((1, 1, 2, 3))):
        if part < 0.8 and isinstance(whole, dict) and isinstance(whole.get("params"), dict):
            whole = {**whole, "params": vary(whole["params"], random)}
        else:
            whole = vary(whole, random)
    message = json.dumps(whole).encode()
    return mangle(message, random) if 0.7 < part < 0.9 else message


def proto_message(method: str, params: Json, meta: Json, random: Random) -> bytes:
    """Likewise a CallRequest."""
    for _ in range(random.choice((1, 1, 2, 3))):
        if isinstance(params, dict):
            params = vary(params, random)
    asked = pb.CallRequest(id=str(random.randrange(100)), method=method)
    for name, member in params.items() if isinstance(params, dict) else ():
        write(member, asked.params.members[_text(name)], random)
    if meta:
        asked.meta.CopyFrom(pb.Meta(token=meta.get("token"), tx=meta.get("tx")))
    if random.random() < 0.1:
        asked.meta.deadline_ms = random.choice((-1, 0, 1, 300_001, 2**31 - 1))
    message = asked.SerializeToString()
    return mangle(message, random) if random.random() < 0.15 else message


def write(value: Json, message: pb.Value, random: Random) -> None:  # noqa: C901 -- a table
    """A value as any kind that could be meant, now and then as none."""
    if random.random() < 0.02:
        message.SetInParent()
        return
    match value:
        case None:
            message.null_value = pb.NULL_VALUE
        case bool():
            message.bool_value = value
        case int() if -(2**63) <= value < 2**63:
            message.int64_value = value
        case int():
            message.double_value = math.inf
        case float():
            message.double_value = value
        case str() if random.random() < 0.05:
            message.bytes_value = value.encode("utf-8", "surrogatepass")
        case str():
            message.string_value = _text(value)
        case dict():
            message.map_value.SetInParent()
            for name, member in value.items():
                write(member, message.map_value.members[_text(name)], random)
        case _:
            message.list_value.SetInParent()
            for item in value:
                write(item, message.list_value.items.add(), random)


def _text(value: Any) -> str:  # noqa: ANN401 -- a key
    return str(value).encode("utf-8", "replace").decode()
