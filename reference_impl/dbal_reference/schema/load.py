"""The schema folder, read and checked: what is wrong stops the server (SCH-FILE-004)."""

from pathlib import Path

from dbal_reference.schema.model import Schema


def load_schema(folder: Path | None = None) -> Schema:
    """Read every file of the schema folder.

    Args:
        folder: None is the one beside the package, in a checkout or an installed wheel.

    Raises:
        SchemaError: `file:line:column: key: what to do`, for the first thing that is wrong.
    """
    raise NotImplementedError
