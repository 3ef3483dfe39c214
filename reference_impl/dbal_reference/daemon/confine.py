"""What a server can do to have fewer rights than who started it (SBX-RUN-001)."""

import os
import pwd
import resource
import sys
from contextlib import suppress
from typing import Final

from dbal_reference.daemon.settings import SettingsError

_PROGRAMS: Final = frozenset(
    {"os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.spawn", "os.system"}
    | {"pty.spawn", "subprocess.Popen"}
)


def confine(user: str | None) -> None:
    """Become another user, and give up what a server has no need of.

    Files that are made are their owner's alone; memory is never written to a core file; as many
    connections as the machine allows may be open.

    Raises:
        SettingsError: there is no such user, or only root could become it.
    """
    os.umask(0o077)
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    for limit, most in ((resource.RLIMIT_CORE, 0), (resource.RLIMIT_NOFILE, hard)):
        with suppress(ValueError, OSError):  # a stricter keeper may forbid the call itself
            resource.setrlimit(limit, (most, most))
    if user is not None:
        _become(user)


def forbid_programs() -> None:
    """From now on this process starts no program; there is no way back."""
    sys.addaudithook(_refuse)


def _become(user: str) -> None:
    try:
        entry = pwd.getpwnam(user)
    except KeyError:
        raise SettingsError("user", f"there is no user {user!r}") from None
    if os.getuid() == entry.pw_uid:
        return
    try:
        os.setgroups([])
        os.setgid(entry.pw_gid)
        os.setuid(entry.pw_uid)
    except PermissionError:
        raise SettingsError("user", f"only root can become {user!r}") from None
    os.environ["HOME"] = entry.pw_dir


def _refuse(event: str, arguments: tuple[object, ...]) -> None:
    del arguments
    if event in _PROGRAMS:
        raise PermissionError("this server starts no programs")
