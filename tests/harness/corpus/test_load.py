from pathlib import Path
from time import process_time

import pytest

from dbal_conform.core.errors import HarnessError, InputError
from dbal_conform.core.suite import Actor, Call, Parallel
from dbal_conform.corpus import explain
from dbal_conform.corpus.load import load_corpus, load_suite, vector_files
from dbal_conform.corpus.locate import cases_root

SUITE = """\
suite: {name}
contract: "1.0"
as: system
cases:
  - id: count
    title: Counting
    covers: [USR-CREATE-001]
    steps:
      - call: User.count
        expect: {{ok: 0}}
      - parallel:
          a:
            - call: User.count
            - call: User.list
          b: [{{call: User.count}}]
"""
SHORT = "- {action: list, entity: User}\n- action: read\n  entity: Probe\n  input: {code: A}\n"


def write(file: Path, text: str) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, "utf-8")
    return file


def test_a_suite_knows_its_source_and_the_lines_of_its_steps(tmp_path: Path) -> None:
    file = write(tmp_path / "users" / "a.yaml", SUITE.format(name="users.a"))
    suite = load_suite(file, root=tmp_path)
    (case,) = suite.cases
    assert (suite.suite, suite.source, case.source) == ("users.a", "users/a.yaml", "users/a.yaml")
    assert (case.id, case.line) == ("users.a/count", 5)
    assert [step.line for step in case.steps] == [9, 11]
    branches = case.steps[1]
    assert isinstance(branches, Parallel)
    assert [step.line for step in branches.parallel["a"]] == [13, 14]


def test_the_source_of_a_lone_file_is_its_name(tmp_path: Path) -> None:
    file = write(tmp_path / "a.yaml", SUITE.format(name="a"))
    assert load_suite(file).source == "a.yaml"


def test_folders_are_loaded_in_order_and_flags_are_no_suite(tmp_path: Path) -> None:
    write(tmp_path / "b.yaml", SUITE.format(name="b"))
    write(tmp_path / "a" / "z.yaml", SUITE.format(name="a.z"))
    write(tmp_path / "flags.yaml", "row-leak: {wrong: x, cost: y}\n")
    write(tmp_path / "notes.md", "x")
    assert [suite.suite for suite in load_corpus([tmp_path])] == ["a.z", "b"]
    assert [suite.source for suite in load_corpus([tmp_path / "b.yaml"])] == ["b.yaml"]


def test_the_mistakes_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    write(tmp_path / "a.yaml", "suite: 7\n")
    write(tmp_path / "b.yaml", "x: [")
    with pytest.raises(InputError) as caught:
        load_corpus([tmp_path])
    lines = str(caught.value).split("\n")
    assert [line.partition(".yaml:")[2].partition(": ")[0] for line in lines] == [
        *("1:1", "1:1", "1:8", "2:1")
    ]


def test_nothing_to_run_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r":1:1: no \*\.yaml below this folder: nothing to run"):
        load_corpus([tmp_path])
    with pytest.raises(InputError, match=r"gone:1:1: there is no such file or folder"):
        vector_files(tmp_path / "gone")


def test_the_short_form_is_told_by_its_shape(tmp_path: Path) -> None:
    suite = load_suite(write(tmp_path / "My Seed.yaml", SHORT))
    (case,) = suite.cases
    assert (suite.suite, case.id, case.line) == ("my-seed", "my-seed/operations", 1)
    assert case.steps == (
        Call("User.list", as_="system", line=1),
        Call("Probe.read", as_="system", args={"id": "A"}, line=2),
    )


def test_each_row_of_a_matrix_is_a_case(tmp_path: Path) -> None:
    text = SUITE.format(name="a").replace("    steps:", "    matrix: {n: [0, 1]}\n    steps:")
    suite = load_suite(write(tmp_path / "a.yaml", text.replace("{ok: 0}", '{ok: "${n}"}')))
    assert [case.id for case in suite.cases] == ["a/count[n=0]", "a/count[n=1]"]
    assert [case.steps[0].line for case in suite.cases] == [10, 10]


def test_actors_of_suite_and_case_come_together(tmp_path: Path) -> None:
    text = SUITE.format(name="a").replace("cases:", "actors: {ann: {role: user}}\ncases:")
    text = text.replace("    steps:", "    actors: {bob: {role: god}}\n    steps:")
    (case,) = load_suite(write(tmp_path / "a.yaml", text)).cases
    assert case.actors == {"ann": Actor("user"), "bob": Actor("god")}


def test_a_model_that_refuses_what_the_schema_takes_is_our_bug(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(explain, "findings", lambda *_, **__: [])
    file = write(
        tmp_path / "a.yaml",
        SUITE.format(name="a").replace("call: User.count\n        exp", "cal: x\n        exp"),
    )
    with pytest.raises(
        HarnessError, match=r"vector\.json and the model disagree: a/count: steps\.0: a step"
    ):
        load_suite(file)


def test_the_cases_that_ship_load_in_time() -> None:
    started = process_time()
    suites = load_corpus()
    took_s = process_time() - started
    cases = sum(len(suite.cases) for suite in suites)
    assert cases >= 220
    assert took_s < 0.001 * cases + 0.3, f"{cases} cases took {took_s:.3f} s"
    assert [suite.source for suite in suites] == sorted(
        file.relative_to(cases_root()).as_posix() for file in vector_files(cases_root())
    )
