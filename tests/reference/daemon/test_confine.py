"""Rights that the server gives up; each in a process of its own, since there is no way back."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.reference.daemon.started import Started, environment
from tests.reference.daemon.test_serve import MEMORY, SOCKET


def python(code: str) -> str:
    """What a program prints; `E: ...` for an exception."""
    whole = f"try:\n    {code}\nexcept Exception as error:\n    print('E:', error)"
    done = subprocess.run(
        [sys.executable, "-c", whole],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return done.stdout.strip()


@pytest.mark.parametrize(
    "start",
    [
        "import subprocess; subprocess.run(['true'])",
        "import os; os.system('true')",
        "import os; os.execv('/bin/true', ['true'])",
        "import os; os.posix_spawn('/bin/true', ['true'], {})",
        "import os; os.fork()",
        "import pty; pty.spawn('true')",
    ],
)
def test_no_program_is_started_once_that_is_forbidden(start: str) -> None:
    forbid = "from dbal_reference.daemon.confine import forbid_programs; forbid_programs()"
    assert python(f"{forbid}; {start}") == "E: this server starts no programs"


def test_files_are_the_owner_s_alone_and_no_core_is_written(tmp_path: Path) -> None:
    confine = "from dbal_reference.daemon.confine import confine; confine(None)"
    look = "import resource; print(resource.getrlimit(resource.RLIMIT_CORE))"
    made = tmp_path / "made"
    assert python(f"{confine}; open({str(made)!r}, 'w').close(); {look}") == "(0, 0)"
    assert made.stat().st_mode & 0o077 == 0


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become somebody else")
def test_started_as_root_it_becomes_who_it_is_told_to_be() -> None:
    become = "from dbal_reference.daemon.confine import confine; confine('nobody')"
    status = python(f"{become}; print(open('/proc/self/status').read())")
    ids = {line.split()[0]: set(line.split()[1:]) for line in status.splitlines() if line}
    assert "0" not in ids["Uid:"] | ids["Gid:"] | ids["Groups:"]
    assert len(ids["Uid:"]) == len(ids["Gid:"]) == 1  # saved ids too: there is no way back
    again = f"{become}; import os; os.setuid(0)"
    assert python(again) == "E: [Errno 1] Operation not permitted"


@pytest.mark.skipif(os.getuid() != 0, reason="there is somebody else to become")
def test_who_runs_it_as_root_is_told() -> None:
    with Started(*MEMORY, *SOCKET) as started:
        assert started.log[0]["event"] == "running as root"
        assert started.stop() == 0
