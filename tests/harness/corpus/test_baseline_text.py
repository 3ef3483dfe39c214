"""A baseline is changed entry by entry: what nobody asked to change stays to the letter."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbal_conform.core.baseline import Deviation
from dbal_conform.core.errors import HarnessError, InputError
from dbal_conform.core.verdict import Verdict
from dbal_conform.corpus import baseline_text
from dbal_conform.corpus.baseline_text import Amendment, amended
from dbal_conform.corpus.strict_yaml import parse

TEXT = """\
# head ünï 😀
deviations:   # all of them
  # sorting
  - case: a/b
    verdict: fail
    requirement: R-1
    reason: 'the vendor ü😀'   # why
    issue: "#1"
    expires: 2027-01-01

  # paging: - see the vendor's page
  - {case: b/c, verdict: fail, requirement: R-1, reason: "ä", issue: "#2", expires: 2027-01-01} # 2
  -
    case: c/d
    issue: "#3"
    verdict: fail
    requirement: R-1
    expires: 2027-01-01
    reason: >
      folded
      text

# tail
"""


def entry(case: str, requirement: str = "R-9", **members: str) -> Deviation:
    known = {"reason": "a: b # c", "issue": "https://x/1", "expires": "2027-01-01", **members}
    return Deviation(case, Verdict.FAIL, requirement, **known)


WRITTEN = """\
    verdict: fail
    requirement: R-9
    reason: "a: b # c"
    issue: "https://x/1"
    expires: 2027-01-01
"""


def entries(text: str) -> list[Deviation]:
    document = parse(text, "x")
    assert isinstance(document, dict)
    return msgspec.convert(document["deviations"], list[Deviation])


def changed(text: str, place: int, **members: object) -> str:
    new = msgspec.structs.replace(entries(text)[place], **members)
    return amended(text, Amendment(changed={place: new}), "x")


def test_an_entry_is_added_after_those_of_its_case_or_at_the_end() -> None:
    after = amended(TEXT, Amendment(added=(entry("a/b"), entry("z/[n=1]", database="p:17"))), "x")
    kept = TEXT.replace("\n\n  # paging", f"\n  - case: a/b\n{WRITTEN}\n  # paging")
    kept = kept.replace("# tail", f'  - case: z/[n=1]\n    database: "p:17"\n{WRITTEN}# tail')
    assert after == kept


def test_an_entry_is_taken_away_and_every_comment_around_it_stays() -> None:
    lines = TEXT.splitlines(keepends=True)
    after = amended(TEXT, Amendment(removed=frozenset({0})), "x")
    assert after == "".join(lines[:3] + lines[9:])
    after = amended(TEXT, Amendment(removed=frozenset({1})), "x")
    assert after == "".join(lines[:11] + lines[12:])
    after = amended(TEXT, Amendment(removed=frozenset({2})), "x")
    assert after == "".join([*lines[:12], "# tail\n"])


def test_without_its_last_entry_the_list_is_empty_and_can_be_filled_again() -> None:
    everything = frozenset({0, 1, 2})
    empty = amended(TEXT, Amendment(removed=everything), "x")
    assert empty.splitlines()[1] == "deviations: []   # all of them"
    assert entries(empty) == []
    again = amended(empty, Amendment(added=(entry("q/q"),)), "x")
    assert again.splitlines()[1:3] == ["deviations:   # all of them", "  - case: q/q"]
    instead = amended(TEXT, Amendment(added=(entry("q/q"),), removed=everything), "x")
    assert entries(instead) == [entry("q/q")]


@pytest.mark.parametrize("place", [0, 1, 2])
def test_only_the_members_that_differ_are_touched(place: int) -> None:
    after = changed(TEXT, place, reason="new: ü\n#", verdict=Verdict.CRASH)
    old, new = TEXT.splitlines(), after.splitlines()
    differ = [line for line in new if line not in old]
    assert all("crash" in line or r'"new: ü\n#"' in line for line in differ)
    assert entries(after)[place].reason == "new: ü\n#"
    assert "   # why" in after
    assert "} # 2" in after


def test_a_new_file_says_what_it_is() -> None:
    after = amended("", Amendment(added=(entry("q/q"),)), "x")
    assert after == f"{baseline_text.NEW}deviations:\n  - case: q/q\n{WRITTEN}"


def test_lines_end_as_they_did_in_the_file_and_the_last_one_ends() -> None:
    crlf = TEXT.replace("\n", "\r\n")
    after = amended(crlf, Amendment(added=(entry("q/q"),), removed=frozenset({0})), "x")
    assert after.count("\n") == after.count("\r\n")
    bare = "deviations: [] # none"
    after = amended(bare, Amendment(added=(entry("q/q"),)), "x")
    assert after == f"deviations: # none\n  - case: q/q\n{WRITTEN}"


@pytest.mark.parametrize(
    "text",
    [
        "deviations: [{case: a, verdict: fail, requirement: R, reason: r, issue: i, expires: e}]\n",
        "{deviations: []}\n",
    ],
)
def test_a_list_in_brackets_is_left_to_people(text: str) -> None:
    with pytest.raises(InputError, match="x:1:1: all entries stand in one pair of brackets"):
        amended(text, Amendment(added=(entry("q/q"),)), "x")


@pytest.mark.parametrize("broken", ["nonsense: [", "{}", "deviations: []\n"])
def test_what_would_say_something_else_is_not_written(
    monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    monkeypatch.setattr(baseline_text.Written, "amended", lambda *_: broken)
    with pytest.raises(HarnessError, match="x: cannot be changed safely, and was not"):
        amended(TEXT, Amendment(added=(entry("q/q"),)), "x")


NAMES = st.sampled_from(["a", "b"])
WORDS = st.one_of(
    st.text(min_size=1, max_size=30),
    st.sampled_from(["no", "Yes", "null", "true", "1_000", "- a", "a #b", "a: b", "~", "{", "*x"]),
)
DEVIATIONS = st.lists(
    st.builds(entry, NAMES | WORDS, WORDS, reason=WORDS, issue=WORDS, database=WORDS | st.just("")),
    max_size=4,
)


@given(DEVIATIONS, DEVIATIONS, st.data())
def test_any_text_comes_back_as_it_was_put_in(
    first: list[Deviation], second: list[Deviation], data: st.DataObject
) -> None:
    text = amended("", Amendment(added=tuple(first)), "x")
    assert sorted(entries(text), key=repr) == sorted(first, key=repr)
    before = entries(text)
    places = st.sets(st.sampled_from(range(len(before)))) if before else st.just(set())
    removed = frozenset(data.draw(places))
    after = amended(text, Amendment(added=tuple(second), removed=removed), "x")
    kept = [each for place, each in enumerate(before) if place not in removed]
    assert sorted(entries(after), key=repr) == sorted([*kept, *second], key=repr)
    left = [each for each in entries(after) if each in kept and each not in second]
    assert left == [each for each in kept if each not in second], "their order is kept"
