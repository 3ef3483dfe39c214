import os
import re
import subprocess
import sys

import pytest
from tests.harness.cli.shell import environment

from dbal_conform.environments import owner
from dbal_conform.environments.owner import is_orphan, own_name

NAME = "from dbal_conform.environments.owner import own_name; print(own_name())"


def name_of_another() -> str:
    done = subprocess.run(
        [sys.executable, "-c", NAME], env=environment(), capture_output=True, check=True, text=True
    )
    return done.stdout.strip()


def test_a_name_suits_a_database_and_differs_each_time() -> None:
    first, second = own_name(), own_name()
    assert first != second
    assert re.fullmatch(r"[a-z0-9_]{1,40}", first)


def test_what_a_living_process_made_is_no_orphan() -> None:
    assert not is_orphan(own_name())


def test_what_a_dead_process_made_is_one() -> None:
    assert is_orphan(name_of_another())


def test_a_process_that_was_given_the_number_of_a_dead_one_does_not_keep_its_things() -> None:
    machine, _, born, nonce = name_of_another().split("_")
    assert is_orphan(f"{machine}_{os.getpid()}_{born[::-1]}f_{nonce}"[:60]) is False  # no such form
    other = "0" * 6 if born != "0" * 6 else "1" * 6
    assert is_orphan(f"{machine}_{os.getpid()}_{other}_{nonce}")


@pytest.mark.parametrize("name", ["", "mine", "abc_1_000000_0000", "test_worker_1_2"])
def test_a_name_that_we_did_not_make_is_no_orphan(name: str) -> None:
    assert not is_orphan(name)


def test_of_another_machine_nothing_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    dead = name_of_another()
    monkeypatch.setattr("platform.node", lambda: "another")
    assert not is_orphan(dead)


def test_without_a_proc_the_system_is_asked_otherwise(
    monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    monkeypatch.setattr(owner, "_PROC", tmp_path)

    def asked(words: tuple[str, ...], **_: object) -> subprocess.CompletedProcess[str]:
        alive = words[-1] == str(os.getpid())
        return subprocess.CompletedProcess(words, 0, "Mon Jan 1 00:00:00" if alive else "", "")

    monkeypatch.setattr(subprocess, "run", asked)
    mine = own_name()
    assert not is_orphan(mine)
    assert is_orphan(mine.replace(f"_{os.getpid()}_", "_4194305_"))
