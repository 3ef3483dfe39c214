import json
import os
import shutil
from pathlib import Path

import pytest
from tests.harness.cli.shell import shell

from dbal_conform.core.errors import InputError
from dbal_conform.corpus.starter import LANGUAGES, write_starter
from dbal_conform.corpus.target import load_target

TOOLS = {"python": "python3", "typescript": "node", "cpp": "c++"}


def need(language: str) -> None:
    """Skip where there is no compiler; in CI nothing is skipped, so there it is a failure."""
    if shutil.which(TOOLS[language]) is None:
        reason = f"{TOOLS[language]} is not installed: ci/tools.sh installs it"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_starter_runs_at_once_and_fails_honestly(tmp_path: Path, language: str) -> None:
    need(language)
    begun = shell("init", "target", "mine", "--language", language, "--json", cwd=tmp_path)
    assert begun.returncode == 0, begun.stderr
    assert json.loads(begun.stdout)["files"][0] == "mine/target.yaml"
    run = ("run", "--target", "mine/target.yaml", "--retries", "0", "-n", "1", "-q")
    well = shell(*run, "-k", "wire.ids and uuid", cwd=tmp_path)
    assert well.returncode == 0, well.stdout + well.stderr
    done = shell(*run, "-k", "wire.messages or system.calls", "--run-file", "r.jsonl", cwd=tmp_path)
    assert done.returncode == 1, done.stdout + done.stderr
    trials = [json.loads(line) for line in (tmp_path / "r.jsonl").read_text().split("\n") if line]
    verdicts = {each["verdict"] for each in trials if each["type"] == "trial"}
    assert verdicts <= {"pass", "fail"}, verdicts


def test_the_manifest_is_named_as_asked_and_loads(tmp_path: Path) -> None:
    for language in LANGUAGES:
        manifest, *others = write_starter(tmp_path / language, language, "my-own")
        assert load_target(manifest).name == "my-own"
        assert others
        assert not any("@NAME@" in file.read_text() for file in others)


@pytest.mark.parametrize(
    ("language", "name", "words"),
    [
        ("cobol", "mine", "choose one of python, typescript, cpp"),
        ("python", "My DBAL", "lower-case words with hyphens"),
        ("python", "", "lower-case words with hyphens"),
    ],
)
def test_what_cannot_be_begun_is_told(tmp_path: Path, language: str, name: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        write_starter(tmp_path / "new", language, name)
    assert not (tmp_path / "new").exists()


def test_a_folder_with_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("precious", encoding="utf-8")
    with pytest.raises(InputError, match="holds files already"):
        write_starter(tmp_path, "python", "mine")
    with pytest.raises(InputError, match="cannot be written"):
        write_starter(tmp_path / "mine" / "below", "python", "mine")
    assert (tmp_path / "mine").read_text() == "precious"
