"""What must come of a step."""

from typing import Annotated, Literal

import msgspec

from dbal_conform.core.author.words import (
    UNSET,
    Duration,
    ErrorName,
    Form,
    Label,
    Maybe,
    Members,
    Text,
)
from dbal_conform.core.messages import Json


class ErrorForm(Form, frozen=True):
    """`error` where more than its name counts."""

    name: ErrorName
    fields: dict[str, Text] | msgspec.UnsetType = UNSET
    reason: Maybe = UNSET
    details: Maybe = UNSET
    retryAfter: Maybe = UNSET  # noqa: N815 -- the contract's spelling


class TwinForm(Form, frozen=True):
    """The patch that puts a refused call right."""

    as_: Label | msgspec.UnsetType = msgspec.field(name="as", default=UNSET)
    meta: Members | msgspec.UnsetType = UNSET
    args: Members | msgspec.UnsetType = UNSET
    in_: Label | msgspec.UnsetType | None = msgspec.field(name="in", default=UNSET)
    ok: Maybe = UNSET

    def __post_init__(self) -> None:
        if all(part is UNSET for part in (self.as_, self.meta, self.args, self.in_)):
            raise ValueError("a twin changes at least one of as, meta, args and in")


class AnswerForm(Form, frozen=True):
    """One of several right answers (`any_of`)."""

    ok: Maybe = UNSET
    error: ErrorName | ErrorForm | msgspec.UnsetType = UNSET

    def __post_init__(self) -> None:
        if (self.ok is UNSET) is (self.error is UNSET):
            raise ValueError("exactly one of ok and error")


class ExpectForm(Form, frozen=True):
    """`expect` of a call, begin, commit, rollback or join."""

    ok: Maybe = UNSET
    error: ErrorName | ErrorForm | msgspec.UnsetType = UNSET
    twin: Literal["none"] | TwinForm | msgspec.UnsetType = UNSET
    because: Text | msgspec.UnsetType = UNSET
    unchanged: Literal[False] | msgspec.UnsetType = UNSET
    audit: Maybe = UNSET
    any_of: Annotated[tuple[AnswerForm, ...], msgspec.Meta(min_length=2)] | msgspec.UnsetType = (
        UNSET
    )
    observe: Literal[True] | msgspec.UnsetType = UNSET
    within: Duration | msgspec.UnsetType = UNSET

    def __post_init__(self) -> None:
        answers = (self.ok is not UNSET) + (self.error is not UNSET) + (self.any_of is not UNSET)
        if answers > 1:
            raise ValueError("at most one of ok, error and any_of")
        rest = (self.twin, self.because, self.unchanged, self.observe, self.within)
        if not answers and self.audit is UNSET and all(part is UNSET for part in rest):
            raise ValueError("an empty expectation: leave `expect` out where success is enough")
        if self.twin is not UNSET and self.error is UNSET:
            raise ValueError("a twin belongs to an error")
        if (self.twin == "none") is (self.because is UNSET):
            raise ValueError("`because` is given exactly where `twin` is none")


class HttpForm(Form, frozen=True):
    """What an HTTP answer must be."""

    status: int | msgspec.UnsetType = UNSET
    headers: dict[str, Json] = msgspec.field(default_factory=dict)


class RawAnswerForm(Form, frozen=True):
    """What must come of a raw message."""

    json: Maybe = UNSET
    http: HttpForm | msgspec.UnsetType = UNSET
    close: dict[Literal["code"], Json] | msgspec.UnsetType = UNSET
    status: dict[Literal["code", "details"], Json] | msgspec.UnsetType = UNSET
    silence: Duration | msgspec.UnsetType = UNSET

    def __post_init__(self) -> None:
        if all(getattr(self, name) is UNSET for name in self.__struct_fields__):
            raise ValueError("an empty expectation")


class RawExpectForm(RawAnswerForm, frozen=True):
    """`expect` of a raw step."""

    any_of: Annotated[tuple[RawAnswerForm, ...], msgspec.Meta(min_length=2)] | msgspec.UnsetType = (
        UNSET
    )
    unchanged: Literal[False] | msgspec.UnsetType = UNSET
    observe: Literal[True] | msgspec.UnsetType = UNSET


class OutcomesForm(Form, frozen=True):
    """How many calls of a parallel step came to what."""

    outcomes: Annotated[dict[str, Annotated[int, msgspec.Meta(ge=0)]], msgspec.Meta(min_length=1)]


class RaceExpectForm(Form, frozen=True):
    """`expect` of a parallel step."""

    outcomes: (
        Annotated[dict[str, Annotated[int, msgspec.Meta(ge=0)]], msgspec.Meta(min_length=1)]
        | msgspec.UnsetType
    ) = UNSET
    any_of: Annotated[tuple[OutcomesForm, ...], msgspec.Meta(min_length=2)] | msgspec.UnsetType = (
        UNSET
    )
    observe: Literal[True] | msgspec.UnsetType = UNSET

    def __post_init__(self) -> None:
        if (self.outcomes is UNSET) is (self.any_of is UNSET) and not self.observe:
            raise ValueError("exactly one of outcomes and any_of")
