from dbal_conform.core.heading import (
    capability_notes,
    case_notes,
    planned_cases,
    profile_of,
    requirement_notes,
)
from dbal_conform.core.ledger import CaseNote
from dbal_conform.core.pack import Pack
from dbal_conform.core.plan import Plan, Trial
from dbal_conform.core.selection import Profile, Site
from dbal_conform.core.suite import Case
from dbal_conform.corpus.contract import load_contract

CASE = Case("s/a", "A title", ("USR-CREATE-001",), (), requires=("joins",), source="s.yaml", line=3)
OTHER = Case("s/b", "Another", ("USR-CREATE-002",), ())


def site(profile: Profile) -> Site:
    return Site("t", "sqlite", "sqlite", "in-process", "conformance", profile)


def test_only_cases_that_have_a_trial_are_planned() -> None:
    plan = Plan(Pack.of((CASE, OTHER)), (site("full"),), (Trial(1, 0),), "")
    assert list(planned_cases(plan)) == [OTHER]


def test_a_note_tells_where_a_case_stands() -> None:
    assert case_notes([CASE]) == {"s/a": CaseNote("A title", "s.yaml", 3, ("joins",))}


def test_requirements_of_the_cases_and_of_the_invariants_are_noted() -> None:
    contract = load_contract()
    notes = requirement_notes([CASE], contract)
    assert notes["USR-CREATE-001"].text == contract.requirements["USR-CREATE-001"].text
    assert notes["USR-CREATE-002"].proof == "w", "of the same group: the run leaves it out"
    assert "USR-READ-001" not in notes
    assert notes["CALL-ATOM-001"].keyword == "MUST"


def test_a_run_of_all_that_ships_is_held_against_the_whole_contract() -> None:
    contract = load_contract()
    assert requirement_notes([CASE], contract, whole=True).keys() == contract.requirements.keys()


def test_every_capability_is_noted() -> None:
    contract = load_contract()
    assert capability_notes(contract).keys() == contract.capabilities.keys()


def test_a_run_has_the_profile_of_its_targets_or_mixed_ones() -> None:
    assert profile_of([site("core"), site("core")]) == "core"
    assert profile_of([site("full"), site("public")]) == "mixed"
