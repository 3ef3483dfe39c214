"""A database of a worker's own on a server: made when it is needed, dropped after."""

import contextlib
from collections.abc import Iterator

from dbal_conform.core.errors import CouldNotRunError
from dbal_conform.core.play.actions import Environment as EnvironmentFault
from dbal_conform.core.redact import Redactor, secrets_of_url
from dbal_conform.environments.admin import Admin, AdminError, connect, in_database
from dbal_conform.environments.base import Base


class ServerDatabase:
    """See `Environment`.

    Raises:
        CouldNotRunError: the server is not there, or lets nobody make databases.
    """

    def __init__(self, base: Base, worker: str) -> None:
        self._base = base
        self._name = f"{base.prefix}_{worker.replace('.', '_')}"
        with administering(base) as admin:
            admin.create(self._name)
        self.url = in_database(base.url, self._name)
        self._open = True

    def apply(self, fault: EnvironmentFault) -> None:
        """Refuse; see `Environment.apply`."""
        del fault
        raise CouldNotRunError("this version cannot yet put faults into a database server")

    def close(self) -> None:
        """Drop it; what cannot be dropped now, the run tries again at its end."""
        if self._open:
            self._open = False
            with contextlib.suppress(CouldNotRunError), administering(self._base) as admin:
                admin.drop(self._name)


@contextlib.contextmanager
def administering(base: Base) -> Iterator[Admin]:
    """Give a connection of the administrator.

    Raises:
        CouldNotRunError: the server refuses what is asked; without its password.
    """
    try:
        with connect(base.database.kind, base.url) as admin:
            yield admin
    except AdminError as error:
        words = Redactor(secrets_of_url(base.url)).text(str(error))
        raise CouldNotRunError(f"{base.database.shown}: {words}") from None
