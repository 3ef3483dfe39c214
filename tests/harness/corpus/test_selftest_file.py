import json
from pathlib import Path

import pytest

from dbal_conform.core.errors import InputError
from dbal_conform.core.kills import Mutant
from dbal_conform.corpus.selftest_file import load_selftest, read_catalog

GOOD = """
selftest: mine
correct: [reference-memory]
catalog: "mine:catalog"
entry: "mine:open"
options: {database: "{database.url}"}
"""


def test_a_mutant_is_a_target_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(GOOD)
    selftest, folder = load_selftest(tmp_path / "mine.yaml")
    manifest = selftest.manifest(Mutant("off", "s", ("QRY-PAGE-003",), "sqlite"))
    assert folder == tmp_path
    assert manifest.target == "mutant:off"
    assert manifest.databases == ("sqlite",)
    assert manifest.connect.entry == "mine:open"
    assert manifest.connect.options == {"database": "{database.url}", "mutant": "off"}


def test_the_one_that_ships_is_about_the_reference() -> None:
    selftest, _ = load_selftest()
    assert selftest.correct == ("reference-memory", "reference-sqlite")


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (GOOD.replace("selftest: mine", ""), "mine.yaml:"),
        (GOOD + "more: 1\n", "mine.yaml:7:1"),
    ],
)
def test_another_form_is_refused_with_its_place(tmp_path: Path, text: str, place: str) -> None:
    (tmp_path / "mine.yaml").write_text(text)
    with pytest.raises(InputError, match=place):
        load_selftest(tmp_path / "mine.yaml")


def entry(**changes: object) -> dict[str, object]:
    return {"mutant": "off", "says": "s", "breaks": ["QRY-PAGE-003"], **changes}


def test_a_catalog_is_read() -> None:
    assert read_catalog(json.dumps([entry()]), "m:c") == (Mutant("off", "s", ("QRY-PAGE-003",)),)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("not json", "m:c: what it returns is no list of mutants"),
        ("{}", "m:c: what it returns is no list of mutants"),
        (json.dumps([entry(), entry()]), "two mutants are called off"),
    ],
)
def test_a_catalog_of_another_form_is_refused(text: str, why: str) -> None:
    with pytest.raises(InputError, match=why):
        read_catalog(text, "m:c")
