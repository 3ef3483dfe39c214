"""Frozen models of the schema folder (contract.md section 2)."""

from typing import Any

import msgspec

UNSET = msgspec.UNSET


class ForeignKey(msgspec.Struct, frozen=True):
    """A reference; `on_delete` and `on_update` are cascade, set_null or restrict."""

    entity: str
    field: str
    on_delete: str = "restrict"
    on_update: str = "restrict"
    as_: str | None = msgspec.field(name="as", default=None)
    inverse: str | None = None


class Field(msgspec.Struct, frozen=True, dict=True):  # see `per_object`
    """One field. `default` is UNSET, a JSON value, `{now: true}` or `{actor: id}`."""

    name: str
    type: str
    primary: bool = False
    generated: bool = False
    required: bool = False
    nullable: bool = False
    default: Any = UNSET
    min_length: int | None = None
    max_length: int | None = None
    pattern: str | None = None  # must match the whole string
    min: int | float | None = None
    max: int | float | None = None
    values: tuple[str, ...] = ()
    format: str | None = None  # json | semver | path
    json: str | None = None  # array | object: the shape of a `format: json` string
    items: str | None = None  # the type of its members
    unique: bool = False
    sensitive: bool = False
    immutable: bool = False
    managed: bool = False  # kept by an operation of its own: read_only in data
    single_write: bool = False  # in updateMany and upsert's update: for system alone
    only_actor: bool = False  # a value other than the actor's id is for system alone
    auto: str | None = None  # created | updated | increment
    scan: str | None = None  # code | url
    ttl: bool = False
    foreign_key: ForeignKey | None = None

    @property
    def holds_json(self) -> bool:
        """Whether filters treat it as json (QRY-FLT: json and `format: json`)."""
        return self.type == "json" or self.format == "json"


class Unique(msgspec.Struct, frozen=True):
    """Combined uniqueness; with `scope: tenant` a null tenant is one tenant (ENT-GEN-007)."""

    fields: tuple[str, ...]
    scope: str | None = None


class Tree(msgspec.Struct, frozen=True):
    """The entity's rows form trees: field names, and how deep a tree may be."""

    parent: str
    within: str
    order: str
    max_depth: int


class Graph(msgspec.Struct, frozen=True):
    """Two `format: json` fields hold nodes and edges of an acyclic graph (WFL-CREATE)."""

    nodes: str
    edges: str


class Tenancy(msgspec.Struct, frozen=True):
    """At most one is set: the tenant's own field, or the reference it is looked up through."""

    field: str | None = None
    via: str | None = None


class Entity(msgspec.Struct, frozen=True, dict=True):  # see `per_object`
    """One kind of row; `fields` keeps the order of the file."""

    name: str
    version: str
    fields: dict[str, Field]
    primary: Field
    tenancy: Tenancy
    operations: tuple[str, ...]  # names, generic and own
    default_limit: int
    max_limit: int
    unique: tuple[Unique, ...] = ()
    indexes: tuple[tuple[str, ...], ...] = ()
    searchable: tuple[str, ...] = ()
    tree: Tree | None = None
    graph: Graph | None = None
    ttl_field: str | None = None
    tenant_field: str | None = None
    definition: dict[str, Any] = {}  # as written, for dbal.schema


class Argument(msgspec.Struct, frozen=True):
    """One argument; `kind` is as in schema/operations/*.yaml."""

    name: str
    kind: str
    required: bool = False
    default: Any = UNSET
    min: int | None = None
    max: int | None = None
    values: tuple[str, ...] = ()
    entity: str | None = None
    capability: str | None = None


class Operation(msgspec.Struct, frozen=True):
    """One method. `who`: None (by verbs), everyone, authenticated, system or `{roles, system}`."""

    method: str  # Entity.operation, dbal.operation, conformance.operation
    name: str
    entity: str | None
    verbs: tuple[str, ...]
    who: Any
    arguments: dict[str, Argument]
    result: str
    capability: str | None = None
    writes: bool = False
    audited: bool = True
    also: Any = None  # {entity, verbs}: a second permission that the call needs


class ErrorSpec(msgspec.Struct, frozen=True):
    """Code and the like of one error name."""

    name: str
    code: int
    retryable: bool
    grpc: str = "UNKNOWN"  # the name of the status
    grpc_by_reason: dict[str, str] = {}  # where `details.reason` makes it another


class EnvelopeSpec(msgspec.Struct, frozen=True):
    """JSON-RPC code and HTTP status of one envelope reason."""

    reason: str
    code: int
    http: int | None = None


class RuleSource(msgspec.Struct, frozen=True):
    """One rule of acl.yaml as written; `access` compiles it."""

    entity: str
    role: tuple[str, ...]
    operations: tuple[str, ...]
    row_level_filter: str | None = None
    write_fields: tuple[str, ...] | None = None
    hide_fields: tuple[str, ...] = ()
    place: str = ""  # file:line:column, for errors at start


class Schema(msgspec.Struct, frozen=True, dict=True):  # see `per_object`
    """The whole folder. `operations` is keyed by method, spelled out for each entity.

    `templates` are the same as written: of every entity under `*`, of one entity under its name.
    """

    version: str
    ladder: tuple[str, ...]
    entities: dict[str, Entity]
    operations: dict[str, Operation]
    rules: tuple[RuleSource, ...]
    errors: dict[str, ErrorSpec]
    envelope: dict[str, EnvelopeSpec]
    capabilities: dict[str, dict[str, Any]]
    operators: dict[str, tuple[str, ...]]
    limits: dict[str, int]
    meta: dict[str, dict[str, Any]]
    passwords: dict[str, Any]
    verify: dict[str, int]
    sandbox: dict[str, Any]
    page: tuple[int, int] = (20, 100)  # default and most, for entities that do not say
    templates: dict[str, dict[str, Operation]] = {}
