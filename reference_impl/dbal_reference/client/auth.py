"""Who the client acts for: always said, and no value of it turns checks off (AUT-TOK-008)."""

from uuid import UUID

import msgspec

from dbal_reference.identity import Anonymous, AsSystem, AsUser, Context


class Auth(msgspec.Struct, frozen=True):
    """One identity; made by one of the four class methods. Its text never shows the token."""

    context: Context | None
    secret: str | None = None

    @classmethod
    def anonymous(cls) -> "Auth":
        """Nobody in particular: what the rules grant to `public`."""
        return cls(Anonymous())

    @classmethod
    def token(cls, token: str) -> "Auth":
        """The holder of a session token, or of the bootstrap token of the server."""
        return cls(None, token)

    @classmethod
    def user(cls, user_id: str | UUID) -> "Auth":
        """The user with this id; his role and tenant are read from his row at every call."""
        return cls(AsUser(str(user_id).lower()))

    @classmethod
    def system(cls) -> "Auth":
        """The system itself: no rule and no tenant binds it; validation, scanning and audit do."""
        return cls(AsSystem())

    def __repr__(self) -> str:
        return "Auth.token(...)" if self.context is None else f"Auth({self.context!r})"
