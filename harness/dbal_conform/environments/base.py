"""What the databases of a site's workers are made on: settled once a run, before any worker."""

import msgspec

from dbal_conform.core.database import Database


class Base(msgspec.Struct, frozen=True):
    """A server that runs, or why there is none; of an embedded database, its spec alone.

    `url` is the administrator's and holds his password; `prefix` begins the names of the
    databases that are made; `server` is what runs there, for the run file; `lacking` says, for
    `could_not_run`, why nothing does; `container` is what may be paused and killed: its id, or
    of an emulator the socket of its guardian.
    """

    database: Database
    url: str = ""
    prefix: str = ""
    server: str = ""
    lacking: str = ""
    container: str = ""

    def __repr__(self) -> str:
        return f"Base({self.database.shown})"
