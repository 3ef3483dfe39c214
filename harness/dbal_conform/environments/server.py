"""A database of a worker's own on a server: made when it is needed, dropped after."""

import contextlib
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Final

from dbal_conform.core.errors import CouldNotRunError
from dbal_conform.core.play.actions import Environment as EnvironmentFault
from dbal_conform.core.point import point_of
from dbal_conform.core.redact import Redactor, secrets_of_url
from dbal_conform.environments.admin import Admin, AdminError, connect, in_database
from dbal_conform.environments.base import Base
from dbal_conform.environments.power import power_of
from dbal_conform.environments.proxy import Deed, Harm, Proxy, Trap
from dbal_conform.environments.way import address_of, through

# What becomes of a connection on which the server is harmed, before it has heard of a statement
# and when it is about to answer it.
_BEFORE: Final[Mapping[str, Harm]] = {"pause": "pass", "kill": "cut", "restart": "cut"}
_ANSWERING: Final[Mapping[str, Harm]] = {"pause": "stall", "kill": "cut", "restart": "cut"}
_HARMS: Final[Mapping[str, Harm]] = {"cut": "cut", "stall": "stall", "slow": "slow"}


class ServerDatabase:
    """See `Environment`; `faults` are those needs of a case that it has to meet.

    Raises:
        CouldNotRunError: the server is not there, or lets nobody make databases.
    """

    def __init__(self, base: Base, worker: str, faults: Collection[str] = ()) -> None:
        self._base = base
        self._name = f"{base.prefix}_{worker.replace('.', '_')}"
        self._power = power_of(base) if "faults.database" in faults else None
        if self._power is not None:
            self._power.mend()  # whoever used it before may have been ended in the middle
        with administering(base) as admin:
            admin.create(self._name)
        self._open = True
        self.url = in_database(base.url, self._name)
        self._proxy: Proxy | None = None
        if "faults.network" in faults:
            try:
                self._proxy = Proxy(base.database.kind, address_of(base))
                self.url = through(self.url, self._proxy.port)
            except BaseException:
                self.close()
                raise

    def apply(self, fault: EnvironmentFault) -> None:
        """Do it, or let it lie in wait; see `Environment.apply`."""
        if fault.database is not None:
            self._harm(fault.database, fault.at)
        elif fault.network is not None:
            self._disturb(fault.network, fault.at, (fault.delay_ms or 0) / 1000)
        else:
            raise CouldNotRunError("a connection of the target is not the database's to drop")

    def mend(self) -> None:
        """Have the database answer, and everything pass; see `Environment.mend`."""
        try:
            if self._proxy is not None:
                self._proxy.restore()
        finally:
            if self._power is not None:
                self._power.mend()

    def check(self) -> None:
        """Ask the server, without a proxy between; see `Environment.check`."""
        with administering(self._base) as admin:
            admin.version()

    def close(self) -> None:
        """Drop it; what cannot be dropped now, the run tries again at its end."""
        if not self._open:
            return
        self._open = False
        if self._proxy is not None:
            self._proxy.close()
        with contextlib.suppress(CouldNotRunError):
            if self._power is not None:
                self._power.mend()
            with administering(self._base) as admin:
                admin.drop(self._name)

    def _harm(self, what: str, at: str | None) -> None:
        power = self._power
        if power is None:
            raise CouldNotRunError("this database is not the case's alone, to be paused and killed")
        deeds: Mapping[str, Callable[[], None]] = {
            "pause": power.pause,
            "resume": power.resume,
            "kill": power.kill,
            "restart": power.restart,
        }
        if at is not None:
            point = point_of(at)
            after = (_ANSWERING if point.reply else _BEFORE)[what]
            self._way().lay(Trap(point, Deed(after, act=deeds[what])))
            return
        if self._proxy is not None and what in {"resume", "restart"}:
            self._proxy.restore()
        deeds[what]()

    def _disturb(self, what: str, at: str | None, delay_s: float) -> None:
        way = self._way()
        if at is not None:
            way.lay(Trap(point_of(at), Deed(_HARMS[what], delay_s)))
            return
        match what:
            case "cut":
                way.cut()
            case "stall":
                way.stall()
            case "slow":
                way.slow(delay_s)
            case _:
                way.restore()

    def _way(self) -> Proxy:
        if self._proxy is None:
            raise CouldNotRunError("the case does not say that it needs faults.network")
        return self._proxy


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
