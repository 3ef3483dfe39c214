"""Who calls, as identity has established it; nothing here is taken from a request on trust."""

from typing import Literal, TypeAlias

import msgspec

Kind: TypeAlias = Literal["anonymous", "user", "system"]

SEES_ALL_TENANTS = "supergod"  # besides system (AUT-TEN-002)


class Actor(msgspec.Struct, frozen=True):
    """The caller of one call.

    `tenant` is the tenant acted in (PAG-PATH-002): `meta.tenant`, else the user's own, else null.
    `narrowed` says that `meta.tenant` named it, which binds even those who see all tenants.
    """

    kind: Kind
    id: str | None = None  # of the User row
    username: str | None = None
    role: str | None = None  # None for system, who stands above the ladder
    level: int = 0
    tenant: str | None = None
    narrowed: bool = False

    @classmethod
    def anonymous(cls, tenant: str | None = None) -> "Actor":
        """Nobody in particular: role public, level 1, in `meta.tenant` or the null tenant."""
        return cls("anonymous", role="public", level=1, tenant=tenant, narrowed=tenant is not None)

    @classmethod
    def system(cls, tenant: str | None = None) -> "Actor":
        """The holder of the bootstrap token: no rule and no tenant binds it, unless narrowed."""
        return cls("system", tenant=tenant, narrowed=tenant is not None)

    @classmethod
    def user(  # noqa: PLR0913 -- one argument for each field of a user's identity
        cls,
        *,
        id: str,  # noqa: A002 -- the field's name
        username: str,
        role: str,
        level: int,
        tenant: str | None,
        narrowed_to: str | None = None,
    ) -> "Actor":
        """A user by his stored row; `narrowed_to` is `meta.tenant` after AUT-TEN-001 was judged."""
        acting_in = tenant if narrowed_to is None else narrowed_to
        return cls("user", id, username, role, level, acting_in, narrowed_to is not None)

    @property
    def name(self) -> str:
        """The user's id, `anonymous` or `system`: as audit records and transactions know him."""
        return self.kind if self.id is None else self.id

    @property
    def is_system(self) -> bool:
        """Whether rules do not apply (ACL-SYS-001)."""
        return self.kind == "system"

    @property
    def sees_all_tenants(self) -> bool:
        """Whether rows of every tenant are in sight: system and supergod, unless narrowed."""
        return not self.narrowed and (self.is_system or self.role == SEES_ALL_TENANTS)
