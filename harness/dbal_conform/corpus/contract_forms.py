"""How the files of `schema/` are written, file by file; `contract.py` makes them one contract."""

from typing import Annotated, Literal

import msgspec

from dbal_conform.core.messages import Json

Name = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z][A-Za-z0-9]*\Z")]
Count = Annotated[int, msgspec.Meta(ge=0)]
Positive = Annotated[int, msgspec.Meta(ge=1)]
OnChange = Literal["cascade", "set_null", "restrict"]


class FileForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Base of all forms: an unknown key is a mistake."""


class ForeignKeyForm(FileForm, frozen=True):
    """`foreign_key` of a field."""

    entity: Name
    field: Name
    on_delete: OnChange = "restrict"
    on_update: OnChange = "restrict"
    as_: Name | None = msgspec.field(name="as", default=None)
    inverse: Name | None = None


class FieldForm(FileForm, frozen=True):
    """One member of `fields`."""

    type: Literal[
        "uuid",
        "string",
        "text",
        "email",
        "integer",
        "bigint",
        "double",
        "boolean",
        "datetime",
        "enum",
        "json",
    ]
    primary: bool = False
    generated: bool = False
    required: bool = False
    nullable: bool = False
    default: Json | msgspec.UnsetType = msgspec.UNSET
    min_length: Count | None = None
    max_length: Count | None = None
    pattern: str | None = None
    min: int | float | None = None
    max: int | float | None = None
    values: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)] | None = None
    format: Literal["json", "semver", "path"] | None = None
    json: Literal["array", "object"] | None = None
    items: Literal["string"] | None = None
    unique: bool = False
    sensitive: bool = False
    immutable: bool = False
    managed: bool = False
    single_write: bool = False
    only_actor: bool = False
    auto: Literal["created", "updated", "increment"] | None = None
    scan: Literal["code", "url"] | None = None
    ttl: bool = False
    foreign_key: ForeignKeyForm | None = None


class LimitsForm(FileForm, frozen=True):
    """Page sizes."""

    default: Positive
    max: Positive


class TenantField(FileForm, frozen=True):
    """`tenancy`: the row's own field, or the reference through which its tenant is found."""

    field: Name | None = None
    via: Name | None = None

    def __post_init__(self) -> None:
        if (self.field is None) is (self.via is None):
            raise ValueError("exactly one of `field` and `via`")


class UniqueForm(FileForm, frozen=True):
    """Combined uniqueness."""

    fields: Annotated[tuple[Name, ...], msgspec.Meta(min_length=1)]
    scope: Literal["tenant"] | None = None


class TreeForm(FileForm, frozen=True):
    """The rows form trees."""

    parent: Name
    within: Name
    order: Name
    max_depth: Positive


class GraphForm(FileForm, frozen=True):
    """Two fields hold nodes and edges."""

    nodes: Name
    edges: Name


class EntityForm(FileForm, frozen=True):
    """`entities/*.yaml`."""

    entity: Annotated[str, msgspec.Meta(pattern=r"^[A-Z][A-Za-z0-9]*\Z")]
    fields: Annotated[dict[str, FieldForm], msgspec.Meta(min_length=1)]
    version: str = "1.0"
    tenancy: Literal["none"] | TenantField = "none"
    operations: Annotated[tuple[Name, ...], msgspec.Meta(min_length=1)] | None = None
    limits: LimitsForm | None = None
    unique: tuple[UniqueForm, ...] = ()
    indexes: tuple[Annotated[tuple[Name, ...], msgspec.Meta(min_length=1)], ...] = ()
    searchable: tuple[Name, ...] = ()
    tree: TreeForm | None = None
    graph: GraphForm | None = None


ArgumentKind = Literal[
    "actors",
    "boolean",
    "cursor",
    "data",
    "definitions",
    "entity_name",
    "field_name",
    "field_names",
    "filter",
    "fixtures",
    "if_match",
    "include",
    "integer",
    "items",
    "key",
    "limit",
    "metrics",
    "page",
    "parent_key",
    "placements",
    "select",
    "sort",
    "string",
    "transaction",
    "value",
]
ResultKind = Literal[
    "audit",
    "boolean",
    "clock",
    "count",
    "definitions",
    "digest",
    "groups",
    "health",
    "hello",
    "migration",
    "page",
    "row",
    "row_or_null",
    "transaction",
    "tree",
    "true",
    "validation",
    "world",
]


class ArgumentForm(FileForm, frozen=True):
    """One member of `arguments`."""

    kind: ArgumentKind
    required: bool = False
    default: Json | msgspec.UnsetType = msgspec.UNSET
    min: int | None = None
    max: int | None = None
    values: tuple[str, ...] = ()
    entity: Name | None = None
    capability: str | None = None


class RolesForm(FileForm, frozen=True):
    """`who` where only some roles may."""

    roles: Annotated[list[str], msgspec.Meta(min_length=1)]
    system: bool = True


Verb = Literal["create", "read", "update", "delete", "list", "verify"]


class AlsoForm(FileForm, frozen=True):
    """A second permission that a call needs."""

    entity: Name
    verbs: Annotated[tuple[Verb, ...], msgspec.Meta(min_length=1)]


class OperationForm(FileForm, frozen=True):
    """One member of `operations`."""

    arguments: dict[Name, ArgumentForm]
    result: ResultKind
    verbs: tuple[Verb, ...] = ()
    who: Literal["everyone", "authenticated", "system"] | RolesForm | None = None
    also: AlsoForm | None = None
    capability: str | None = None
    writes: bool = False
    audited: bool = True

    def __post_init__(self) -> None:
        if bool(self.verbs) is (self.who is not None):
            raise ValueError("exactly one of `verbs` and `who`")


class OperationsForm(FileForm, frozen=True):
    """`operations/*.yaml`."""

    scope: Literal["generic", "entity", "dbal", "conformance"]
    operations: Annotated[dict[Name, OperationForm], msgspec.Meta(min_length=1)]
    entity: Name | None = None

    def __post_init__(self) -> None:
        if (self.scope == "entity") is (self.entity is None):
            raise ValueError("`entity` is given exactly where `scope` is entity")


class RuleForm(FileForm, frozen=True):
    """One rule of `acl.yaml`."""

    entity: Name
    role: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]
    operations: Annotated[tuple[Verb, ...], msgspec.Meta(min_length=1)]
    row_level_filter: str | None = None
    write_fields: tuple[str, ...] | None = None
    hide_fields: tuple[str, ...] = ()


class AclForm(FileForm, frozen=True):
    """`acl.yaml`."""

    rules: tuple[RuleForm, ...]


class ErrorForm(FileForm, frozen=True):
    """One member of `errors`."""

    code: int
    retryable: bool
    grpc: str
    explain: str
    grpc_by_reason: dict[str, str] = {}


class EnvelopeForm(FileForm, frozen=True):
    """One member of `envelope`."""

    code: int
    http: int | None = None


class ErrorsForm(FileForm, frozen=True):
    """`errors.yaml`."""

    errors: dict[str, ErrorForm]
    field_codes: tuple[str, ...]
    details: tuple[str, ...]
    conflict_reasons: tuple[str, ...]
    envelope: dict[str, EnvelopeForm]


class RefusesForm(FileForm, frozen=True):
    """What is refused without the capability."""

    methods: list[str] = msgspec.field(default_factory=list)
    arguments: list[str] = msgspec.field(default_factory=list)
    syntax: list[str] = msgspec.field(default_factory=list)
    meta: list[str] = msgspec.field(default_factory=list)
    meta_values: dict[str, list[Json]] = {}


class CapabilityForm(FileForm, frozen=True):
    """One member of `capabilities`."""

    means: str
    refuses: RefusesForm
    databases: dict[str, bool | str]
    implies: tuple[str, ...] = ()


class CapabilitiesForm(FileForm, frozen=True):
    """`capabilities.yaml`."""

    capabilities: dict[str, CapabilityForm]


class RequirementForm(FileForm, frozen=True):
    """One requirement."""

    id: Annotated[str, msgspec.Meta(pattern=r"^[A-Z]+-[A-Z]+-[0-9]{3}\Z")]
    keyword: Literal["MUST", "SHOULD", "MAY", "OPEN"]
    section: Positive
    proof: Literal["w", "r", "c", "p", "s", "v"]
    text: Annotated[str, msgspec.Meta(min_length=1)]
    pinned: bool = False
    alternative: str | None = None


class RequirementsForm(FileForm, frozen=True):
    """`requirements/*.yaml`."""

    area: str
    requirements: Annotated[tuple[RequirementForm, ...], msgspec.Meta(min_length=1)]


class TolerancesForm(FileForm, frozen=True):
    """`tolerances` of `compat.yaml`."""

    timestamp_ms: Count
    double_absolute: float
    double_relative: float


class CompatForm(FileForm, frozen=True):
    """`compat.yaml`."""

    tolerances: TolerancesForm


class ContractForm(FileForm, frozen=True):
    """`contract.yaml`."""

    contract: Annotated[str, msgspec.Meta(pattern=r"^(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\Z")]
    ladder: tuple[str, ...]
    meta: dict[str, dict[str, Json]]
    defaults: dict[str, LimitsForm]
    limits: dict[str, int]
    passwords: dict[str, Json]
    verify: dict[str, int]
    types: dict[str, dict[str, Json]]
    operators: dict[str, tuple[str, ...]]
