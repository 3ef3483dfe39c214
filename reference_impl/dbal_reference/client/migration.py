"""What a migration did."""

import msgspec


class Change(msgspec.Struct, frozen=True):
    """One change; `change` is add_entity, add_field, add_enum_value, widen_field or add_index."""

    entity: str
    change: str
    field: str | None = None


class Migration(msgspec.Struct, frozen=True):
    """The changes, and whether they were made: not in a dry run, nor if there are none."""

    changes: list[Change]
    applied: bool
