"""The summary of a job is Markdown of a size that the platform shows, cut between blocks."""

import io
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.harness.reporters import sample
from tests.harness.reporters.test_hostile import ATTACKS, everywhere

from dbal_conform.core.baseline import Deviation
from dbal_conform.core.decision import TOLD, Decision
from dbal_conform.core.standing import Placed, Review
from dbal_conform.core.verdict import Verdict
from dbal_conform.reporters.decision import HEADINGS, document, write
from dbal_conform.reporters.job_summary import LIMIT, clipped, text

KNOWN = Deviation("s/a", Verdict.FAIL, "USR-CREATE-007", "slow", "#1", "2026-12-31")


def failed(count: int) -> Decision:
    results = [
        sample.trial(f"many/case-{number:05}", Verdict.FAIL, broken=("USR-CREATE-007",))
        for number in range(count)
    ]
    entries = tuple(
        Placed("deviations.yaml", line, 11, Review(0, KNOWN, standing, "because `x` | y"))
        for line, standing in enumerate(TOLD, 2)
    )
    return Decision(sample.ledger(results, planned=count), entries)


def test_new_failures_come_first_then_entries_by_kind_then_the_report() -> None:
    whole = text(failed(3))
    heads = re.findall(r"^##+ (.*)$", whole, re.MULTILINE)
    assert heads[0].startswith("Gate shut: exit status 1")
    assert heads[1] == "New failures: 3"
    assert heads[2:6] == [f"{HEADINGS[standing]}: 1" for standing in TOLD]
    assert heads[6].startswith("DBAL conformance")
    assert "- `deviations.yaml:2:11` s/a (USR-CREATE-007): because \\`x\\` \\| y" in whole


def test_many_failures_are_counted_and_not_all_listed() -> None:
    whole = text(failed(5_000))
    assert "New failures: 5,000" in whole
    assert "… and 4,800 more" in whole
    assert len(whole.encode()) < LIMIT


@pytest.mark.parametrize("limit", [0, 10, 100, 500, 5_000, 20_000])
def test_it_is_never_longer_than_there_is_room_for(limit: int) -> None:
    told = text(failed(500), limit=limit)
    assert len(told.encode()) <= limit
    assert told.count("```") % 2 == 0
    assert not told or told.endswith("the run file has it all.\n")


BLOCKS = st.lists(
    st.one_of(
        st.text(alphabet="aé \n", max_size=20),
        st.sampled_from(["```text\na\n\nb\n```", "````text\n```\n\nx\n````"]),
    ),
    max_size=12,
)


@given(BLOCKS, st.integers(100, 300))
def test_a_cut_opens_no_fence_and_keeps_the_beginning(blocks: list[str], limit: int) -> None:
    whole = "\n\n".join(blocks)
    cut = clipped(whole, limit)
    assert len(cut.encode()) <= limit
    kept = cut.partition("\n\n… cut here")[0]
    assert whole.startswith(kept)
    assert len(re.findall("^```", kept, re.MULTILINE)) % 2 == 0 or "````" in kept


def test_a_cut_within_a_block_is_made_before_it() -> None:
    block = "```text\n" + "\n\n".join("x" * 20 for _ in range(20)) + "\n```"
    cut = clipped(f"before\n\n{block}\n\nafter\n", 300)
    assert cut.startswith("before\n\n… cut here")
    assert "```" not in cut


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_markup_of_a_target_is_in_it(attack: str) -> None:
    told = text(Decision(everywhere(ATTACKS[attack])))
    told.encode()
    outside = re.sub(r"(`+).*?\1", "", told, flags=re.DOTALL).replace("\\<", "")
    assert not re.search(r"<(script|img|!--)", outside)


def test_machines_get_every_list_and_people_the_same_order() -> None:
    decision = failed(2)
    told: dict[str, Any] = document(decision)
    assert [told["passed"], told["exit_status"], told["result"]] == [False, 1, "nonconformant"]
    assert len(told["new"]) == 2
    for standing in TOLD:
        (entry,) = told[standing.value]
        assert entry["standing"] == standing.value
    out = io.StringIO()
    write(decision, out)
    places = [out.getvalue().index(head) for head in ("New failures: 2", *HEADINGS.values())]
    assert places == sorted(places)
