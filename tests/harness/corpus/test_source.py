from pathlib import Path

import pytest

from dbal_conform.core.errors import InputError
from dbal_conform.core.finding import Finding
from dbal_conform.corpus.source import MAX_BYTES, Source, read_source, show, shown


def test_a_file_is_read_with_its_name_from_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "below" / "a.yaml"
    file.parent.mkdir()
    file.write_text("a: 1\n")
    assert shown(file) == file.as_posix()
    monkeypatch.chdir(tmp_path)
    source = read_source(file)
    assert (source.name, source.document) == ("below/a.yaml", {"a": 1})


def test_fifty_megabytes_are_refused_unread(tmp_path: Path) -> None:
    file = tmp_path / "large.yaml"
    with file.open("wb") as out:
        out.truncate(50 * 1024 * 1024)
    with pytest.raises(InputError, match=r"large\.yaml:1:1: larger than 2 MiB: split the file$"):
        read_source(file)


def test_the_largest_file_allowed_is_read(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text("a: '" + "x" * (MAX_BYTES - 5) + "'")
    assert isinstance(read_source(file).document, dict)


def test_what_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"gone\.yaml:1:1: cannot be read: No such file"):
        read_source(tmp_path / "gone.yaml")
    with pytest.raises(InputError, match=r":1:1: cannot be read: Is a directory"):
        read_source(tmp_path)


def test_bytes_that_are_no_utf_8_are_told_with_their_place(tmp_path: Path) -> None:
    file = tmp_path / "latin.yaml"
    file.write_bytes("a: é\nb: é".encode() + b"\xe9")
    with pytest.raises(InputError, match=r"latin\.yaml:2:5: not UTF-8"):
        read_source(file)


def test_findings_are_told_once_each_in_the_order_of_the_file() -> None:
    source = Source("x.yaml", "a: 1\nb: 2\nc:\n  - 3\n")
    error = source.error(
        [
            Finding(("c", 0), "third"),
            Finding(("a",), "first"),
            Finding(("b",), "second", key=True),
            Finding(("a",), "first"),
        ]
    )
    assert str(error).split("\n") == [
        "x.yaml:1:4: $.a: first",
        "x.yaml:2:1: $.b: second",
        "x.yaml:4:5: $.c[0]: third",
    ]
    assert source.place(("c",), key=True) == "x.yaml:3:1"


def test_paths_are_shown_as_they_are_written_elsewhere() -> None:
    assert show(("cases", 0, "$as", "odd key", "a-b")) == '$.cases[0].$as."odd key".a-b'
