"""`ttlSeconds` of create and update: when the row will be gone (GEN-TTL-001)."""

from collections.abc import Mapping
from typing import Any

from dbal_reference.model import Entity
from dbal_reference.operations.call import Call
from dbal_reference.validation import Finding


def with_ttl(entity: Entity, call: Call, values: Mapping[str, Any]) -> tuple[Any, list[Finding]]:
    """`data` with the ttl field that `ttlSeconds` sets, and what is wrong with that.

    Args:
        entity: whose row it is.
        call: since when the seconds count.
        values: the judged arguments `data` and `ttlSeconds`; an update without any data is for
            others to refuse.
    """
    data, seconds, field = values["data"], values["ttlSeconds"], entity.ttl_field
    if seconds is None:
        return data, []
    if field is None:
        return data, [Finding("ttlSeconds", "ttl", f"a {entity.name} never expires")]
    if type(data) is not dict:
        return data, []
    if field in data:
        return data, [Finding("ttlSeconds", "ttl", f"data says already when: {field}")]
    if not data and "id" in values:
        return data, []
    # Tagged, since the sum may be any bigint (TYP-NUM-003).
    return {**data, field: {"$bigint": str(call.now_ms + seconds * 1000)}}, []
