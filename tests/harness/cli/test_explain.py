"""`explain`: a trial of a run file in full, and the words of reports."""

import json

import pytest
from tests.harness.cli.inside import refused, told
from tests.harness.reporters.golden import OLD_RUN

from dbal_conform.core.standing import Standing
from dbal_conform.core.verdict import Verdict
from dbal_conform.reporters.words import EXITS

RUN = str(OLD_RUN)
DUPLICATE = "users.create/duplicate-username"


def test_a_failed_trial_is_told_with_all_that_explains_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    text = told(capsys, "explain", RUN, DUPLICATE, "--target", "reference-sqlite")
    assert text.startswith(f"FAIL (FLAKY)  {DUPLICATE}  reference-sqlite · sqlite\n")
    in_order = [
        "USR-CREATE-007 (broken)  MUST A username belongs to one user only",
        "step 2 /error/details/fields/username  USR-CREATE-007",
        'expected  "unique"',
        "actual    (absent)",
        "why       the call succeeded where CONFLICT was wanted",
        f"replay  dbal-conform run --target reference-sqlite --database sqlite -k {DUPLICATE} ",
        "Why this verdict",
        "A MUST did not hold: nonconformant. Broken: USR-CREATE-007. It held on another attempt",
        "What was sent, and what came",
        "✗ step 2",
        'sent  {"method": "User.create"}',
        'came  {"result": {"level": 9007199254740993, "ratio": 1.0}}',
    ]
    rest = " ".join(text.split())
    for part in in_order:
        _, found, rest = rest.partition(" ".join(part.split()))
        assert found, part


def test_nothing_that_a_target_sent_reaches_the_terminal_as_a_control(
    capsys: pytest.CaptureFixture[str],
) -> None:
    text = told(capsys, "explain", RUN, "users.create/bad-name", "-t", "reference-sqlite")
    assert "\\u001b[31mred" in text
    assert "\\u202e" in text
    assert not {character for character in text if ord(character) < 32} - {"\n"}


def test_a_trial_is_told_on_each_target_unless_one_is_named(
    capsys: pytest.CaptureFixture[str],
) -> None:
    text = told(capsys, "explain", RUN, DUPLICATE)
    assert f"PASS  {DUPLICATE}  reference-memory · memory" in text
    assert f"FAIL (FLAKY)  {DUPLICATE}  reference-sqlite · sqlite" in text
    only = told(capsys, "explain", RUN, DUPLICATE, "--database", "memory")
    assert "reference-sqlite" not in only


def test_a_trial_for_machines_keeps_every_digit(capsys: pytest.CaptureFixture[str]) -> None:
    document = json.loads(told(capsys, "explain", RUN, DUPLICATE, "-d", "sqlite", "--json"))
    (one,) = document["trials"]
    assert (one["verdict"], one["judgement"], one["flaky"]) == ("fail", "unexpected", True)
    assert one["transcript"][1]["came"] == {"result": {"level": 9007199254740993, "ratio": 1.0}}
    assert one["cited"][0]["id"] == "USR-CREATE-007"
    assert one["means"] == "A MUST did not hold: nonconformant."


def test_without_a_trial_those_worth_a_look_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    lines = told(capsys, "explain", RUN).splitlines()
    assert lines[0].startswith("crash")
    assert not [line for line in lines if line.startswith(("pass", "declined"))]
    assert [line for line in lines if line.startswith("weak")]


def test_a_trial_that_is_not_there_gets_advice() -> None:
    text = refused("explain", RUN, "users.create/duplicate-usernam-e")
    assert f"did you mean {DUPLICATE}" in text
    assert "`explain " in refused("explain", RUN, "zzzzzz")
    assert "name one: " in refused("explain", RUN, "users.*")
    assert refused("explain", RUN, DUPLICATE, "-t", "mine").startswith(f"{DUPLICATE} was not run")


@pytest.mark.parametrize("verdict", Verdict)
def test_every_verdict_is_explained(capsys: pytest.CaptureFixture[str], verdict: Verdict) -> None:
    text = told(capsys, "explain", verdict.value.upper().replace("_", " "))
    assert text.startswith(f"{verdict.value} (verdict of a trial): ")


@pytest.mark.parametrize("status", EXITS)
def test_every_exit_status_is_explained(capsys: pytest.CaptureFixture[str], status: int) -> None:
    (one,) = json.loads(told(capsys, "explain", str(status), "--json"))
    assert one["kind"] == "exit status"
    assert one["means"].lower() == f"{EXITS[status]}.".lower()


@pytest.mark.parametrize("standing", Standing)
def test_every_standing_of_an_entry_is_explained(
    capsys: pytest.CaptureFixture[str], standing: Standing
) -> None:
    kinds = [one["kind"] for one in json.loads(told(capsys, "explain", standing.value, "--json"))]
    assert "entry of the baseline" in kinds


def test_a_word_of_several_kinds_is_explained_as_each(capsys: pytest.CaptureFixture[str]) -> None:
    kinds = [line.split(": ")[0] for line in told(capsys, "explain", "declined").splitlines()]
    assert kinds == ["declined (verdict of a trial)", "declined (cell of the matrix)"]


def test_an_unknown_word_gets_advice() -> None:
    assert refused("explain", "underclam").endswith("try underclaim, overclaim")
