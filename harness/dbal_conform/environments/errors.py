"""What goes wrong between the harness and a server of its own choosing."""

from dbal_conform.core.errors import CouldNotRunError


class AdminError(Exception):
    """The server refuses or cannot be reached; its words may quote the URL."""


def missing(package: str, extra: str) -> CouldNotRunError:
    """Return what to say of a driver that is not installed."""
    return CouldNotRunError(
        f"the Python package {package} is not installed: pip install 'dbal-conform[{extra}]'"
    )
