"""Annotations of GitHub Actions: read back as its runner reads them, within what it shows."""

import io
import re
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.harness.reporters import sample
from tests.harness.reporters.golden import golden, old_run, written
from tests.harness.reporters.test_hostile import ATTACKS, everywhere

from dbal_conform.core.baseline import Deviation
from dbal_conform.core.ledger import CaseNote, Ledger
from dbal_conform.core.standing import Placed, Review, Standing
from dbal_conform.core.verdict import Mismatch, Verdict
from dbal_conform.reporters import github
from dbal_conform.reporters.github import Annotation, command, silenced, vector_file

TRIAL = "users.create/duplicate-username"
KNOWN = Deviation(TRIAL, Verdict.FAIL, "USR-CREATE-007", "slow", "#1", "2026-12-31")


class Read(NamedTuple):
    kind: str
    properties: dict[str, str]
    message: str


def read(line: str) -> Read:
    """Read a command as the runner does: `::name key=value,key=value::data`, then unescape."""
    found = re.fullmatch(r"::(\w+)(?: ([^\n]*?))?::([^\n]*)", line)
    assert found is not None, line
    pairs = (pair.partition("=") for pair in (found[2] or "").split(",") if pair)
    properties = {name: unescaped(value, ":,") for name, _, value in pairs}
    return Read(found[1], properties, unescaped(found[3], ""))


def unescaped(text: str, more: str) -> str:
    for letter in f"\r\n{more}%":
        text = text.replace(f"%{ord(letter):02X}", letter)
    return text


def told(ledger: Ledger, **more: object) -> list[Read]:
    out = io.StringIO()
    github.write(ledger, out, **more)  # type: ignore[arg-type] # what each test says
    return [read(line) for line in out.getvalue().splitlines()]


def failures(count: int) -> Ledger:
    results = [
        sample.trial(f"many/case-{number:03}", Verdict.FAIL, broken=("USR-CREATE-007",))
        for number in range(count)
    ]
    return sample.ledger(results, planned=count)


def test_the_annotations_are_what_they_were() -> None:
    text = written("github", old_run())
    assert text == golden("github.txt", text)


def test_a_failure_is_shown_at_the_line_of_its_vector() -> None:
    mismatch = Mismatch("/error", "succeeded", "unique", {"a": 1}, "USR-CREATE-007", "2")
    failed = sample.trial(TRIAL, Verdict.FAIL, broken=("USR-CREATE-007",), mismatches=(mismatch,))
    (one,) = told(sample.ledger([failed], planned=1, request={"paths": ["conformance"]}))
    assert one.kind == "error"
    assert one.properties == {
        "title": f"fail: {TRIAL} on reference-memory with memory",
        "file": "conformance/users/create.yaml",
        "line": "14",
    }
    lines = one.message.splitlines()
    assert lines[0] == "A username belongs to one user only"
    assert lines[1].startswith("USR-CREATE-007 MUST ")
    assert "step 2 /error: succeeded" in lines
    assert '  expected: "unique"' in lines
    assert lines[-1].startswith("replay: dbal-conform run conformance ")


@pytest.mark.parametrize(
    ("paths", "source", "file"),
    [
        (None, "users/create.yaml", "cases/users/create.yaml"),
        (["mine"], "users/create.yaml", "mine/users/create.yaml"),
        (["mine/a.yaml"], "a.yaml", "mine/a.yaml"),
        (["one", "mine/a.yaml"], "a.yaml", "mine/a.yaml"),
        (["one", "two"], "a.yaml", ""),
        (["b.yaml"], "a.yaml", ""),
        (["mine"], "", ""),
    ],
)
def test_the_file_of_a_vector_is_found_from_what_was_run(
    paths: list[str] | None, source: str, file: str
) -> None:
    request = {"paths": paths} if paths else {}
    assert vector_file(sample.header(request=request), source) == file


def test_a_job_that_works_in_a_folder_names_files_from_the_root() -> None:
    failed = sample.trial(TRIAL, Verdict.FAIL, broken=("USR-CREATE-007",))
    ledger = sample.ledger([failed], planned=1, request={"paths": ["./cases"]})
    (one,) = told(ledger, prefix="packages/db")
    assert one.properties["file"] == "packages/db/cases/users/create.yaml"


def test_entries_are_shown_where_they_stand_in_place_of_their_trials() -> None:
    passed = sample.trial(TRIAL, Verdict.PASS, "USR-CREATE-007")
    ledger = sample.ledger([passed], planned=1, deviations=(KNOWN,))
    (trial,) = told(ledger)
    assert trial.properties["title"].startswith("pass (stale baseline entry): ")
    stale = Placed("deviations.yaml", 7, 11, Review(0, KNOWN, Standing.STALE, "comes to pass"))
    (entry,) = told(ledger, entries=(stale,))
    assert entry == Read(
        "error",
        {
            "title": f"stale baseline entry: {TRIAL}",
            "file": "deviations.yaml",
            "line": "7",
            "col": "11",
        },
        f"{TRIAL} (USR-CREATE-007): comes to pass",
    )


def test_new_failures_come_before_entries() -> None:
    stale = Placed("d.yaml", 7, 11, Review(0, KNOWN, Standing.STALE, "comes to pass"))
    found = told(failures(1), entries=(stale,))
    assert [one.properties["title"].split(":")[0] for one in found] == [
        "fail", "stale baseline entry",
    ]  # fmt: skip


def test_known_deviations_are_a_notice_and_a_lack_is_a_warning() -> None:
    known = sample.trial(TRIAL, Verdict.FAIL, "USR-CREATE-007", broken=("USR-CREATE-007",))
    absent = [
        sample.trial(f"a/{name}", Verdict.COULD_NOT_RUN, reason="no Docker") for name in "abc"
    ]
    weak = sample.trial("queries.page/total", Verdict.WEAK, broken=("QRY-PAGE-004",))
    ledger = sample.ledger([known, *absent, weak], planned=5, deviations=(KNOWN,))
    lack, listed, notice = told(ledger)
    assert (lack.kind, lack.properties["title"]) == ("warning", "3 trials could not run")
    assert lack.message == "no Docker"
    assert (listed.kind, listed.message) == ("warning", "Costly totals\nQRY-PAGE-004")
    assert (notice.kind, notice.properties["title"]) == ("notice", "1 known deviations")
    assert "slow (#1), until 2026-12-31" in notice.message


def test_a_run_that_did_not_end_is_said_to_be_so() -> None:
    ledger = sample.ledger([], planned=3)
    (one,) = told(type(ledger)(ledger.header, {}, None))
    assert (one.kind, one.properties["title"]) == ("warning", "The run did not end")


def test_ten_of_a_kind_are_shown_and_the_tenth_tells_of_the_others() -> None:
    assert len(told(failures(10))) == 10
    found = told(failures(500))
    assert len(found) == github.OF_A_KIND
    assert found[-1].properties["title"].startswith("and 491 more, of which GitHub shows none")
    assert "many/case-499" in found[-1].message


def test_a_message_is_no_longer_than_the_platform_takes() -> None:
    line = command(Annotation("error", "t", "%\n" * 100_000))
    assert len(line.partition("::error title=t::")[2].encode()) <= github.MESSAGE
    assert read(line).message.endswith("… cut here: the run file has it all")
    exactly = "x" * github.MESSAGE
    assert read(command(Annotation("error", "t", exactly))).message == exactly


@given(st.text(), st.text(min_size=1), st.text())
def test_whatever_is_told_is_one_line_and_comes_back(title: str, file: str, message: str) -> None:
    line = command(Annotation("error", title, message, file, 3))
    assert len(line.splitlines()) == 1
    one = read(line)
    assert one.kind == "error"
    assert one.properties.keys() == {"title", "file", "line"}
    printable = "".join(letter for letter in message if letter.isprintable() and letter.isascii())
    assert printable in "".join(one.message.split("\n")) or not message.isascii()


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_words_of_a_target_become_a_command(attack: str) -> None:
    for one in told(everywhere(ATTACKS[attack])):
        assert one.kind in {"error", "warning", "notice"}
        assert one.properties.keys() <= {"title", "file", "line", "col"}
    commands = everywhere("\n::add-mask::x\r::set-env name=PATH::/tmp\n##[add-path]/tmp")
    assert {one.kind for one in told(commands)} == {"error", "warning"}


def test_the_runner_does_not_listen_until_it_is_told_the_word() -> None:
    out = io.StringIO()
    with silenced(out):
        out.write("::error::owned\n")
    first, middle, last = out.getvalue().splitlines()
    word = first.removeprefix("::stop-commands::")
    assert re.fullmatch("[0-9a-f]{32}", word)
    assert (middle, last) == ("::error::owned", f"::{word}::")
    with pytest.raises(ZeroDivisionError), silenced(out):
        raise ZeroDivisionError
    assert re.fullmatch("::[0-9a-f]{32}::", out.getvalue().splitlines()[-1])


def test_a_case_without_a_place_is_told_without_one() -> None:
    failed = sample.trial("s/new", Verdict.FAIL, broken=("USR-CREATE-007",))
    (one,) = told(sample.ledger([failed], planned=1, cases={"s/new": CaseNote("New")}))
    assert one.properties.keys() == {"title"}
