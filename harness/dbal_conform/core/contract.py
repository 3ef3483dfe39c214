"""The contract as the harness knows it: compiled from `schema/`, never written here."""

import msgspec

from dbal_conform.core.messages import Json


class ForeignKey(msgspec.Struct, frozen=True):
    """A reference to one row of another entity."""

    entity: str
    field: str
    on_delete: str = "restrict"
    on_update: str = "restrict"
    as_: str | None = msgspec.field(name="as", default=None)
    inverse: str | None = None


class Field(msgspec.Struct, frozen=True):
    """One named value of an entity (contract.md section 2)."""

    name: str
    type: str
    primary: bool = False
    generated: bool = False
    required: bool = False
    nullable: bool = False
    default: Json | msgspec.UnsetType = msgspec.UNSET
    min_length: int | None = None
    max_length: int | None = None
    pattern: str | None = None
    min: int | float | None = None
    max: int | float | None = None
    values: tuple[str, ...] = ()
    format: str | None = None
    json: str | None = None
    items: str | None = None
    unique: bool = False
    sensitive: bool = False
    immutable: bool = False
    managed: bool = False
    single_write: bool = False
    only_actor: bool = False
    auto: str | None = None
    scan: str | None = None
    ttl: bool = False
    foreign_key: ForeignKey | None = None


class Entity(msgspec.Struct, frozen=True):
    """One kind of row. `fields` keeps the order of the file; `operations` names all it has."""

    name: str
    fields: dict[str, Field]
    operations: tuple[str, ...]
    primary: str
    default_limit: int
    max_limit: int
    tenancy: Json
    searchable: tuple[str, ...] = ()
    unique: tuple[tuple[str, ...], ...] = ()

    @property
    def sensitive(self) -> tuple[str, ...]:
        """Names of the fields that no reply may hold (ACL-HIDE-001)."""
        return tuple(field.name for field in self.fields.values() if field.sensitive)


class Argument(msgspec.Struct, frozen=True):
    """One argument of an operation; `kind` says what it is made of (data, key, filter, ...)."""

    name: str
    kind: str
    required: bool = False
    capability: str | None = None


class Operation(msgspec.Struct, frozen=True):
    """One method. `result` names the form of what it answers (row, page, count, tree, ...)."""

    method: str
    result: str
    arguments: dict[str, Argument]
    capability: str | None = None
    audited: bool = True
    writes: bool = False
    verbs: tuple[str, ...] = ()
    who: Json = None


class ErrorSpec(msgspec.Struct, frozen=True):
    """One of the contract's error names."""

    name: str
    code: int
    retryable: bool
    explain: str = ""


class Capability(msgspec.Struct, frozen=True):
    """One named ability; `refuses` says what an implementation without it must refuse."""

    name: str
    means: str
    refuses: dict[str, Json] = {}
    implies: tuple[str, ...] = ()
    databases: dict[str, Json] = {}


class Requirement(msgspec.Struct, frozen=True):
    """One normative statement."""

    id: str
    keyword: str
    text: str
    section: int
    proof: str
    pinned: bool = False


class Tolerances(msgspec.Struct, frozen=True):
    """How far apart two values may be and still be equal (CPT-TOL)."""

    timestamp_ms: int
    double_absolute: float
    double_relative: float


class Contract(msgspec.Struct, frozen=True):
    """All of it. `operations` is keyed by method, `Entity.operation` spelled out for each one."""

    version: str
    ladder: tuple[str, ...]
    entities: dict[str, Entity]
    operations: dict[str, Operation]
    errors: dict[str, ErrorSpec]
    field_codes: tuple[str, ...]
    conflict_reasons: tuple[str, ...]
    envelope: dict[str, Json]
    capabilities: dict[str, Capability]
    requirements: dict[str, Requirement]
    tolerances: Tolerances
    meta: dict[str, Json]
    limits: dict[str, Json]
    # entity -> role -> fields that no rule granting him read or list shows (ACL-HIDE-004)
    hidden: dict[str, dict[str, tuple[str, ...]]] = {}
