"""contract.yaml, errors.yaml and capabilities.yaml."""

from typing import Any

import msgspec

from dbal_reference.model import EnvelopeSpec, ErrorSpec
from dbal_reference.schema.document import Document, Part
from dbal_reference.schema.fields import TYPES

_CONTRACT_KEYS = (
    "contract",
    "ladder",
    "meta",
    "defaults",
    "limits",
    "passwords",
    "verify",
    "types",
    "operators",
)
_PASSWORD_KEYS = ("min_length", "max_length", "argon2id")
_COST_KEYS = ("memory_kib", "passes", "lanes", "salt_bytes")


class Settings(msgspec.Struct, frozen=True):
    """What contract.yaml says that is of no entity; `page` is default and greatest page."""

    version: str
    ladder: tuple[str, ...]
    meta: dict[str, dict[str, Any]]
    page: tuple[int, int]
    limits: dict[str, int]
    passwords: dict[str, Any]
    verify: dict[str, int]
    operators: dict[str, tuple[str, ...]]


def read_settings(document: Document) -> Settings:
    """contract.yaml.

    Raises:
        SchemaError: something in the file is wrong.
    """
    members = document.root.record(_CONTRACT_KEYS, _CONTRACT_KEYS)
    defaults = members["defaults"].record(("limits",), ("limits",))
    page = defaults["limits"].record(("default", "max"), ("default", "max"))
    passwords = members["passwords"].record(_PASSWORD_KEYS, _PASSWORD_KEYS)
    _integers(passwords["argon2id"], _COST_KEYS)
    for key in _PASSWORD_KEYS[:2]:
        passwords[key].integer(least=1)
    return Settings(
        version=members["contract"].text(),
        ladder=members["ladder"].texts(),
        meta={name: _mapping(part) for name, part in members["meta"].members().items()},
        page=(page["default"].integer(least=1), page["max"].integer(least=1)),
        limits=_integers(members["limits"]),
        passwords=members["passwords"].value,
        verify=_integers(members["verify"], ("failures", "window_ms")),
        operators=_operators(members["operators"]),
    )


def read_errors(document: Document) -> tuple[dict[str, ErrorSpec], dict[str, EnvelopeSpec]]:
    """errors.yaml: errors by name, and envelope codes by reason.

    Raises:
        SchemaError: an error or a reason lacks its numbers.
    """
    members = document.root.members()
    for key in ("errors", "envelope"):
        if key not in members:
            document.root.fail(f"needs the key {key}: add it")
    errors = {}
    for name, part in members["errors"].members().items():
        spec = _needing(part, ("code", "retryable"))
        by_reason = spec["grpc_by_reason"].members() if "grpc_by_reason" in spec else {}
        errors[name] = ErrorSpec(
            name,
            spec["code"].integer(),
            spec["retryable"].boolean(),
            spec["grpc"].text() if "grpc" in spec else "UNKNOWN",
            {reason: status.text() for reason, status in by_reason.items()},
        )
    envelope = {}
    for reason, part in members["envelope"].members().items():
        spec = _needing(part, ("code",))
        http = spec["http"].integer() if "http" in spec else None
        envelope[reason] = EnvelopeSpec(reason, spec["code"].integer(), http)
    return errors, envelope


def read_capabilities(document: Document) -> dict[str, dict[str, Any]]:
    """capabilities.yaml, by name.

    Raises:
        SchemaError: it is not of that form.
    """
    members = document.root.record(("capabilities",), ("capabilities",))
    return {name: _mapping(part) for name, part in members["capabilities"].members().items()}


def _needing(part: Part, keys: tuple[str, ...]) -> dict[str, Part]:
    members = part.members()
    return part.record(members, keys)


def _mapping(part: Part) -> dict[str, Any]:
    part.members()
    return dict(part.value)


def _integers(part: Part, keys: tuple[str, ...] | None = None) -> dict[str, int]:
    members = part.members() if keys is None else part.record(keys, keys)
    return {key: member.integer(least=1) for key, member in members.items()}


def _operators(part: Part) -> dict[str, tuple[str, ...]]:
    members = part.record((*TYPES, "json_path"), (*TYPES, "json_path"))
    return {name: member.texts() for name, member in members.items()}
