"""Words and base of the forms: names, durations, ids as an author writes them."""

from typing import Annotated, TypeAlias

import msgspec

from dbal_conform.core.messages import Json

UNSET = msgspec.UNSET
Maybe: TypeAlias = Json | msgspec.UnsetType
Text = Annotated[str, msgspec.Meta(min_length=1)]
Label = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z][A-Za-z0-9_]*\Z")]
Duration = Annotated[str, msgspec.Meta(pattern=r"^(0|[1-9][0-9]*)(ms|s|m|h|d)\Z")]
Kebab = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*\Z")]
RequirementId = Annotated[str, msgspec.Meta(pattern=r"^[A-Z]+-[A-Z]+-[0-9]{3}\Z")]
ErrorName = Annotated[str, msgspec.Meta(pattern=r"^[A-Z][A-Z_]*\Z")]
Positive = Annotated[int, msgspec.Meta(ge=1)]
Members = dict[str, Json]


class Form(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Base of all forms: an unknown key is a mistake."""
