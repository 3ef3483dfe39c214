"""Who writes, as far as data can depend on it."""

import msgspec


class Author(msgspec.Struct, frozen=True):
    """`actor_id` is the id of the user row (None for system and anonymous); time in epoch ms."""

    actor_id: str | None
    is_system: bool
    now_ms: int
