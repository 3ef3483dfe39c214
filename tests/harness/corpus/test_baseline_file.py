from pathlib import Path

import pytest

from dbal_conform.core.errors import HarnessError, InputError
from dbal_conform.corpus.baseline_file import BaselineFile
from dbal_conform.corpus.baseline_text import Amendment

BASELINE = """\
deviations:
  - case: users.create/duplicate-username
    verdict: fail
    requirement: USR-CREATE-007
    reason: the vendor compares case
    issue: "https://example.com/7"
    expires: "2027-01-31"
"""


def baseline(folder: Path, text: str) -> Path:
    file = folder / "deviations.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def test_entries_are_about_the_target_whose_file_it_is(tmp_path: Path) -> None:
    (entry,) = BaselineFile.read(baseline(tmp_path, BASELINE)).about("mine")
    assert (entry.case, entry.target) == ("users.create/duplicate-username", "mine")
    named = BASELINE + "    target: other\n"
    (entry,) = BaselineFile.read(baseline(tmp_path, named)).about("mine")
    assert entry.target == "other"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (BASELINE.replace("verdict: fail", "verdict: bad"), r":3:14: "),
        (BASELINE.replace("    reason: the vendor compares case\n", ""), r":2:5: .*reason"),
        (BASELINE.replace('"2027-01-31"', '"soon"'), r":7:14: "),
        (BASELINE.replace('"2027-01-31"', '"20270131"'), r":7:14: .*not a day"),
        (BASELINE.replace('"2027-01-31"', '"2027-02-30"'), r":7:14: .*not a day"),
        (BASELINE + BASELINE.partition("\n")[2], r":8:5: .*already listed"),
        ("deviations: {}\n", r":1:13: "),
    ],
)
def test_a_bad_baseline_is_refused_with_its_place(tmp_path: Path, text: str, why: str) -> None:
    with pytest.raises(InputError, match=rf"deviations\.yaml{why}"):
        BaselineFile.read(baseline(tmp_path, text))


def test_an_entry_that_names_no_case_is_refused_where_it_stands(tmp_path: Path) -> None:
    read = BaselineFile.read(baseline(tmp_path, BASELINE))
    read.refuse_unmatched({"users.create/duplicate-username"})
    with pytest.raises(
        InputError, match=r"deviations\.yaml:2:11: .*: no such case: users\.create/"
    ):
        read.refuse_unmatched({"s/d"})


def test_entries_tell_their_place(tmp_path: Path) -> None:
    read = BaselineFile.read(baseline(tmp_path, BASELINE))
    assert read.place(0) == (2, 11)
    assert read.place(0, "expires") == (7, 14)


def test_a_file_that_is_not_there_yet_has_no_entries_if_it_may_lack(tmp_path: Path) -> None:
    file = tmp_path / "deviations.yaml"
    empty = BaselineFile.read(file, may_lack=True)
    assert (empty.entries, empty.text, empty.place(0)) == ((), "", (1, 1))
    empty.refuse_unmatched(())
    with pytest.raises(InputError, match="cannot be read"):
        BaselineFile.read(file)


def test_a_file_is_replaced_at_once_and_keeps_mode_and_link(tmp_path: Path) -> None:
    file = baseline(tmp_path, BASELINE)
    file.chmod(0o640)
    link = tmp_path / "link.yaml"
    link.symlink_to(file)
    BaselineFile.read(link).write(BASELINE + "# more\r\n")
    assert link.is_symlink()
    assert file.read_bytes().endswith(b"# more\r\n")
    assert file.stat().st_mode & 0o777 == 0o640
    assert sorted(each.name for each in tmp_path.iterdir()) == ["deviations.yaml", "link.yaml"]


def test_a_file_that_cannot_be_written_stays_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    read = BaselineFile(tmp_path / "folder", None, ())
    with pytest.raises(HarnessError, match="folder: cannot be written: Is a directory"):
        read.write("deviations: []\n")
    assert [each.name for each in tmp_path.iterdir()] == ["folder"]


def test_no_file_is_written_that_could_not_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = BaselineFile.read(baseline(tmp_path, BASELINE))
    amendment = Amendment(removed=frozenset({0}))
    assert read.amended(amendment)
    monkeypatch.setattr("dbal_conform.corpus.baseline_file.MAX_BYTES", 10)
    with pytest.raises(InputError, match="choose cases with --case"):
        read.amended(amendment)
