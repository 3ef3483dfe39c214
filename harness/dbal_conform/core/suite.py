"""The vector model: what an author writes, after it has been read, checked and expanded.

Values inside `args`, `ok` and so on still hold references (`$bob.id`), generators (`{$now: ...}`)
and operators (`{$len: 3}`) as written; matrix values (`${role}`) are put in already.
"""

from typing import TypeAlias

import msgspec

from dbal_conform.core.messages import Json

UNSET = msgspec.UNSET
Maybe: TypeAlias = Json | msgspec.UnsetType


class Model(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Base of all that an author writes."""


class ErrorPattern(Model, frozen=True):
    """What a failure must look like; what is UNSET is not judged."""

    name: str | None = None
    code: int | None = None  # short form only: compared with errors.yaml
    fields: dict[str, str] | msgspec.UnsetType = UNSET  # exactly these findings: path -> code
    reason: Maybe = UNSET
    details: Maybe = UNSET
    retryAfter: Maybe = UNSET  # noqa: N815 -- the contract's spelling


class Twin(Model, frozen=True):
    """A patch that puts a refused call right: the patched call must succeed and match `ok`."""

    because: str | None = None  # set, and nothing else, where there is no twin
    as_: str | msgspec.UnsetType = msgspec.field(name="as", default=UNSET)
    meta: Maybe = UNSET
    args: Maybe = UNSET
    in_: str | msgspec.UnsetType | None = msgspec.field(name="in", default=UNSET)
    ok: Maybe = UNSET


class Expect(Model, frozen=True):
    """What must come of a step. Without `ok`, `error` or `any_of` it must succeed."""

    ok: Maybe = UNSET
    error: ErrorPattern | None = None
    twin: Twin | None = None
    unchanged: bool = True
    audit: Maybe = UNSET
    any_of: tuple["Expect", ...] = ()
    observe: bool = False
    within_ms: int | None = None
    raw: Maybe = UNSET  # of raw steps: {json, http, close, status, silence}
    outcomes: dict[str, int] | None = None  # of parallel steps: {ok: 1, CONFLICT: 7}


class Call(Model, frozen=True, tag_field="step", tag="call"):
    """One call of one operation."""

    call: str
    as_: str | None = msgspec.field(name="as", default=None)
    args: dict[str, Json] = {}
    meta: dict[str, Json] = {}
    in_: str | None = msgspec.field(name="in", default=None)
    save: str | None = None
    expect: Expect | None = None
    proves: tuple[str, ...] = ()
    line: int = 0


class Parallel(Model, frozen=True, tag_field="step", tag="parallel"):
    """Branches released together, each on its own connection; `repeat` rounds in fresh worlds."""

    parallel: dict[str, tuple["Step", ...]]
    times: int = 1
    repeat: int = 1
    expect: Expect | None = None
    proves: tuple[str, ...] = ()
    line: int = 0


class Start(Model, frozen=True, tag_field="step", tag="start"):
    """A call that is left waiting while later steps run; `name` is what `join` calls it."""

    name: str
    call: Call
    line: int = 0


class Join(Model, frozen=True, tag_field="step", tag="join"):
    """Wait for a started call and judge what came of it."""

    name: str
    save: str | None = None
    expect: Expect | None = None
    proves: tuple[str, ...] = ()
    line: int = 0


class Transaction(Model, frozen=True, tag_field="step", tag="transaction"):
    """begin, commit or rollback of the transaction that the vector calls `name`."""

    action: str  # begin | commit | rollback
    name: str
    as_: str | None = msgspec.field(name="as", default=None)
    parent: str | None = None
    expect: Expect | None = None
    proves: tuple[str, ...] = ()
    line: int = 0


class Clock(Model, frozen=True, tag_field="step", tag="clock"):
    """Move or freeze the target's clock; `advance_ms` is a duration already in milliseconds."""

    advance_ms: int | None = None
    set: Maybe = UNSET
    frozen: bool | None = None
    line: int = 0


class InjectFault(Model, frozen=True, tag_field="step", tag="fault"):
    """Exactly one of target, database, network and connection says where the fault is put."""

    target: str | None = None
    method: str | None = None
    count: int = 1
    delay_ms: int | None = None
    database: str | None = None
    network: str | None = None
    at: str | None = None
    connection: str | None = None
    line: int = 0


class Eventually(Model, frozen=True, tag_field="step", tag="eventually"):
    """Retry one call until it matches or `within_ms` of real time have passed."""

    within_ms: int
    call: Call
    line: int = 0


class Raw(Model, frozen=True, tag_field="step", tag="raw"):
    """A message outside the client's grammar; `kind` names the transport family it needs."""

    kind: str
    payload: Json
    as_: str | None = msgspec.field(name="as", default=None)
    save: str | None = None
    expect: Expect | None = None
    proves: tuple[str, ...] = ()
    line: int = 0


class Sweep(Model, frozen=True, tag_field="step", tag="sweep"):
    """Remove expired rows from storage."""

    line: int = 0


class Check(Model, frozen=True, tag_field="step", tag="check"):
    """A relation between saved values: eq, distinct, sorted_by, permutation_of or union_of."""

    relation: str
    operands: Json
    proves: tuple[str, ...] = ()
    line: int = 0


Step: TypeAlias = (
    Call
    | Parallel
    | Start
    | Join
    | Transaction
    | Clock
    | InjectFault
    | Eventually
    | Raw
    | Sweep
    | Check
)


class Actor(Model, frozen=True):
    """Who may call: a role, and the label of a tenant (`default` when absent)."""

    role: str
    tenant: str | msgspec.UnsetType | None = UNSET


class Case(Model, frozen=True):
    """One behaviour of the contract, one matrix cell of it; `id` is `suite/case[name=value]`."""

    id: str
    title: str
    covers: tuple[str, ...]
    steps: tuple[Step, ...]
    requires: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    actors: dict[str, Actor] = {}
    fixtures: dict[str, tuple[dict[str, Json], ...]] = {}
    flags: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    origin: str | None = None
    timeout_ms: int = 30_000
    source: str = ""  # path of the file below the root of the corpus
    line: int = 0


class Suite(Model, frozen=True):
    """One file of cases, its matrices already expanded."""

    suite: str
    contract: str
    cases: tuple[Case, ...]
    source: str = ""
