from pathlib import Path

import pytest

from dbal_conform.core.errors import InputError
from dbal_conform.core.lint import Lock
from dbal_conform.corpus.ids_lock import HEADER, read_lock, write_lock


def test_a_lock_is_read_as_it_was_written(tmp_path: Path) -> None:
    file = tmp_path / "ids.lock"
    lock = Lock(frozenset({"b.c/x", "a/y"}), {"a/z-1": "replaced by a/y"})
    write_lock(file, lock)
    assert file.read_text("utf-8") == HEADER + "a/y\n~a/z-1  replaced by a/y\nb.c/x\n"
    assert read_lock(file) == lock


def test_a_lock_that_is_not_there_is_empty(tmp_path: Path) -> None:
    assert read_lock(tmp_path / "ids.lock") == Lock()


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("a/x\nodd\n", "2:1: write `suite/case`"),
        ("a/x  why\n", "1:1: write `suite/case`"),
        ("~a/x\n", "1:1: write `suite/case`"),
        ("# c\n\na/x\na/x\n", "4:1: a/x is given twice"),
        ("a/x\n~a/x  why\n", "2:1: a/x is given twice"),
    ],
)
def test_a_malformed_line_is_told(tmp_path: Path, text: str, complaint: str) -> None:
    file = tmp_path / "ids.lock"
    file.write_text(text)
    with pytest.raises(InputError) as caught:
        read_lock(file)
    assert f"ids.lock:{complaint}" in str(caught.value)


def test_what_cannot_be_read_or_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=":1:1: cannot be read: "):
        read_lock(tmp_path)
    with pytest.raises(InputError, match=":1:1: cannot be written: "):
        write_lock(tmp_path, Lock())
