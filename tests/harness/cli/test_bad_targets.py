"""Targets that answer garbage, too much or never: a verdict, and the run goes on."""

import json
from pathlib import Path

import pytest
from tests.harness.cli.shell import no_traceback, shell

MODULE = '''
import json, os, sys, time
from dbal_reference.conformance import open_target as open_reference

KIND = {kind!r}


class Target:
    """The reference, but for one method."""

    def __init__(self, settings):
        self.inner = open_reference(settings)

    def handle(self, message):
        if b'"Post.count"' not in message:
            return self.inner.handle(message)
        id_ = json.loads(message)["id"]
        reply = {{"jsonrpc": "2.0", "id": id_, "result": 0}}
        if KIND == "garbage":
            return b"\\x00 what?"
        if KIND == "nan":
            return json.dumps(reply | {{"result": float("nan")}}).encode()
        if KIND == "huge":
            return json.dumps(reply | {{"result": "x" * 100_000_000}}).encode()
        if KIND == "deep":
            deep = b"[" * 100_000 + b"]" * 100_000
            return b'{{"jsonrpc":"2.0","id":%d,"result":' % id_ + deep + b"}}"
        if KIND == "never":
            time.sleep(3600)
        if KIND == "raises":
            raise ValueError("secret-of-the-target")
        if KIND == "exits":
            sys.exit(7)
        if KIND == "none":
            return None
        if KIND == "other-id":
            return json.dumps(reply | {{"id": id_ + 1}}).encode()
        if KIND == "both":
            return json.dumps(reply | {{"error": {{}}}}).encode()
        if KIND == "extra":
            return json.dumps(reply | {{"result": 0, "more": 1}}).encode()
        os._exit(9)

    def close(self):
        self.inner.close()


def open_target(settings):
    return Target(settings)
'''
MANIFEST = """
target: odd
implementation: {name: odd}
transport: in-process
connect:
  entry: "odd_%s:open_target"
  options: {database: "{database.url}", bootstrap_token: "{bootstrap_token}", schema: "{schema}"}
databases: [memory]
control: conformance
"""
VECTORS = """
suite: odd
contract: "1.0"
as: system
cases:
  - id: before
    title: t
    covers: [GEN-READ-001]
    steps: [{call: Post.list, expect: {ok: {total: 0}}}]
  - id: hit
    title: t
    covers: [GEN-COUNT-001]
    timeout: @@
    steps: [{call: Post.count, expect: {ok: 0}}]
  - id: later
    title: t
    covers: [GEN-READ-001]
    steps: [{call: Post.list, expect: {ok: {total: 0}}}]
"""


@pytest.mark.parametrize(
    ("kind", "verdict"),
    [
        ("garbage", "protocol_violation"),
        ("nan", "protocol_violation"),
        ("huge", "protocol_violation"),
        ("deep", "protocol_violation"),
        ("none", "protocol_violation"),
        ("other-id", "protocol_violation"),
        ("both", "protocol_violation"),
        ("extra", "protocol_violation"),
        ("never", "timeout"),
        ("raises", "crash"),
        ("exits", "crash"),
        ("dies", "crash"),
    ],
)
def test_is_judged_and_the_rest_goes_on(tmp_path: Path, kind: str, verdict: str) -> None:
    module = f"odd_{kind.replace('-', '_')}"
    (tmp_path / f"{module}.py").write_text(MODULE.format(kind=kind), encoding="utf-8")
    (tmp_path / "target.yaml").write_text(MANIFEST % module.removeprefix("odd_"), encoding="utf-8")
    limit = "3s" if kind == "never" else "60s"  # 100 MB take their time on a busy machine
    (tmp_path / "odd.yaml").write_text(VECTORS.replace("@@", limit), encoding="utf-8")
    options = ("-n", "1", "--retries", "0", "--seed", "1", "--run-file", "run.jsonl")
    done = shell("run", "odd.yaml", "-t", "target.yaml", *options, cwd=tmp_path)
    assert done.returncode == 1, done.stdout + done.stderr
    lines = [json.loads(line) for line in (tmp_path / "run.jsonl").read_text().splitlines()]
    verdicts = {line["trial"]: line["verdict"] for line in lines if line["type"] == "trial"}
    assert verdicts == {"odd/before": "pass", "odd/hit": verdict, "odd/later": "pass"}
    assert lines[-1]["type"] == "footer"
    assert no_traceback(done)
