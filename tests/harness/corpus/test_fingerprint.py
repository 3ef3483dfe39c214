from collections.abc import Callable
from pathlib import Path

import pytest

from dbal_conform.core.errors import InputError
from dbal_conform.corpus.fingerprint import suite_hash


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    """Two vectors and a contract of one file."""
    for name, text in (
        ("cases/a.yaml", "a: 1\nb: 2\n"),
        ("cases/deep/b.yaml", "b: 1\n"),
        ("schema/errors.yaml", "c: 1\n"),
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8", newline="")
    return tmp_path


def hash_of(folder: Path) -> str:
    return suite_hash([folder / "cases"], folder / "schema")


def test_the_hash_does_not_tell_where_the_suite_lies_or_how_lines_end(suite: Path) -> None:
    before = hash_of(suite)
    moved = suite.rename(suite.with_name("moved"))
    (moved / "cases" / "a.yaml").write_bytes(b"a: 1\r\nb: 2\r\n")
    assert hash_of(moved) == before
    assert len(before) == 64


@pytest.mark.parametrize(
    "change",
    [
        lambda suite: (suite / "cases" / "a.yaml").write_text("a: 2\nb: 2\n"),
        lambda suite: (suite / "schema" / "errors.yaml").write_text("c: 2\n"),
        lambda suite: (suite / "cases" / "a.yaml").rename(suite / "cases" / "c.yaml"),
        lambda suite: (suite / "cases" / "new.yaml").write_text("n: 1\n"),
        lambda suite: (suite / "cases" / "a.yaml").unlink(),
    ],
    ids=["vector", "contract", "name", "more", "fewer"],
)
def test_the_hash_tells_every_change(suite: Path, change: Callable[[Path], object]) -> None:
    before = hash_of(suite)
    change(suite)
    assert hash_of(suite) != before


def test_the_order_of_naming_is_none(suite: Path) -> None:
    files = [suite / "cases" / "a.yaml", suite / "cases" / "deep" / "b.yaml"]
    assert suite_hash(files, suite / "schema") == suite_hash(files[::-1], suite / "schema")


def test_a_file_that_cannot_be_read_is_told(suite: Path) -> None:
    (suite / "schema" / "odd.yaml").mkdir()
    with pytest.raises(InputError, match=r"odd\.yaml:1:1: cannot be read"):
        hash_of(suite)


def test_the_packaged_suite_has_one() -> None:
    assert len(suite_hash()) == 64
