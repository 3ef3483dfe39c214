"""`show`: a case as a person reads it."""

import json
from collections import Counter
from pathlib import Path

import pytest
from tests.harness.cli.inside import refused, told

from dbal_conform.core.messages import Json
from dbal_conform.corpus.contract import load_contract
from dbal_conform.corpus.flags import packaged_flags
from dbal_conform.corpus.load import load_corpus
from dbal_conform.explanations.case import case_json, case_lines

DUPLICATE = "users.create/duplicate-username"


def test_a_case_is_shown_with_what_it_proves_and_its_world(
    capsys: pytest.CaptureFixture[str],
) -> None:
    text = told(capsys, "show", DUPLICATE)
    requirement = load_contract().requirements["USR-CREATE-007"].text
    in_order = [
        DUPLICATE,
        "A username belongs to one user only",
        "users/create.yaml:",
        f"USR-CREATE-007  MUST {requirement}",
        "World",
        "admin    role admin",
        "User {username: bob, email: bob@example.com}",
        "Steps",
        "User.create as admin",
        "wants    CONFLICT",
        "twin     put right by {args: {data: {username: bobby}}} it succeeds",
        f"Run it: dbal-conform run -k '{DUPLICATE}'",
    ]
    rest = " ".join(text.split())
    for part in in_order:
        _, found, rest = rest.partition(" ".join(part.split()))
        assert found, part


def test_a_case_for_machines_is_the_model_with_its_texts(
    capsys: pytest.CaptureFixture[str],
) -> None:
    document = json.loads(told(capsys, "show", DUPLICATE, "--json"))
    assert document["case"]["id"] == DUPLICATE
    assert document["requirements"]["USR-CREATE-007"]["keyword"] == "MUST"
    assert document["case"]["flags"] == list(document["flags"])


def test_a_beginning_or_a_glob_lists(capsys: pytest.CaptureFixture[str]) -> None:
    lines = told(capsys, "show", "users.create/*", "--quiet").splitlines()
    assert DUPLICATE in lines
    assert all(line.startswith("users.create/") for line in lines)
    matches = json.loads(told(capsys, "show", "users.create/*", "--json"))["matches"]
    assert [one["id"] for one in matches] == lines


def test_a_case_that_is_not_there_gets_advice() -> None:
    assert DUPLICATE in refused("show", "users.create/duplicate-usrname")
    assert refused("show", "zzzzzz").endswith("`dbal-conform list` has them all")


def test_every_packaged_case_can_be_read_and_no_call_of_it_is_left_out() -> None:
    contract, flags = load_contract(), packaged_flags()
    cases = [case for suite in load_corpus() for case in suite.cases]
    assert len(cases) > 500
    calls = 0
    for case in cases:
        text = "\n".join(case_lines(case, contract, flags, case.source))
        document = case_json(case, contract, flags, case.source)
        assert isinstance(document, dict)
        wanted = Counter(_calls(document["case"]))
        calls += wanted.total()
        for method, times in wanted.items():
            assert text.count(method) >= times, case.id
        assert not [word for word in ("UNSET", "msgspec", "<class", "Struct(") if word in text]
    assert calls > len(cases)


def test_a_case_of_ones_own_is_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mine.yaml").write_text(
        "suite: mine\n"
        'contract: "1.0"\n'
        "cases:\n"
        "  - id: moves\n"
        "    title: The clock moves\n"
        "    covers: [CTL-CLOCK-001]\n"
        "    requires: [joins]\n"
        "    needs: [clock]\n"
        "    tags: [quick]\n"
        "    origin: found by hand\n"
        "    steps:\n"
        "      - clock: {advance: 301s}\n"
        "      - call: User.list\n"
        "        as: system\n"
        "        args: {limit: 1}\n"
        "        expect: {ok: {total: 0}}\n",
        encoding="utf-8",
    )
    text = told(capsys, "show", "mine/moves", str(tmp_path))
    assert "The clock moves" in text
    assert "301" in text
    assert "found by hand" in text
    assert "claimed, or refused: Filter and sort by fields of to-one relations" in text
    assert "User.list as system" in text


def _calls(node: Json) -> list[str]:
    """Return the method of each call in a case, branches and waiting calls too."""
    if isinstance(node, (list, tuple)):  # the model keeps tuples
        return [method for item in node for method in _calls(item)]
    if not isinstance(node, dict):
        return []
    own = [node["call"]] if node.get("step") == "call" and isinstance(node["call"], str) else []
    return own + [method for item in node.values() for method in _calls(item)]
