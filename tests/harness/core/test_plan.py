from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbal_conform.core.contract import Requirement
from dbal_conform.core.errors import InputError
from dbal_conform.core.ledger import Key
from dbal_conform.core.plan import Plan, Shard, make_plan, parse_shard, shuffled
from dbal_conform.core.selection import Profile, Selection, Selector, Site
from dbal_conform.core.suite import Case

REQUIREMENTS = {"R-1": Requirement("R-1", "MUST", "", 1, "w")}
CASES = [Case(f"s/{name}", "", ("R-1",), ()) for name in "cabde"]


def site(target: str, database: str, profile: Profile = "full") -> Site:
    return Site(target, database, database, "in-process", "conformance", profile)


SITES = [site("two", "sqlite"), site("one", "sqlite"), site("one", "memory")]


def planned(
    cases: list[Case] = CASES,
    sites: list[Site] = SITES,
    selection: Selection = Selection(),  # noqa: B008 -- frozen
    suite_hash: str = "0",
    **more: Any,  # noqa: ANN401 -- what make_plan takes
) -> Plan:
    selector = Selector(selection, REQUIREMENTS)
    return make_plan(cases, sites, selector, suite_hash=suite_hash, **more)


def test_trials_are_ordered_by_case_target_and_database() -> None:
    keys = [planned().key(trial) for trial in planned().trials]
    assert [key.trial for key in keys[::3]] == ["s/c", "s/a", "s/b", "s/d", "s/e"]
    assert [key[1:] for key in keys[:3]] == [
        ("one", "memory"),
        ("one", "sqlite"),
        ("two", "sqlite"),
    ]


def test_the_hash_is_of_what_is_run_and_not_of_how_it_was_written() -> None:
    assert planned().hash == planned(cases=CASES[::-1], sites=SITES[::-1]).hash
    others = [
        planned(cases=CASES[1:]),
        planned(sites=SITES[1:]),
        planned(suite_hash="1"),
        planned(selection=Selection(expression="not a")),
        planned(shard=Shard(1, 2)),
    ]
    assert len({planned().hash, *(other.hash for other in others)}) == 6


def test_a_profile_holds_for_its_own_site() -> None:
    needing = Case("s/x", "", ("R-1",), (), needs=("clock",))
    plan = planned(cases=[needing], sites=[site("p", "sqlite", "public"), site("f", "sqlite")])
    assert [plan.key(trial).target for trial in plan.trials] == ["f"]


@given(parts=st.integers(1, 7))
def test_shards_are_disjoint_and_together_the_plan(parts: int) -> None:
    shards = [planned(shard=Shard(number, parts)).trials for number in range(1, parts + 1)]
    assert sorted(trial for shard in shards for trial in shard) == sorted(planned().trials)


def test_a_trial_stays_in_its_shard_when_others_are_added() -> None:
    def keys(plan: Plan) -> set[tuple[str, str, str]]:
        return {plan.key(trial) for trial in plan.trials}

    assert keys(planned(cases=CASES[:2], shard=Shard(1, 3))) <= keys(planned(shard=Shard(1, 3)))


@given(st.integers(0, 2**31))
def test_a_seed_gives_one_order_of_the_same_trials(seed: int) -> None:
    trials = planned().trials
    assert shuffled(trials, seed) == shuffled(trials, seed)
    assert sorted(shuffled(trials, seed)) == sorted(trials)


def test_seeds_give_different_orders() -> None:
    assert len({shuffled(planned().trials, seed) for seed in range(5)}) == 5


def test_a_shard_is_read_and_written() -> None:
    assert parse_shard("2/5") == Shard(2, 5)
    assert str(Shard(2, 5)) == "2/5"


@pytest.mark.parametrize(
    "text", ["", "0/5", "6/5", "1", "1/0", "-1/5", "1/5/6", "a/b", "1/9999999"]
)
def test_what_is_no_shard_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="write I/N"):
        parse_shard(text)


def test_a_plan_may_have_only_some_trials() -> None:
    keys = [planned().key(trial) for trial in planned().trials]
    plan = planned(only=[*keys[2:4], Key("s/none", "one", "memory")])
    assert [plan.key(trial) for trial in plan.trials] == keys[2:4]
    assert planned(only=[]).trials == ()
