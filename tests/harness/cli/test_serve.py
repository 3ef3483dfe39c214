"""`serve`, as a user has it: a line with the place, and an end at Ctrl-C."""

import json
import signal
import subprocess
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from tests.harness.cli.shell import command, environment, shell
from tests.harness.cli.test_gate import run


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_folder_is_shown_until_ctrl_c(tmp_path: Path, number: signal.Signals) -> None:
    run(tmp_path, "wrong", "reports/run.jsonl")
    process = subprocess.Popen(
        command("serve", "--port", "0", "--json"),
        cwd=tmp_path,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        url = json.loads(process.stdout.readline())["url"]
        assert url.startswith("http://127.0.0.1:")
        with urllib.request.urlopen(url, timeout=10) as reply:  # noqa: S310 -- our own, see above
            assert b"run.jsonl" in reply.read()
        with urllib.request.urlopen(f"{url}runs/run.jsonl", timeout=10) as reply:  # noqa: S310
            assert b"GEN-COUNT-001" in reply.read()
        with pytest.raises(urllib.error.HTTPError, match="404"):
            urllib.request.urlopen(f"{url}none", timeout=10)  # noqa: S310
        process.send_signal(number)
        stdout, stderr = process.communicate(timeout=20)
    finally:
        process.kill()
    assert process.returncode == 0
    assert (stdout, stderr) == ("", "ended\n")


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    done = shell("serve", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith("error: reports: there is no such folder")
