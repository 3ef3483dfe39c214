"""Vectors that are broken, huge or hostile: a clear error with its place, exit 2, no traceback."""

import json
import shutil
import time
from pathlib import Path

import pytest
from tests.harness.cli.shell import ROOT, no_traceback, shell

HEAD = 'suite: bad\ncontract: "1.0"\nas: system\ncases:\n'
CASE = (
    "  - {id: a, title: t, covers: [GEN-READ-001], steps: [{call: Post.count, expect: {ok: 0}}]}\n"
)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("broken", "suite: x\ncases:\n  - id: [\n", "broken.yaml:4:1: not YAML"),
        ("large", f'suite: "{"x" * 50_000_000}"\n', "large.yaml:1:1: larger than 2 MiB"),
        ("deep", f"cases: {'[' * 10_000}{']' * 10_000}\n", "deep.yaml:1:"),
        (
            "laughs",
            "a: &a [lol]\n"
            + "".join(f"b{i}: [*a, *a, *a, *a, *a, *a, *a, *a]\n" for i in range(9)),
            "laughs.yaml:1:4: an anchor (&) is not allowed",
        ),
        (
            "newer",
            HEAD.replace("1.0", "1.4") + CASE,
            "newer.yaml:2:11: $.contract: this harness knows",
        ),
        (
            "major",
            HEAD.replace("1.0", "2.0") + CASE,
            "major.yaml:2:11: $.contract: this harness knows",
        ),
        (
            "twice",
            HEAD + CASE + CASE,
            "twice.yaml:6:1: bad/a is also the id of a case in twice.yaml:5",
        ),
        ("pattern", HEAD + CASE.replace("ok: 0", 'ok: {$match: "(?<=a)b"}'), "pattern.yaml:5:"),
    ],
)
def test_is_refused_with_its_place(tmp_path: Path, name: str, text: str, said: str) -> None:
    (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    began = time.monotonic()
    done = shell("run", f"{name}.yaml", "--run-file", "run.jsonl", cwd=tmp_path)
    assert done.returncode == 2, done.stderr
    assert f"error: {said}" in done.stderr
    assert no_traceback(done)
    assert not (tmp_path / "run.jsonl").exists()
    assert time.monotonic() - began < 30


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    (tmp_path / "latin.yaml").write_bytes(b"suite: \xff\xfe\n")
    done = shell("run", "latin.yaml", cwd=tmp_path)
    assert done.returncode == 2
    assert "latin.yaml:1:8: not UTF-8" in done.stderr


def test_a_regex_bomb_is_matched_in_linear_time(tmp_path: Path) -> None:
    steps = (
        "      - call: Post.create\n"
        "        args: {data: {title: t, body: {$repeat: [a, 500000]}}}\n"
        '        expect: {ok: {body: {$match: "(a*)*b"}}}\n'
    )
    text = HEAD + f"  - id: a\n    title: t\n    covers: [GEN-READ-001]\n    steps:\n{steps}"
    (tmp_path / "bomb.yaml").write_text(text, encoding="utf-8")
    done = shell(
        "run", "bomb.yaml", "-t", "reference-memory", "--run-file", "r.jsonl", cwd=tmp_path
    )
    assert done.returncode == 1, done.stderr
    trial = json.loads((tmp_path / "r.jsonl").read_text(encoding="utf-8").splitlines()[1])
    assert trial["verdict"] == "fail"
    assert trial["took_ms"] < 10_000


def test_a_schema_of_a_newer_contract_is_refused(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "schema", tmp_path / "schema")
    contract = tmp_path / "schema" / "contract.yaml"
    text = contract.read_text(encoding="utf-8").replace('contract: "1.0"', 'contract: "3.0"', 1)
    contract.write_text(text, encoding="utf-8")
    done = shell("run", "--schema", "schema", cwd=tmp_path)
    assert done.returncode == 2
    assert "schema/contract.yaml:1:11: $.contract: this harness knows contract 1.0" in done.stderr
    assert no_traceback(done)
