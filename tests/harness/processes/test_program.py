import os
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psutil
import pytest
from tests.harness.transports.peers import TOKEN, started

from dbal_conform.core.errors import InputError, TargetCrashError, TargetTimeoutError
from dbal_conform.core.messages import Request
from dbal_conform.processes import log, program
from dbal_conform.processes.program import Launch, Program
from dbal_conform.transports import Transport

HELLO = Request(1, "dbal.hello")


@contextmanager
def running(code: str, folder: Path, **env: str) -> Iterator[Program]:
    launched = Program(Launch((sys.executable, "-c", code), env, folder))
    try:
        yield launched
    finally:
        launched.stop()


def pid_of(target: Transport) -> int:
    return int(target._program._process.pid)  # type: ignore[attr-defined]  # noqa: SLF001 -- its own business, but for this test


def test_a_program_gets_path_home_lang_its_variables_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_OF_THE_USER", "s")
    monkeypatch.setenv("LANG", "C.UTF-8")
    code = "import os; print(sorted(os.environ), os.getcwd())"
    with running(code, tmp_path, MINE="1") as launched:
        assert launched.ended(10) == "exit status 0"
        names = sorted({"HOME", "LANG", "MINE", "PATH"} & {*os.environ, "MINE"})
        assert launched.last_words() == f"\n| {names} {tmp_path}"


def test_it_leads_a_group_of_its_own(tmp_path: Path) -> None:
    with running("import os; print(os.getpgid(0) == os.getpid())", tmp_path) as launched:
        launched.ended(10)
        assert launched.last_words() == "\n| True"
        assert os.getpgid(0) != launched._process.pid  # noqa: SLF001 -- what is tested


def test_how_it_ended_is_told(tmp_path: Path) -> None:
    with running("raise SystemExit(7)", tmp_path) as launched:
        assert launched.ended(10) == "exit status 7"
    with running("import os; os.kill(os.getpid(), 6)", tmp_path) as launched:
        assert launched.ended(10) == "signal SIGABRT"
    with running("import time; time.sleep(60)", tmp_path) as launched:
        assert launched.ended() is None


def test_what_is_not_there_is_the_authors_fault(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"start\.command: 'no-such-program' cannot be started"):
        Program(Launch(("no-such-program",), {}, tmp_path))


def test_the_last_lines_of_a_flood_are_kept_and_no_more(tmp_path: Path) -> None:
    code = "for i in range(300_000): print('line', i)\nprint('x' * 5000)"
    with running(code, tmp_path) as launched:
        assert launched.ended(60) == "exit status 0"
        lines = launched.last_words().split("\n| ")[1:]
    assert len(lines) == log.TAIL_LINES
    assert lines[-1] == "x" * log.LINE_LENGTH + "..."
    assert lines[-2] == "line 299999"


def test_what_ignores_the_end_of_its_input_and_sigterm_is_killed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(program, "TERM_S", 0.3)
    monkeypatch.setattr(program, "EOF_S", 0.2)
    target = started("stays")
    pid = pid_of(target)
    target.close()
    target.close()
    assert not psutil.pid_exists(pid)


def test_what_a_program_has_started_ends_with_it(tmp_path: Path) -> None:
    told = tmp_path / "pid"
    target = started("has-children", env={"PID_FILE": str(told)})
    child = psutil.Process(int(told.read_text()))
    target.close()
    gone, _ = psutil.wait_procs([child], timeout=5)
    assert gone or child.status() == psutil.STATUS_ZOMBIE


def test_a_flood_of_log_holds_no_call_up() -> None:
    with closing(started("floods", wait_s=60)) as target:
        for _ in range(3):
            target.exchange(HELLO, timeout_s=10)


def test_what_ends_before_it_listens_is_a_crash_with_its_log() -> None:
    with pytest.raises(TargetCrashError, match=r"(?s)exit status 3.*\n\| no database here"):
        started("stillborn")


def test_what_never_answers_hello_is_a_timeout(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(program, "EOF_S", 0.2)
    began = time.monotonic()
    with pytest.raises(TargetTimeoutError, match="did not answer hello within 1 s"):
        started("mute", wait_s=1.0)
    assert time.monotonic() - began < 30


def test_it_is_told_the_token_in_its_environment_and_starts_beside_its_manifest() -> None:
    with closing(started("tells")) as target, pytest.raises(TargetCrashError) as caught:
        target.exchange(HELLO, timeout_s=10)
    assert f"| token {TOKEN}" in str(caught.value)  # the worker redacts it: see test_worker
    assert "| folder peers" in str(caught.value)
