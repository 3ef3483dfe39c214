"""docs/write-a-target.md does what it says: its change makes its suite green."""

import re
import subprocess
from pathlib import Path

from tests.harness.cli.shell import ROOT, shell

DOC = (ROOT / "docs" / "write-a-target.md").read_text(encoding="utf-8")
RUN = ("run", "--target", "my-dbal/target.yaml", "--retries", "0", "-n", "1")


def test_the_starter_and_the_change_give_the_first_green_suite(tmp_path: Path) -> None:
    assert shell("init", "target", "my-dbal", cwd=tmp_path).returncode == 0
    assert shell(*RUN, "-k", "wire.ids and not refused", cwd=tmp_path).returncode == 0
    red = shell(*RUN, "-k", "wire.ids", cwd=tmp_path)
    assert (red.returncode, "wire.ids/refused[fraction]" in red.stdout) == (1, True)
    (change,) = re.findall(r"```diff\n(.*?)```", DOC, re.DOTALL)
    words = ["patch", "-d", "my-dbal", "-p0", "--fuzz=0"]
    subprocess.run(words, input=change, text=True, cwd=tmp_path, check=True, capture_output=True)
    green = shell(*RUN, "-k", "wire.ids", cwd=tmp_path)
    assert (green.returncode, "CONFORMANT" in green.stdout) == (0, True), green.stdout
