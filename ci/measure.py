"""Measure what docs/performance.md records, and print it as Markdown.

    .venv/bin/python ci/measure.py            all figures, about a minute
    .venv/bin/python ci/measure.py startup    one of: step startup suite memory

Every figure is taken in a process of its own. Compare figures of one call only: machines are noisy.
"""

import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
RUNS = 5
# Words in the flags of cases that wait, or run calls at once.
QUIET = "not race and not late and not brute and not resource"
TIMED = '''
"""The reference in memory, with a stopwatch around each call."""
import json, os, time
from dbal_reference.conformance import open_target as open_reference

class Timed:
    def __init__(self, inner):
        self.inner, self.calls, self.seconds = inner, 0, 0.0
        self.first = self.last = self.trial = None
    def handle(self, message):
        began = time.perf_counter()
        self.first = self.first or began
        if not self.trial and b"conformance.reset" in message:
            self.trial = began
        try:
            return self.inner.handle(message)
        finally:
            self.last = time.perf_counter()
            self.seconds += self.last - began
            self.calls += 1
    def close(self):
        with open(os.environ["HOME"] + "/timed.json", "w") as file:
            span = self.last - self.first
            json.dump(
                {"calls": self.calls, "seconds": self.seconds, "span": span, "trial": self.trial},
                file,
            )
        self.inner.close()

def open_target(settings):
    return Timed(open_reference(settings))
'''
MANIFEST = """
target: timed
implementation: {name: dbal-reference, language: python}
transport: in-process
connect:
  entry: "timed:open_target"
  options: {database: "{database.url}", bootstrap_token: "{bootstrap_token}", schema: "{schema}"}
databases: [memory]
control: conformance
claims: hello
"""
MANY = """
suite: many
contract: "1.0"
as: admin
actors:
  admin: {role: admin}
cases:
"""
ONE = """
  - id: c%d
    title: A post comes back
    covers: [GEN-CREATE-001]
    matrix: {n: [%s]}
    steps:
      - {call: Post.create, args: {data: {title: "t${n}"}}, expect: {ok: {title: "t${n}"}}}
"""


def conform(*arguments: str, cwd: Path, home: Path | None = None) -> tuple[float, int]:
    """Run the tool; return wall seconds and peak memory of it in KiB (its workers apart)."""
    began = time.perf_counter()
    child = subprocess.Popen(
        [sys.executable, "-m", "dbal_conform", *arguments],
        cwd=cwd,
        env={k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
        | {"HOME": str(home or cwd)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"dbal-conform {' '.join(arguments)}: exit {child.returncode}")
    return time.perf_counter() - began, usage.ru_maxrss


def step(work: Path) -> Iterator[str]:
    """The harness's own time for each call, beside the target's: all cases, one process.

    Left out are cases that wait, or whose concurrent calls would count twice as the target's.
    """
    (work / "timed.py").write_text(TIMED)
    (work / "target.yaml").write_text(MANIFEST)
    ratios, own, bare = [], [], []
    for run in range(RUNS):
        file = work / f"step{run}.jsonl"
        conform(
            "run",
            "-t",
            "target.yaml",
            "-n",
            "0",
            "-q",
            "-k",
            QUIET,
            "--run-file",
            file.name,
            cwd=work,
        )
        timed = json.loads((work / "timed.json").read_text())
        total = timed["span"]  # from the first call to the end of the last: all that lies between
        own.append((total - timed["seconds"]) / timed["calls"] * 1e6)
        bare.append(timed["seconds"] / timed["calls"] * 1e6)
        ratios.append((total - timed["seconds"]) / timed["seconds"])
    yield f"| harness per call, µs | {statistics.median(own):.0f} | |"
    yield f"| bare call on reference-memory, µs | {statistics.median(bare):.0f} | |"
    yield f"| harness / bare call | {statistics.median(ratios):.2f} | at most 2 |"


def startup(work: Path) -> Iterator[str]:
    """From the command to the first message of the first trial, and to the end of a run of one."""
    (work / "timed.py").write_text(TIMED)
    (work / "target.yaml").write_text(MANIFEST.replace("[memory]", "[sqlite]"))
    one = ["run", "-t", "target.yaml", "-k", "users.create/duplicate-username", "-n", "0", "-q"]
    first, walls = [], []
    for run in range(RUNS + 1):
        began = time.clock_gettime(time.CLOCK_MONOTONIC)
        walls.append(conform(*one, "--run-file", f"start{run}.jsonl", cwd=work)[0])
        first.append(json.loads((work / "timed.json").read_text())["trial"] - began)
    yield f"| start to first trial, SQLite, s | {statistics.median(first[1:]):.2f} | below 0.5 |"
    yield f"| start to end of a run of one trial, s | {statistics.median(walls[1:]):.2f} | |"


def suite(work: Path) -> Iterator[str]:
    """All cases on SQLite with as many workers as cores."""
    walls = [conform("run", "-q", "--run-file", f"all{n}.jsonl", cwd=work)[0] for n in range(3)]
    trials = sum('"trial"' in line for line in (work / "all0.jsonl").read_text().splitlines())
    yield f"| all cases on SQLite ({trials} trials), s | {statistics.median(walls):.1f} | below 5 |"


def memory(work: Path) -> Iterator[str]:
    """Peak memory of one process for few trials and for many: suites of 500 cases."""
    peaks = {}
    for trials in (500, 10_000):
        folder = work / f"cases{trials}"
        folder.mkdir()
        for suite_ in range(trials // 500):
            numbers = ", ".join(str(n) for n in range(500))
            text = MANY.replace("suite: many", f"suite: many{suite_}") + ONE % (1, numbers)
            (folder / f"many{suite_}.yaml").write_text(text)
        arguments = ["run", folder.name, "-t", "reference-memory", "-n", "0", "-q"]
        peaks[trials] = conform(*arguments, "--run-file", f"many{trials}.jsonl", cwd=work)[1]
    yield f"| memory of 500 trials, MiB | {peaks[500] / 1024:.0f} | |"
    yield f"| memory of 10,000 trials, MiB | {peaks[10_000] / 1024:.0f} | |"
    yield f"| ratio | {peaks[10_000] / peaks[500]:.2f} | at most 1.3 |"


FIGURES: dict[str, Callable[[Path], Iterator[str]]] = {
    "step": step,
    "startup": startup,
    "suite": suite,
    "memory": memory,
}


def main() -> None:
    """Print the figures named on the command line, or all."""
    names = sys.argv[1:] or list(FIGURES)
    if unknown := set(names) - set(FIGURES):
        raise SystemExit(f"error: {', '.join(sorted(unknown))}: choose from {', '.join(FIGURES)}")
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.machine()}\n")
    print("| figure | measured | goal |\n|---|---|---|")
    for name in names:
        with tempfile.TemporaryDirectory() as work:
            for row in FIGURES[name](Path(work)):
                print(row, flush=True)


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    main()
