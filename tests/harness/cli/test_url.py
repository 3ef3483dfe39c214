import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from tests.harness.cli.shell import environment, shell
from tests.harness.transports.peers import manifest

from dbal_conform.corpus.locate import schema_root
from dbal_conform.processes.program import Launch, Program
from dbal_conform.transports import Opening, connect
from dbal_conform.transports.stream import UnreachableError, free_port

TOKEN = "the-bootstrap-token-of-this-server"
CASES = """\
suite: running
contract: "1.0"
actors:
  ann: {role: user}
cases:
  - id: own-row
    title: A user reads himself
    covers: [USR-READ-001]
    fixtures:
      User: [{$as: bob, username: bob, email: bob@example.com}]
    steps:
      - {call: User.read, as: ann, args: {id: $actor.ann.id}, expect: {ok: {username: ann}}}
      - {call: User.count, as: system, expect: {ok: 2}}
  - id: by-the-clock
    title: Time goes on
    covers: [CTL-CLOCK-001]
    steps:
      - clock: {advance: 1s}
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a server that runs, and keeps running."""
    port = free_port()
    serve = ("-m", "dbal_reference", "serve", "--websocket", f"127.0.0.1:{port}")
    env = {
        "DBAL_DATABASE": "memory:",
        "DBAL_BOOTSTRAP_TOKEN": TOKEN,
        "DBAL_SCHEMA": str(schema_root()),
        "PYTHONPATH": str(Path(__file__).parents[3] / "reference_impl"),
    }
    launch = Launch((sys.executable, *serve), env, tmp_path_factory.mktemp("server"))
    program = Program(launch)
    url = f"ws://127.0.0.1:{port}/rpc"
    try:
        while True:
            try:
                at = Opening(manifest("websocket", connect={"url": url}), Path(), {}, 5.0)
                connect(at).close()
                break
            except UnreachableError:
                assert program.ended(0.1) is None, program.last_words()
        yield url
    finally:
        program.stop()


@pytest.fixture
def suite(tmp_path: Path) -> str:
    file = tmp_path / "running.yaml"
    file.write_text(CASES, encoding="utf-8")
    return str(file)


def test_a_server_that_runs_is_tested_and_left_empty(
    server: str, suite: str, tmp_path: Path
) -> None:
    env = environment(MY_TOKEN=TOKEN)
    for _ in range(2):  # the second finds nothing of the first
        done = shell(
            *("run", suite, "--url", server, "--token-env", "MY_TOKEN", "-n", "2"),
            cwd=tmp_path,
            env=env,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        assert "profile public" in done.stdout
        assert TOKEN not in done.stdout + done.stderr
    runs = [file.read_text() for file in (tmp_path / "reports").glob("*.jsonl")]
    assert len(runs) == 2
    assert not any(TOKEN in text for text in runs)


def test_what_needs_control_could_not_run_in_full(server: str, suite: str, tmp_path: Path) -> None:
    env = environment(DBAL_BOOTSTRAP_TOKEN=TOKEN)
    done = shell("run", suite, "--url", server, "--profile", "full", cwd=tmp_path, env=env)
    assert done.returncode == 3
    assert "could not run" in done.stdout


def test_a_token_that_does_not_hold_could_not_run(server: str, suite: str, tmp_path: Path) -> None:
    env = environment(DBAL_BOOTSTRAP_TOKEN="another")
    done = shell("run", suite, "--url", server, cwd=tmp_path, env=env)
    assert done.returncode == 3
    assert "refused to the bootstrap token: UNAUTHORIZED" in done.stdout


def test_a_server_with_rows_of_its_own_is_left_alone(
    server: str, suite: str, tmp_path: Path
) -> None:
    from dbal_conform.core.messages import Json, Request, Value  # noqa: PLC0415 -- for this test alone

    env = environment(DBAL_BOOTSTRAP_TOKEN=TOKEN)
    opening = Opening(manifest("websocket", connect={"url": server}), Path(), {}, 5.0)
    with closing(connect(opening)) as line:
        page: dict[str, Json] = {"data": {"username": "mine", "email": "mine@example.com"}}
        made = line.exchange(Request(1, "User.create", page, {"token": TOKEN}), timeout_s=10)
        assert isinstance(made, Value)
        done = shell("run", suite, "--url", server, cwd=tmp_path, env=env)
        assert done.returncode == 3
        assert "holds rows of User (1): give it an empty database" in " ".join(done.stdout.split())
        key = {"id": made.value["id"]}  # type: ignore[call-overload, index]  # any JSON
        assert line.exchange(
            Request(2, "User.delete", key, {"token": TOKEN}), timeout_s=10
        ) == Value(2, True)  # noqa: FBT003 -- what it answers


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--url", "ftp://host"), "--url: write ws://"),
        (("--url", "ws://me:secret@host/rpc"), "--url: write ws://"),
        (
            ("--url", "ws://host/rpc", "--token-env", "NOT_SET"),
            "set NOT_SET to the bootstrap token",
        ),
        (("--url", "ws://host/rpc", "-t", "reference-memory"), "leave out --target"),
        (("--token-env", "MINE"), "--token-env and --control go with --url"),
        (("--url", "ws://host/rpc", "--control", "full"), "choose public or conformance"),
    ],
)
def test_wrong_usage_is_told(
    suite: str, tmp_path: Path, arguments: tuple[str, ...], words: str
) -> None:
    done = shell("run", suite, *arguments, cwd=tmp_path)
    assert (done.returncode, words in done.stderr) == (2, True), done.stderr
    assert "secret" not in done.stderr
