from pathlib import Path
from typing import Any

import pytest

from dbal_conform.core.errors import HarnessError, InputError
from dbal_conform.core.finding import Finding
from dbal_conform.corpus import explain, gate
from dbal_conform.corpus.contract_forms import EntityForm
from dbal_conform.corpus.explain import findings
from dbal_conform.corpus.source import Source

STEP = {"call": "User.count"}
WHOLE = "a mapping with suite, contract and cases, or a list in the short form"


def suite(*steps: Any, **more: Any) -> dict[str, Any]:  # noqa: ANN401 -- anything that is no suite
    case = {"id": "x", "title": "t", "covers": ["USR-CREATE-001"], "steps": list(steps), **more}
    return {"suite": "s", "contract": "1.0", "cases": [case]}


def said(document: object, **more: Any) -> list[str]:  # noqa: ANN401 -- part and slots
    return [found.message for found in findings("vector", document, **more)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("document", "messages"),
    [
        (suite(STEP), []),
        (
            7,
            [f"7 is not a mapping: write {WHOLE}"],
        ),
        (suite(), ["must not be empty"]),
        (suite({"call": 7}), ["7 is not text: write text that is not empty"]),
        (
            suite({**STEP, "save": "a b"}),
            ['"a b" is not a name of letters, digits and _ that begins with a letter'],
        ),
        (suite({**STEP, "arg": 1}), ["unknown key 'arg': did you mean 'args'?"]),
        (
            suite({"sweep": True, "zzz": 1}),
            ["unknown key 'zzz': known here: sweep"],
        ),
        (suite({"join": "p", "expect": {"any_of": [{"ok": 1}]}}), ["has fewer than 2 members"]),
        (suite({"check": {"permutation_of": [1, 2, 3]}}), ["has more than 2 members"]),
        (suite({"parallel": {"a": [STEP]}, "times": 65}), ["65 is above 64"]),
        (suite({"parallel": {"a": [STEP], "b": [STEP]}, "repeat": 0}), ["0 is below 1"]),
        (
            suite({"fault": {"database": "off"}}),
            ['"off" is none of "pause", "resume", "kill", "restart"'],
        ),
        (suite({"sweep": 1}), ["1 is not true"]),
        (
            suite(STEP, title="t" * 100 + "\n", id="x" * 99 + "\n"),
            ['"' + "x" * 56 + "... is not kebab-case, as in duplicate-username"],
        ),
        (
            suite(STEP, actors={"a-b": {"role": "user"}}),
            ["'a-b' is not a name of letters, digits and _ that begins with a letter"],
        ),
        (suite({"call": "x", "as": "${who}"}), []),
    ],
)
def test_each_breach_is_told_in_words(document: object, messages: list[str]) -> None:
    assert said(document) == messages


def test_all_breaches_are_told_with_their_paths() -> None:
    broken = suite({"call": 7}, {"sweep": False}, title="")
    assert {found.path for found in findings("vector", broken)} == {
        ("cases", 0, "title"),
        ("cases", 0, "steps", 0, "call"),
        ("cases", 0, "steps", 1, "sweep"),
    }


def test_a_name_that_is_none_is_told_at_the_key() -> None:
    (found,) = findings("vector", suite(STEP, actors={"a-b": {"role": "user"}}))
    assert (found.path, found.key) == (("cases", 0, "actors", "a-b"), True)


def test_of_a_step_without_kind_nothing_more_is_said() -> None:
    assert len(said(suite({"as": 7, "zzz": 1}))) == 1
    assert len(said(suite({"call": 7, "sweep": 7}))) == 1


def test_a_part_is_judged_alone_and_without_matrix_values() -> None:
    assert said({"join": "${p}"}, part="step") != []
    assert said({"call": "x", "as": "${who}"}, part="step") == []
    assert said({"call": "x", "as": "${who}"}, part="step", slots=False) == [
        '"${who}" is not a name of letters, digits and _ that begins with a letter'
    ]


def test_a_schema_that_cannot_be_read_is_our_bug(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(explain, "schema_root", lambda: tmp_path)
    with pytest.raises(HarnessError, match=r"^schema/meta/nothing\.json cannot be read"):
        findings("nothing", {})
    (tmp_path / "meta").mkdir()
    (tmp_path / "meta" / "broken.json").write_text("{")
    with pytest.raises(HarnessError, match=r"^schema/meta/broken\.json cannot be read"):
        findings("broken", {})


TAG = "entity: Tag\nfields:\n  id: {type: uuid, primary: true}\n"


def test_the_gate_lets_a_good_document_through() -> None:
    assert gate.admit(Source("x.yaml", TAG), EntityForm, "entity").entity == "Tag"


def test_the_gate_refuses_in_the_words_of_the_schema() -> None:
    with pytest.raises(InputError, match=r"^x\.yaml:4:1: \$\.oops: unknown key 'oops'"):
        gate.admit(Source("x.yaml", TAG + "oops: 1\n"), EntityForm, "entity")


def test_the_gate_tells_null_from_absence() -> None:
    gate.admit(Source("x.yaml", TAG + "  a: {type: text, default: null}\n"), EntityForm, "entity")
    with pytest.raises(
        InputError, match=r"^x\.yaml:4:28: \$\.fields\.a\.pattern: null is not text"
    ):
        gate.admit(
            Source("x.yaml", TAG + "  a: {type: text, pattern: null}\n"), EntityForm, "entity"
        )


def test_what_the_model_alone_refuses_is_our_bug(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explain, "findings", lambda *_, **__: [])
    with pytest.raises(
        HarnessError, match=r"^x\.yaml: schema/meta/entity\.json and the model disagree"
    ):
        gate.admit(Source("x.yaml", "entity: 7\n"), EntityForm, "entity")


def test_findings_come_once_each() -> None:
    found = findings("run-line", [1])
    assert found == list(dict.fromkeys(found))
    assert Finding((), "[1] is not a mapping") in found
