import hashlib
from pathlib import Path

import pytest

from dbal_conform.core.errors import InputError
from dbal_conform.core.pack import Pack
from dbal_conform.core.suite import Case
from dbal_conform.corpus import compiled
from dbal_conform.corpus.compiled import kept_cases
from dbal_conform.corpus.load import load_corpus
from dbal_conform.corpus.locate import cases_root


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(compiled.SWITCH, str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture(scope="module")
def some() -> tuple[Case, ...]:
    return load_corpus([cases_root() / "users"])[0].cases


class Reader:
    """Counts how often it is asked."""

    def __init__(self, cases: tuple[Case, ...]) -> None:
        self.cases = cases
        self.times = 0

    def __call__(self) -> Pack:
        self.times += 1
        return Pack.of(self.cases)


def digest() -> str:
    return "a"


def test_what_was_read_once_is_taken_from_the_cache(some: tuple[Case, ...]) -> None:
    reader = Reader(some)
    first = kept_cases(digest, reader)
    second = kept_cases(digest, reader)
    assert reader.times == 1
    assert list(second) == list(first) == list(some)


def test_other_vectors_or_another_contract_are_read_anew(some: tuple[Case, ...]) -> None:
    reader = Reader(some)
    kept_cases(digest, reader)
    assert list(kept_cases(lambda: "b", Reader(some[:1]))) == list(some[:1])
    kept_cases(digest, reader)
    assert reader.times == 2


def test_another_reader_reads_anew(some: tuple[Case, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    reader = Reader(some)
    kept_cases(digest, reader)
    monkeypatch.setattr(compiled, "_reader", lambda: iter(["loader.py 1 2"]))
    kept_cases(digest, reader)
    assert reader.times == 2


@pytest.mark.parametrize("damage", ["cut", "changed", "emptied", "garbage", "a folder"])
def test_a_damaged_cache_is_not_believed(damage: str, folder: Path, some: tuple[Case, ...]) -> None:
    kept_cases(digest, Reader(some))
    file = folder / "cases.jsonl"
    content = file.read_bytes()
    if damage == "a folder":
        file.unlink()
        file.mkdir()
    else:
        file.write_bytes(
            {
                "cut": content[:-200],
                "changed": content.replace(b'"status"', b'"Status"', 1).replace(b"e", b"E", 1),
                "emptied": b"",
                "garbage": bytes(range(256)) * 9,
            }[damage]
        )
    reader = Reader(some)
    assert list(kept_cases(digest, reader)) == list(some)
    assert reader.times == 1


def test_vectors_that_change_while_they_are_read_are_not_kept(some: tuple[Case, ...]) -> None:
    digests = iter(["a", "b"])
    kept_cases(lambda: next(digests), Reader(some[:1]))
    reader = Reader(some)
    assert list(kept_cases(digest, reader)) == list(some)
    assert reader.times == 1


def test_vectors_that_are_refused_leave_nothing(folder: Path) -> None:
    def refuse() -> Pack:
        raise InputError("users.yaml:1:1: no")

    with pytest.raises(InputError, match="no"):
        kept_cases(digest, refuse)
    assert not folder.exists()


def test_a_folder_that_cannot_be_written_costs_time_alone(
    folder: Path, some: tuple[Case, ...]
) -> None:
    folder.write_text("a file where the folder would be")
    assert list(kept_cases(digest, Reader(some))) == list(some)
    assert folder.read_text() == "a file where the folder would be"


def test_off_keeps_nothing_and_believes_nothing(
    folder: Path, some: tuple[Case, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    kept_cases(digest, Reader(some))
    held = hashlib.sha256((folder / "cases.jsonl").read_bytes()).hexdigest()
    monkeypatch.setenv(compiled.SWITCH, "off")
    reader = Reader(some[:1])
    assert list(kept_cases(lambda: "b", reader)) == list(some[:1])
    assert list(kept_cases(digest, reader)) == list(some[:1])
    assert reader.times == 2
    assert hashlib.sha256((folder / "cases.jsonl").read_bytes()).hexdigest() == held


def test_without_the_variable_it_is_in_the_users_cache(
    tmp_path: Path, some: tuple[Case, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(compiled.SWITCH)
    monkeypatch.setattr(compiled, "user_cache_path", lambda name, **_: tmp_path / "user" / name)
    kept_cases(digest, Reader(some))
    assert [file.name for file in (tmp_path / "user" / "dbal-conform").iterdir()] == ["cases.jsonl"]
