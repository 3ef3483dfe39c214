"""A file and a case."""

from typing import Annotated

import msgspec

from dbal_conform.core.author.words import (
    UNSET,
    Duration,
    Form,
    Kebab,
    Label,
    Members,
    RequirementId,
    Text,
)


class ActorForm(Form, frozen=True):
    """One member of `actors`."""

    role: Text
    tenant: Label | msgspec.UnsetType | None = UNSET


class SuiteForm(Form, frozen=True):
    """A file; its cases are read one by one, since a matrix may change their shape."""

    suite: Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9-]+(\.[a-z0-9-]+)*\Z")]
    contract: Annotated[str, msgspec.Meta(pattern=r"^(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\Z")]
    cases: Annotated[tuple[Members, ...], msgspec.Meta(min_length=1)]
    as_: Label | msgspec.UnsetType = msgspec.field(name="as", default=UNSET)
    actors: dict[Label, ActorForm] = msgspec.field(default_factory=dict)
    fixtures: dict[str, tuple[Members, ...]] = msgspec.field(default_factory=dict)


class CaseForm(Form, frozen=True):
    """One member of `cases`."""

    id: Kebab
    title: Text
    covers: Annotated[tuple[RequirementId, ...], msgspec.Meta(min_length=1)]
    steps: Annotated[tuple[Members, ...], msgspec.Meta(min_length=1)]
    requires: tuple[Text, ...] = ()
    needs: tuple[Text, ...] = ()
    as_: Label | msgspec.UnsetType = msgspec.field(name="as", default=UNSET)
    actors: dict[Label, ActorForm] = msgspec.field(default_factory=dict)
    fixtures: dict[str, tuple[Members, ...]] = msgspec.field(default_factory=dict)
    flags: tuple[Kebab, ...] = ()
    tags: tuple[Kebab, ...] = ()
    origin: Text | msgspec.UnsetType = UNSET
    timeout: Duration = "30s"
