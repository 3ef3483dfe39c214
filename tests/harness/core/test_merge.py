"""Shards and other columns become one run, or are refused: nothing is lost or counted twice."""

from collections.abc import Sequence

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.harness.core.test_plan import SITES, planned

from dbal_conform.core.baseline import Deviation
from dbal_conform.core.errors import InputError
from dbal_conform.core.ledger import CaseNote, Column, Footer, Header, Ledger, Part
from dbal_conform.core.merge import merged, together
from dbal_conform.core.plan import Plan, Shard, plan_hash
from dbal_conform.core.selection import Site
from dbal_conform.core.verdict import TrialResult, Verdict

OTHER = [Site("other", "sqlite", "sqlite", "stdio", "public", "full")]


def run(plan: Plan, shard: str = "", **changed: object) -> Ledger:
    """Return a run of a plan that came to its end."""
    keys = [plan.key(trial) for trial in plan.trials]
    header = Header(
        format="1",
        tool="dbal-conform 0",
        contract="1.0",
        suite_hash="0",
        profile="full",
        seed=7,
        planned=len(keys),
        started_at="2026-03-01T12:00:00Z",
        platform="Linux",
        shard=shard,
        columns=tuple(Column(site.target, site.database, site.kind) for site in plan.sites),
        cases={key.trial: CaseNote("") for key in keys},
        plan_hash=plan.hash,
        whole_hash=plan.whole_hash,
        request={"targets": ["t"], "shard": shard, "seed": 7, "retries": 2},
    )
    results = {key: TrialResult(*key, verdict=Verdict.PASS) for key in keys}
    footer = Footer({"pass": len(keys)}, "conformant", "2026-03-01T12:01:00Z")
    return Ledger(msgspec.structs.replace(header, **changed), results, footer)


def shards(parts: int, **changed: object) -> list[tuple[str, Ledger]]:
    return [
        (
            f"{number}.jsonl",
            run(planned(shard=Shard(number, parts)), f"{number}/{parts}", **changed),
        )
        for number in range(1, parts + 1)
    ]


def renamed(
    runs: Sequence[tuple[str, Ledger]], place: int, **changed: object
) -> Sequence[tuple[str, Ledger]]:
    """Change the header of one of the runs."""
    found = list(runs)
    name, ledger = found[place]
    header = msgspec.structs.replace(ledger.header, **changed)
    found[place] = (name, msgspec.structs.replace(ledger, header=header))
    return found


@given(parts=st.integers(1, 7), order=st.randoms())
def test_all_shards_in_any_order_are_the_plan_that_was_split(parts: int, order: object) -> None:
    runs = shards(parts)
    order.shuffle(runs)  # type: ignore[attr-defined] # a random.Random, of hypothesis
    header = merged(runs)
    assert header.planned == len(planned().trials)
    assert header.plan_hash == planned().hash
    assert (header.shard, header.whole_hash) == ("", "")
    assert header.cases.keys() == {case.id for case in planned().cases}
    assert sum(part.trials for part in header.parts) == header.planned
    assert "shard" not in header.request


def test_the_parts_are_on_record_with_what_they_may_differ_in() -> None:
    runs = renamed(shards(2), 1, seed=9, platform="macOS", started_at="2026-03-01T11:00:00Z")
    header = merged(runs)
    assert header.started_at == "2026-03-01T11:00:00Z"
    assert header.platform == "Linux; macOS"
    first, second = header.parts
    assert first == Part(
        "1.jsonl", first.trials, 7, "2026-03-01T12:00:00Z", "2026-03-01T12:01:00Z", "1/2", "Linux"
    )
    assert (second.seed, second.platform) == (9, "macOS")


def test_runs_of_other_columns_stand_beside_each_other_and_may_be_merged_again() -> None:
    plan = planned(sites=OTHER)
    other = run(plan, request={"targets": ["u"], "databases": ["sqlite"]})
    header = merged([*shards(2), ("o.jsonl", other)])
    assert len(header.columns) == 4
    assert header.planned == len(planned().trials) + len(plan.trials)
    assert header.request["targets"] == ["t", "u"]
    assert header.request["databases"] == ["sqlite"]
    assert header.plan_hash == planned(sites=[*SITES, *OTHER]).hash
    both = merged(shards(2))
    whole = run(planned(), parts=both.parts, planned=both.planned)
    again = merged([("both.jsonl", whole), ("o.jsonl", other)])
    assert [part.name for part in again.parts] == ["1.jsonl", "2.jsonl", "o.jsonl"]
    assert again.plan_hash == header.plan_hash


def test_a_run_alone_is_merged_into_itself() -> None:
    header = merged([("a.jsonl", run(planned()))])
    assert (header.planned, header.plan_hash) == (15, planned().hash)


@pytest.mark.parametrize(
    ("runs", "why"),
    [
        (shards(3)[:2], r"shard 3/3 is missing"),
        (shards(3)[1:2], r"shard 1/3, 3/3 is missing"),
        ([*shards(2), shards(2)[0]], r"1.jsonl and 1.jsonl are both shard 1/2: give one"),
        ([*shards(2), *shards(3)], r"1.jsonl is one of 2 shards, 1.jsonl one of 3"),
        (
            [("whole.jsonl", run(planned())), *shards(2)],
            r"whole.jsonl has every trial, so those of 1.jsonl are in it twice",
        ),
        (
            [("a.jsonl", run(planned())), ("b.jsonl", run(planned()))],
            r"a.jsonl has every trial, so those of b.jsonl are in it twice",
        ),
        (
            [("a.jsonl", run(planned())), ("b.jsonl", run(planned(sites=SITES[:1])))],
            r"two on sqlite is in a.jsonl and in b.jsonl",
        ),
        (renamed(shards(2), 1, suite_hash="1"), r"the suite is 0 in the one, 1 in the other"),
        (renamed(shards(2), 1, tool="other 1"), r"the tool was dbal-conform 0 in the one, other 1"),
        (renamed(shards(2), 1, contract="2.0"), r"the contract is 1.0 in the one, 2.0"),
        (renamed(shards(2), 1, filter={"tags": ["x" * 99]}), r"the filter was {} in .*x…"),
        (renamed(shards(2), 1, slow_left_out=3), r"slow cases left out: nothing|0 in the one, 3"),
        (renamed(shards(2), 1, profile="core"), r"the profile was full in the one, core"),
        (renamed(shards(2), 1, whole_hash="ab"), r"the plan that was split is \w+… in the one, ab"),
        (
            renamed(
                shards(2),
                1,
                deviations=(Deviation("s/a", Verdict.FAIL, "R-1", "r", "i", "2999-01-01"),),
            ),
            r"the baseline was \(\) in the one, \(Deviation",
        ),
        (
            renamed(
                shards(2),
                1,
                columns=tuple(
                    Column(site.target, site.database, site.kind, backend="SQLite 3.99")
                    for site in SITES
                ),
            ),
            r"one on memory has backend nothing in the one, SQLite 3.99 in the other",
        ),
        (
            [
                (name, renamed([(name, ledger)], 0, whole_hash="ab")[0][1])
                for name, ledger in shards(2)
            ],
            r"1.jsonl, 2.jsonl: together they are not the plan that was split",
        ),
    ],
)
def test_what_does_not_belong_together_is_refused(
    runs: Sequence[tuple[str, Ledger]], why: str
) -> None:
    with pytest.raises(InputError, match=why):
        merged(runs)


def test_a_run_that_did_not_end_is_refused() -> None:
    whole = run(planned())
    cut = msgspec.structs.replace(whole, footer=None)
    with pytest.raises(InputError, match=r"a.jsonl: not complete: 15 of 15 .*--resume a.jsonl"):
        merged([("a.jsonl", cut)])
    few = msgspec.structs.replace(whole, results=dict(list(whole.results.items())[:3]))
    with pytest.raises(InputError, match=r"a.jsonl: not complete: 3 of 15 trials"):
        merged([("a.jsonl", few)])


def test_the_hash_of_a_plan_is_of_its_trials_in_any_order() -> None:
    keys = [planned().key(trial) for trial in planned().trials]
    assert plan_hash("0", keys[::-1]) == plan_hash("0", keys) == planned().hash
    assert planned(shard=Shard(1, 2)).whole_hash == planned().hash
    assert planned().whole_hash == ""


def test_together_they_hold_what_each_found_and_how_often_it_was_looked() -> None:
    column = ("one", "memory")
    first, second = (
        (name, msgspec.structs.replace(ledger, evaluated={column: {"reply": (number, 1)}}))
        for number, (name, ledger) in enumerate(shards(2), 3)
    )
    ledger = together([first, second])
    assert ledger.results.keys() == {planned().key(trial) for trial in planned().trials}
    assert ledger.evaluated == {column: {"reply": (7, 2)}}
    assert ledger.header == merged([first, second])
    assert ledger.footer == first[1].footer
