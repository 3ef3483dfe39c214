"""Twins: the call put right, in a world of its own (rule 1)."""

import msgspec

from dbal_conform.core.messages import Json
from dbal_conform.core.suite import Call, Expect, Twin

UNSET = msgspec.UNSET


def twin_of(call: Call, twin: Twin) -> Call:
    """Return the patched call, which must succeed."""
    changes: dict[str, object] = {"save": None, "expect": Expect(ok=twin.ok)}
    if twin.as_ is not UNSET:
        changes["as_"] = twin.as_
    if twin.in_ is not UNSET:
        changes["in_"] = twin.in_
    if twin.args is not UNSET:
        changes["args"] = patched(call.args, twin.args)
    if twin.meta is not UNSET:
        changes["meta"] = patched(call.meta, twin.meta)
    return msgspec.structs.replace(call, **changes)


def patched(node: Json, patch: Json) -> Json:
    """Return `node` with a patch put in, as RFC 7396 has it: null takes a member away.

    `{$set: value}` puts a value in as it is: null, or a mapping that is not merged.
    """
    if not isinstance(patch, dict):
        return patch
    if patch.keys() == {"$set"}:
        return patch["$set"]
    if any(key.startswith("$") and not key.startswith("$$") for key in patch):
        return patch  # a generator
    merged: dict[str, Json] = dict(node) if isinstance(node, dict) else {}
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = patched(merged.get(key), value)
    return merged
