"""docs/vector-language.md shows the notation: its examples load, its tables are complete."""

import re
from pathlib import Path

import pytest

from dbal_conform.core import grammar
from dbal_conform.core.author import FORMS
from dbal_conform.core.lint.proof import WANT_TWINS
from dbal_conform.core.naming import BUILT_IN, RESERVED
from dbal_conform.core.needs import NEEDS
from dbal_conform.corpus.load import read_suite
from dbal_conform.corpus.locate import cases_root
from dbal_conform.corpus.source import Source, read_source

TEXT = (Path(__file__).parents[3] / "docs" / "vector-language.md").read_text("utf-8")
BLOCKS = re.findall(r"^```yaml\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)
CASE = """\
suite: doc
contract: "1.0"
as: admin
actors: {{admin: {{role: admin}}, anna: {{role: user, tenant: other}}}}
fixtures: {{User: [{{$as: a}}, {{$as: b}}, {{$as: c}}]}}
cases:
  - id: doc
    title: Of the documentation
    covers: [USR-CREATE-007]
    steps:
{}"""


def block(beginning: str) -> str:
    (found,) = [one for one in BLOCKS if one.startswith(beginning)]
    return str(found)


def indented(text: str, by: int) -> str:
    return "".join(f"{' ' * by}{line}\n" for line in text.splitlines())


def test_the_file_that_it_shows_loads() -> None:
    suite = read_suite(Source("doc.yaml", block("suite: ")), "doc.yaml")
    assert [case.id for case in suite.cases] == ["users.create/duplicate-username"]


def test_the_steps_that_it_shows_load_and_are_of_every_kind() -> None:
    steps = block("# A call.")
    # The steps stand for many cases: what one of them begins or starts, another uses.
    before = "- {begin: t1, as: admin}\n- {begin: t2, as: admin}\n"
    text = before + steps.replace("in: t  ", "in: t1 ").replace("- {begin: t,", "- {begin: t,")
    suite = read_suite(Source("doc.yaml", CASE.format(indented(text, 6))), "doc.yaml")
    kinds = {type(step).__name__ for step in suite.cases[0].steps}
    assert len(kinds) == len(FORMS) - 2  # begin, commit and rollback are one


def test_the_matrices_that_it_shows_load() -> None:
    cases = indented(block("- id: username-length"), 2)
    head = CASE[: CASE.index("  - id")].format()
    suite = read_suite(Source("doc.yaml", head + cases), "doc.yaml")
    assert [case.id for case in suite.cases] == [
        "doc/username-length[n=3]",
        "doc/username-length[n=50]",
        "doc/who-may-create[admin]",
        "doc/who-may-create[anonymous]",
    ]


def test_the_short_form_that_it_shows_loads() -> None:
    assert len(read_suite(Source("doc.yaml", block("- name: ")), "doc.yaml").cases) == 1


def test_the_twins_that_it_shows_load() -> None:
    for expect in re.split(r"^(?=expect:)", block("expect:\n"), flags=re.MULTILINE)[1:]:
        step = "- call: User.create\n" + indented(expect, 2)
        read_suite(Source("doc.yaml", CASE.format(indented(step, 6))), "doc.yaml")


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(sorted(NEEDS), id="needs"),
        pytest.param(sorted(RESERVED | BUILT_IN), id="reserved names"),
        pytest.param(sorted(grammar.OPERATORS), id="operators"),
        pytest.param(sorted(grammar.GENERATORS), id="generators"),
        pytest.param(sorted(grammar.TYPES), id="types"),
        pytest.param(sorted(FORMS), id="steps"),
        pytest.param(sorted(WANT_TWINS), id="errors that want twins"),
    ],
)
def test_it_names_everything_that_there_is(words: list[str]) -> None:
    assert [
        word for word in words if not re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", TEXT)
    ] == []


def test_every_flag_is_explained_in_both_ways() -> None:
    flags = read_source(cases_root() / "flags.yaml").document
    assert isinstance(flags, dict)
    for name, told in flags.items():
        assert isinstance(told, dict), name
        assert set(told) == {"wrong", "cost"}, name
        assert all(isinstance(text, str) and text for text in told.values()), name
