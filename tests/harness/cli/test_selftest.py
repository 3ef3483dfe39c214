"""The suite against mistakes that are known, from the command line."""

import json
from pathlib import Path

from tests.harness.cli.shell import environment, no_traceback, shell

# A reference that is right, called a mutant: nothing can notice what is not there.
NO_MUTANT = """
import json
from dbal_reference.conformance import open_target as right

def catalog():
    return json.dumps([{"mutant": "none", "says": "nothing", "breaks": ["QRY-PAGE-003"]}])

def open_target(settings):
    rest = dict(settings)
    rest.pop("mutant")
    return right(rest)

def unopened(settings):
    raise RuntimeError("no")
"""
FILE = """
selftest: mine
correct: [reference-memory]
catalog: "mine:catalog"
entry: "mine:open_target"
options: {database: "{database.url}", bootstrap_token: "{bootstrap_token}", schema: "{schema}"}
"""


def test_mutants_are_killed_and_their_killers_named(tmp_path: Path) -> None:
    done = shell(
        "selftest", "limit-0*", "-n", "1", "--report", "json=kills.json", "--verbose", cwd=tmp_path
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "killed  limit-0-is-accepted" in done.stdout
    assert "1 of 1 mutants killed" in done.stdout
    told = json.loads((tmp_path / "kills.json").read_text())
    assert told["killed"] == 1
    assert told["survivors"] == []
    (fate,) = told["fates"]
    assert {
        "trial": "queries.paging/bad-limits[zero-limit]",
        "verdict": "fail",
        "cites": True,
    } in fate["kills"]


def test_a_survivor_makes_it_fail(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(NO_MUTANT)
    (tmp_path / "mine.yaml").write_text(FILE)
    env = environment()
    env["PYTHONPATH"] += f":{tmp_path}"
    done = shell("selftest", "none", "--file", "mine.yaml", "-n", "1", cwd=tmp_path, env=env)
    assert done.returncode == 1
    assert "SURVIVED" in done.stdout
    assert "0 of 1 mutants killed" in done.stdout


def test_a_mutant_that_cannot_be_opened_is_not_called_killed(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(NO_MUTANT)
    (tmp_path / "mine.yaml").write_text(FILE.replace("mine:open_target", "mine:unopened"))
    env = environment()
    env["PYTHONPATH"] += f":{tmp_path}"
    done = shell("selftest", "none", "--file", "mine.yaml", "-n", "1", cwd=tmp_path, env=env)
    assert done.returncode == 3
    assert "NOT JUDGED" in done.stdout
    assert "RuntimeError" in done.stdout


def test_the_list_says_what_each_breaks_and_runs_nothing(tmp_path: Path) -> None:
    done = shell("selftest", "limit-0*", "--list", "--json", cwd=tmp_path)
    assert [each["mutant"] for each in json.loads(done.stdout)] == ["limit-0-is-accepted"]
    done = shell("selftest", "limit-0*", "--list", cwd=tmp_path)
    assert "QRY-PAGE-003" in done.stdout


def test_wrong_words_are_told(tmp_path: Path) -> None:
    for words, why in (
        (("no-such-mutant",), "no mutant 'no-such-mutant'"),
        (("--report", "pdf=x"), "write html=PATH or json=PATH"),
        (("--file", "no.yaml"), "no.yaml"),
    ):
        done = shell("selftest", *words, cwd=tmp_path)
        assert done.returncode == 2, done.stderr
        assert why in done.stderr
        assert no_traceback(done)
