"""What a target tells of itself in `dbal.hello`, taken in without trusting its form."""

from dbal_conform.core.errors import TargetError
from dbal_conform.core.manifest import Manifest
from dbal_conform.core.messages import Json, Request, Value
from dbal_conform.executors.job import Introduction
from dbal_conform.transports import Transport
from dbal_conform.transports.jsonrpc import HIGHEST_LIMIT, REPLY_LIMIT

SLACK = 1024 * 1024  # an error in place of an oversize page has an envelope too
_LONGEST = 200  # characters kept of a name or version


def introduction(transport: Transport, manifest: Manifest, *, timeout_s: float) -> Introduction:
    """Ask the target who it is; whether its answer is right, the cases on SYS-HELLO judge.

    A refused or odd hello is no obstacle here: then nothing counts as claimed.

    Raises:
        TargetError: there was no usable reply, so there is no use in asking more.
    """
    try:
        reply = transport.exchange(Request(1, "dbal.hello"), timeout_s=timeout_s)
    except TargetError as error:
        raise type(error)(f"dbal.hello: {error}") from error
    said = reply.value if isinstance(reply, Value) else None
    hello = said if isinstance(said, dict) else {}
    claims = manifest.claims
    if claims == "hello":
        listed = hello.get("capabilities")
        names = listed if isinstance(listed, list) else []
        claims = tuple(name for name in names if isinstance(name, str))
    made = manifest.implementation
    return Introduction(
        claims=claims,
        implementation=_named(hello.get("implementation")) or (made.name if made else ""),
        backend=_named(hello.get("backend")),
        reply_limit=_reply_limit(hello.get("limits")),
    )


def _named(thing: Json) -> str:
    if not isinstance(thing, dict):
        return ""
    parts = (thing.get("name"), thing.get("version"))
    return " ".join(part for part in parts if isinstance(part, str))[:_LONGEST]


def _reply_limit(limits: Json) -> int:
    stated = limits.get("maxReplyBytes") if isinstance(limits, dict) else None
    if isinstance(stated, int) and not isinstance(stated, bool):
        return max(REPLY_LIMIT, min(stated + SLACK, HIGHEST_LIMIT))
    return REPLY_LIMIT
