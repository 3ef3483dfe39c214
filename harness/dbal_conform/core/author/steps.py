"""Steps of every kind, and the table of them."""

from typing import Annotated, Literal

import msgspec

from dbal_conform.core.author.expectations import (
    ExpectForm,
    RaceExpectForm,
    RawExpectForm,
)
from dbal_conform.core.author.words import (
    UNSET,
    Duration,
    Form,
    Label,
    Maybe,
    Members,
    Positive,
    RequirementId,
    Text,
)
from dbal_conform.core.messages import Json
from dbal_conform.core.point import FORM


class CallForm(Form, frozen=True):
    """`call: Entity.operation`."""

    call: Text
    as_: Label | msgspec.UnsetType = msgspec.field(name="as", default=UNSET)
    args: Members = msgspec.field(default_factory=dict)
    meta: Members = msgspec.field(default_factory=dict)
    in_: Label | msgspec.UnsetType = msgspec.field(name="in", default=UNSET)
    save: Label | msgspec.UnsetType = UNSET
    expect: ExpectForm | msgspec.UnsetType = UNSET
    proves: tuple[RequirementId, ...] = ()


class ParallelForm(Form, frozen=True):
    """`parallel: {a: [steps], b: [steps]}`."""

    parallel: Annotated[
        dict[Label, Annotated[tuple[Members, ...], msgspec.Meta(min_length=1)]],
        msgspec.Meta(min_length=1),
    ]
    times: Annotated[int, msgspec.Meta(ge=2, le=64)] | msgspec.UnsetType = UNSET
    repeat: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 1
    expect: RaceExpectForm | msgspec.UnsetType = UNSET
    proves: tuple[RequirementId, ...] = ()

    def __post_init__(self) -> None:
        if (len(self.parallel) == 1) is (self.times is UNSET):
            raise ValueError("either several branches, or one branch and `times`")


class LaunchedForm(Form, frozen=True):
    """The call of a start."""

    call: Text
    as_: Label | msgspec.UnsetType = msgspec.field(name="as", default=UNSET)
    args: Members = msgspec.field(default_factory=dict)
    meta: Members = msgspec.field(default_factory=dict)
    in_: Label | msgspec.UnsetType = msgspec.field(name="in", default=UNSET)


class StartForm(Form, frozen=True):
    """`start: {call: ..., as: ...}` with `name: p1`."""

    start: LaunchedForm
    name: Label


class JoinForm(Form, frozen=True):
    """`join: p1`."""

    join: Label
    save: Label | msgspec.UnsetType = UNSET
    expect: ExpectForm | msgspec.UnsetType = UNSET
    proves: tuple[RequirementId, ...] = ()


class BeginForm(Form, frozen=True):
    """`begin: t`."""

    begin: Label
    as_: Label | msgspec.UnsetType = msgspec.field(name="as", default=UNSET)
    parent: Label | msgspec.UnsetType = UNSET
    expect: ExpectForm | msgspec.UnsetType = UNSET
    proves: tuple[RequirementId, ...] = ()


class CommitForm(Form, frozen=True):
    """`commit: t`."""

    commit: Label
    as_: Label | msgspec.UnsetType = msgspec.field(name="as", default=UNSET)
    expect: ExpectForm | msgspec.UnsetType = UNSET
    proves: tuple[RequirementId, ...] = ()


class RollbackForm(Form, frozen=True):
    """`rollback: t`."""

    rollback: Label
    as_: Label | msgspec.UnsetType = msgspec.field(name="as", default=UNSET)
    expect: ExpectForm | msgspec.UnsetType = UNSET
    proves: tuple[RequirementId, ...] = ()


class ClockSetting(Form, frozen=True):
    """What a clock step does."""

    advance: Duration | msgspec.UnsetType = UNSET
    set: Maybe = UNSET
    frozen: bool | msgspec.UnsetType = UNSET

    def __post_init__(self) -> None:
        moves = (self.advance is not UNSET) + (self.set is not UNSET)
        if moves > 1 or (moves == 0 and self.frozen is UNSET):
            raise ValueError("one of advance and set, or frozen")


class ClockForm(Form, frozen=True):
    """`clock: {advance: 301s}`."""

    clock: ClockSetting


class FaultSetting(Form, frozen=True):
    """What goes wrong, and where."""

    target: Literal["database", "commit_unknown", "defect", "slow"] | msgspec.UnsetType = UNSET
    method: Text | msgspec.UnsetType = UNSET
    count: Positive | msgspec.UnsetType = UNSET
    delay: Duration | msgspec.UnsetType = UNSET
    database: Literal["pause", "resume", "kill", "restart"] | msgspec.UnsetType = UNSET
    network: Literal["cut", "stall", "slow", "restore"] | msgspec.UnsetType = UNSET
    at: Annotated[str, msgspec.Meta(pattern=rf"^{FORM}\Z")] | msgspec.UnsetType = UNSET
    connection: Literal["drop", "half-close"] | msgspec.UnsetType = UNSET

    def __post_init__(self) -> None:
        places = (self.target, self.database, self.network, self.connection)
        if sum(place is not UNSET for place in places) != 1:
            raise ValueError("exactly one of target, database, network and connection")
        if self.target is UNSET and (self.method is not UNSET or self.count is not UNSET):
            raise ValueError("method and count belong to target")
        if self.at is not UNSET and (
            (self.network is UNSET and self.database is UNSET)
            or self.network == "restore"
            or self.database == "resume"
        ):
            raise ValueError("at belongs to database and network, where something goes wrong")
        if (self.delay is not UNSET) is not ("slow" in (self.target, self.network)):
            raise ValueError("delay is given exactly where something is slow")


class FaultForm(Form, frozen=True):
    """`fault: {target: slow, delay: 2s}`."""

    fault: FaultSetting


class Retried(Form, frozen=True):
    """What is retried, and for how long."""

    within: Duration
    step: CallForm


class EventuallyForm(Form, frozen=True):
    """`eventually: {within: 5s, step: {call: ...}}`."""

    eventually: Retried


class PieceForm(Form, frozen=True, rename={"repeat": "$repeat"}):
    """Text so many times over, as a piece of a raw message."""

    repeat: tuple[str, Annotated[int, msgspec.Meta(ge=0, le=4_194_304)]]


Pieces = str | PieceForm | tuple[str | PieceForm, ...]


class FrameForm(Form, frozen=True):
    """One WebSocket frame."""

    text: Pieces | msgspec.UnsetType = UNSET
    binary: str | msgspec.UnsetType = UNSET
    ping: str | msgspec.UnsetType = UNSET
    close: int | msgspec.UnsetType = UNSET
    final: bool = True

    def __post_init__(self) -> None:
        if sum(part is not UNSET for part in (self.text, self.binary, self.ping, self.close)) != 1:
            raise ValueError("exactly one of text, binary, ping and close")


class HttpRequestForm(Form, frozen=True):
    """One HTTP request as it goes out."""

    method: Text
    path: Text
    headers: dict[str, str] = msgspec.field(default_factory=dict)
    body: str | msgspec.UnsetType = UNSET


class GrpcRequestForm(Form, frozen=True):
    """One gRPC call as it goes out."""

    method: Text
    message: Members
    metadata: dict[str, str] = msgspec.field(default_factory=dict)


class Message(Form, frozen=True):
    """Exactly one kind of raw message."""

    json: Pieces | msgspec.UnsetType = UNSET
    bytes: Annotated[str, msgspec.Meta(pattern=r"^([0-9a-f]{2} ?)+\Z")] | msgspec.UnsetType = UNSET
    frames: Annotated[list[FrameForm], msgspec.Meta(min_length=1)] | msgspec.UnsetType = UNSET
    http: HttpRequestForm | msgspec.UnsetType = UNSET
    grpc: GrpcRequestForm | msgspec.UnsetType = UNSET
    line: Pieces | msgspec.UnsetType = UNSET

    def __post_init__(self) -> None:
        if sum(getattr(self, kind) is not UNSET for kind in self.__struct_fields__) != 1:
            raise ValueError("exactly one of json, bytes, frames, http, grpc and line")


class RawForm(Form, frozen=True):
    """`raw: {json: '<text>'}`."""

    raw: Message
    expect: RawExpectForm
    as_: Label | msgspec.UnsetType = msgspec.field(name="as", default=UNSET)
    save: Label | msgspec.UnsetType = UNSET
    proves: tuple[RequirementId, ...] = ()


class SweepForm(Form, frozen=True):
    """`sweep: true`."""

    sweep: Literal[True]


class Order(Form, frozen=True):
    """`sorted_by`: the list, and the fields that order it."""

    rows: Json
    by: Annotated[list[Text], msgspec.Meta(min_length=1)]


class Relation(Form, frozen=True):
    """Exactly one relation."""

    eq: Annotated[list[Json], msgspec.Meta(min_length=2)] | msgspec.UnsetType = UNSET
    distinct: Annotated[list[Json], msgspec.Meta(min_length=2)] | str | msgspec.UnsetType = UNSET
    sorted_by: Order | msgspec.UnsetType = UNSET
    permutation_of: (
        Annotated[list[Json], msgspec.Meta(min_length=2, max_length=2)] | msgspec.UnsetType
    ) = UNSET
    union_of: Annotated[list[Json], msgspec.Meta(min_length=2)] | msgspec.UnsetType = UNSET

    def __post_init__(self) -> None:
        if sum(getattr(self, kind) is not UNSET for kind in self.__struct_fields__) != 1:
            raise ValueError("exactly one of eq, distinct, sorted_by, permutation_of and union_of")


class CheckForm(Form, frozen=True):
    """`check: {eq: [$a, $b]}`."""

    check: Relation
    proves: tuple[RequirementId, ...] = ()


FORMS: dict[str, type[Form]] = {
    "call": CallForm,
    "parallel": ParallelForm,
    "start": StartForm,
    "join": JoinForm,
    "begin": BeginForm,
    "commit": CommitForm,
    "rollback": RollbackForm,
    "clock": ClockForm,
    "fault": FaultForm,
    "eventually": EventuallyForm,
    "raw": RawForm,
    "sweep": SweepForm,
    "check": CheckForm,
}
"""The form of each step, by the key that names its kind."""
