"""Where the schema folder lies."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]


def packaged_schema() -> Path:
    """In a checkout `schema/` at the top, in an installed wheel `dbal_schema/` beside the package.

    The checkout comes first: an editable install leaves stale copies behind.
    """
    checkout = _PACKAGE.parents[1]
    if (checkout / "reference_impl").is_dir() and (checkout / "schema").is_dir():
        return checkout / "schema"
    return _PACKAGE.parent / "dbal_schema"
