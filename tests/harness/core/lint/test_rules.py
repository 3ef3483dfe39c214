"""Each rule fires where it should, and holds its peace where it should."""

from typing import Any, cast

import pytest
from tests.harness.core.lint.examples import FIRES, SILENT, call, case

from dbal_conform.core.contract import Contract
from dbal_conform.core.lint import RULES, Problem, lint
from dbal_conform.core.suite import Case, Suite
from dbal_conform.corpus.contract import load_contract


@pytest.fixture(name="contract", scope="module")
def the_contract() -> Contract:
    return load_contract()


def found(rule: str, of: Case, contract: Contract) -> list[Problem]:
    return list(RULES[rule](of, contract))


def test_every_rule_has_cases_on_which_it_fires_and_on_which_it_does_not() -> None:
    assert FIRES.keys() == SILENT.keys() == RULES.keys()


@pytest.mark.parametrize(("rule", "of"), [(rule, one) for rule in FIRES for one in FIRES[rule]])
def test_a_rule_fires_once(rule: str, of: Case, contract: Contract) -> None:
    (problem,) = found(rule, of, contract)
    assert problem.rule == rule
    assert problem.place in ("s.yaml:3", "s.yaml:7")
    assert problem.message.startswith("s/x: ")


@pytest.mark.parametrize(("rule", "of"), [(rule, one) for rule in SILENT for one in SILENT[rule]])
def test_a_rule_holds_its_peace(rule: str, of: Case, contract: Contract) -> None:
    assert found(rule, of, contract) == []


def test_all_rules_run_and_problems_come_in_the_order_of_the_file(contract: Contract) -> None:
    bad = case(call("User.lst", save="n"), covers=("USR-CREATE-999",))
    told = lint([Suite("s", "1.0", (bad, bad))], contract)
    assert [str(problem) for problem in told] == [
        (
            "s.yaml:3: s/x: nothing is called 'USR-CREATE-999': did you mean USR-CREATE-009?"
            " (unknown-requirement)"
        ),
        "s.yaml:7: s/x: there is no method User.lst: did you mean User.list? (unknown-call)",
        "s.yaml:7: s/x: 'n' is saved and never used: take `save` out (unused-save)",
    ]


def test_flags_are_held_against_those_that_are_explained(contract: Contract) -> None:
    flagged = Suite("s", "1.0", (case(call(), flags=("row-leak", "odd")),))
    assert lint([flagged], contract) == ()
    assert [one.rule for one in lint([flagged], contract, flags={"row-leak": ""})] == [
        "unknown-flag"
    ]


def test_a_number_of_many_names_is_shortened() -> None:
    many = cast("Any", Contract)(**{name: {} for name in Contract.__struct_fields__})
    (problem,) = RULES["unknown-need"](case(call(), needs=("q",)), many)
    assert problem.message.endswith(", ...")
