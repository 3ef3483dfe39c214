"""Waiting for a server that comes up."""

from collections.abc import Callable
from time import monotonic, sleep
from typing import Final

from dbal_conform.core.errors import CouldNotRunError
from dbal_conform.environments.admin import AdminError, connect

READY_S: Final = 120.0  # to let somebody in; it takes 2, on a busy machine 20
_LOOK_S: Final = 0.1


def version_of(
    kind: str, url: str, last_words: Callable[[], str | None], ready_s: float = READY_S
) -> str:
    """Return the version of a server of ours once it lets somebody in over TCP.

    While an image prepares its data, its server listens on a socket in the container alone.
    `last_words` is what it said when it ended, or None while it runs.

    Raises:
        CouldNotRunError: it ended, or the time is up.
    """
    until = monotonic() + ready_s
    while True:
        try:
            with connect(kind, url) as admin:
                admin.prepare()
                return admin.version()
        except AdminError as error:
            words = last_words()
            if words is not None:
                raise CouldNotRunError(f"it ended: {words}") from None
            if monotonic() > until:
                raise CouldNotRunError(f"not ready after {ready_s:.0f} s: {error}") from None
        sleep(_LOOK_S)
