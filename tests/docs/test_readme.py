"""The program of the README runs as it stands there."""

import re
import subprocess
import sys
from pathlib import Path

PAGE = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")


def test_the_library_example_prints_what_one_expects(tmp_path: Path) -> None:
    program = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    assert len(program) == 1
    done = subprocess.run(
        [sys.executable, "-c", program[0]],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0] == "1 ada"
    assert "'code': 'unique'" in done.stdout


def test_the_vector_of_the_readme_fails_as_it_shows(tmp_path: Path) -> None:
    vector = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    assert len(vector) == 1
    (tmp_path / "broken.yaml").write_text(vector[0], encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "dbal_conform", "run", "broken.yaml"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 1
    for line in ("FAIL  demo/usernames", "USR-CREATE-002 (broken)", "NONCONFORMANT"):
        assert line in done.stdout
        assert line in PAGE


def test_every_page_that_the_readme_names_is_there() -> None:
    root = Path(__file__).parents[2]
    for link in re.findall(r"\]\(([^)#]+)\)", PAGE):
        assert (root / link).exists(), link
