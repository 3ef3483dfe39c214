"""Where `schema/`, `cases/` and `adapters_under_test/` are: a checkout, or an installed wheel."""

from pathlib import Path

from dbal_conform.core.errors import HarnessError

PACKAGE = Path(__file__).parents[1]


def schema_root() -> Path:
    """Return the folder of the contract's YAML; see `find`."""
    return find("schema", PACKAGE.parent / "dbal_schema")


def cases_root() -> Path:
    """Return the folder of the vectors that ship with the harness; see `find`."""
    return find("cases", PACKAGE / "_data" / "cases")


def targets_root() -> Path:
    """Return the folder of the target manifests that ship with the harness; see `find`."""
    return find("adapters_under_test", PACKAGE / "_data" / "adapters_under_test")


def find(name: str, packaged: Path, *, package: Path = PACKAGE) -> Path:
    """Return the folder `name` of the checkout that `package` is part of, else `packaged`.

    The checkout comes first: an editable install leaves a copy beside the package that nobody
    renews.

    Raises:
        HarnessError: neither place has it, so the installation is broken.
    """
    checkout = package.parents[1]
    if (checkout / "pyproject.toml").is_file() and (checkout / name).is_dir():
        return checkout / name
    if packaged.is_dir():
        return packaged
    raise HarnessError(f"{name}/ is neither beside the package nor in a checkout: reinstall")
