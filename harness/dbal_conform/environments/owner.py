"""Whose is a container or a database: a process of this machine, which still runs or has ended."""

import hashlib
import os
import platform
import re
import secrets
import subprocess
from pathlib import Path

_OWNER = re.compile(r"([0-9a-f]{8})_([0-9]+)_([0-9a-f]{6})_[0-9a-f]{4}")
_PROC = Path("/proc")


def own_name() -> str:
    """Return a new name which tells that this process made what bears it.

    It suits a label as well as the name of a database: lower-case letters, digits, underscores.
    """
    return f"{_machine()}_{os.getpid()}_{_birth(os.getpid())}_{secrets.token_hex(2)}"


def is_orphan(name: str) -> bool:
    """Tell whether `name` was made by `own_name` in a process of this machine that has ended.

    Of another machine's processes nothing is known, so what they made is never an orphan.
    """
    found = _OWNER.fullmatch(name)
    if found is None or found[1] != _machine():
        return False
    return _birth(int(found[2])) != found[3]


def _machine() -> str:
    """Return what sets this machine apart, and on it a container with processes of its own."""
    parts = [platform.node()]
    for file in ("/etc/machine-id", "/proc/self/ns/pid"):
        try:
            link = file.endswith("/pid")
            parts.append(os.readlink(file) if link else Path(file).read_text("utf-8"))  # noqa: PTH115 -- it is no path
        except OSError:
            continue
    return _digest(*parts)[:8]


def _birth(pid: int) -> str:
    """Return when a process began, as six digits; another process of the same id has others.

    Zeros where there is no such process.
    """
    if (_PROC / "self").exists():
        try:
            # Behind the command in parentheses, which may hold anything, is field 3; 22 is wanted.
            stat = (_PROC / str(pid) / "stat").read_text("utf-8", "replace")
            boot = (_PROC / "sys/kernel/random/boot_id").read_text("utf-8")
        except OSError:
            return "0" * 6
        state, began = (stat.rpartition(")")[2].split()[place] for place in (0, 19))
        return "0" * 6 if state in "ZX" else _digest(boot, began)[:6]
    asked = ("ps", "-o", "lstart=", "-p", str(pid))
    told = subprocess.run(asked, capture_output=True, text=True, check=False)  # noqa: S603 -- fixed
    return _digest(told.stdout)[:6] if told.stdout.strip() else "0" * 6


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
