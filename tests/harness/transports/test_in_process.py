from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import msgspec
import pytest

from dbal_conform.core.errors import (
    CouldNotRunError,
    InputError,
    TargetCrashError,
    TargetError,
    TargetProtocolError,
    TargetTimeoutError,
)
from dbal_conform.core.manifest import Manifest
from dbal_conform.core.messages import RawRequest, Request, Value
from dbal_conform.transports import Opening, Transport, open_transport

MODULE = """
from types import SimpleNamespace

opened = []
closed = []
answer = None


def well(settings):
    opened.append(settings)
    return SimpleNamespace(handle=lambda m: answer(m), close=lambda: closed.append(settings))


def fails(settings):
    raise LookupError("no database")


def hangs(settings):
    while True:
        pass


def closes_badly(settings):
    def close():
        raise LookupError("stuck")

    return SimpleNamespace(handle=lambda m: answer(m), close=close)


def without_handle(settings):
    return SimpleNamespace()


def without_close(settings):
    class Target:
        handle = staticmethod(lambda m: answer(m))

    return Target()


value = 3
"""


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SimpleNamespace]:
    """A module beside a manifest that nobody has imported yet."""
    import sys  # noqa: PLC0415 -- to put its state back

    (tmp_path / "a_target.py").write_text(MODULE, encoding="utf-8")
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.delitem(sys.modules, "a_target", raising=False)
    yield SimpleNamespace(folder=tmp_path, get=lambda: sys.modules["a_target"])
    sys.modules.pop("a_target", None)


def open_(
    folder: Path, entry: str, options: dict[str, str] | None = None, timeout_s: float = 5.0
) -> Transport:
    connect = {"entry": entry, "options": options or {}}
    manifest = msgspec.convert(
        {"target": "t", "transport": "in-process", "connect": connect}, Manifest
    )
    return open_transport(Opening(manifest, folder, {"port": "1"}, timeout_s))


def speaking(module: SimpleNamespace, answer: Callable[[bytes], object]) -> Transport:
    line = open_(module.folder, "a_target:well")
    module.get().answer = answer
    return line


def test_a_module_beside_the_manifest_is_opened_with_its_options(module: SimpleNamespace) -> None:
    line = open_(module.folder, "a_target:well", {"port": "<{port}>"})
    assert module.get().opened == [{"port": "<1>"}]
    line.close()
    line.close()
    assert module.get().closed == [{"port": "<1>"}]


def test_a_call_goes_there_and_back_in_bytes(module: SimpleNamespace) -> None:
    sent: list[bytes] = []

    def answer(message: bytes) -> bytes:
        sent.append(message)
        return b'{"jsonrpc":"2.0","id":5,"result":[1]}'

    line = speaking(module, answer)
    assert line.exchange(Request(5, "User.list"), timeout_s=1) == Value(5, [1])
    assert sent == [b'{"jsonrpc":"2.0","id":5,"method":"User.list","params":{}}']


def raise_(error: BaseException) -> Callable[[bytes], object]:
    def answer(_: bytes) -> object:
        raise error

    return answer


@pytest.mark.parametrize(
    "error", [LookupError("x" * 9999), SystemExit(0), GeneratorExit(), MemoryError()]
)
def test_whatever_a_target_raises_is_a_crash(module: SimpleNamespace, error: BaseException) -> None:
    with pytest.raises(TargetCrashError, match=type(error).__name__) as caught:
        speaking(module, raise_(error)).exchange(Request(1, "m"), timeout_s=1)
    assert len(str(caught.value)) < 600


def test_ctrl_c_is_the_users_and_not_the_targets(module: SimpleNamespace) -> None:
    with pytest.raises(KeyboardInterrupt):
        speaking(module, raise_(KeyboardInterrupt())).exchange(Request(1, "m"), timeout_s=1)


def test_a_call_that_hangs_is_a_timeout(module: SimpleNamespace) -> None:
    def spin(_: bytes) -> object:
        while True:
            pass

    with pytest.raises(TargetTimeoutError):
        speaking(module, spin).exchange(Request(1, "m"), timeout_s=0.1)


def test_a_reply_longer_than_the_limit_is_refused(module: SimpleNamespace) -> None:
    line = speaking(module, lambda _: b'{"jsonrpc":"2.0","id":1,"result":"xxxxx"}')
    line.reply_limit = 20
    with pytest.raises(TargetProtocolError, match="more than 20"):
        line.exchange(Request(1, "m"), timeout_s=1)
    with pytest.raises(TargetProtocolError, match="more than 20"):
        line.exchange_raw(RawRequest(1, "json", "{}"), timeout_s=1)


@pytest.mark.parametrize(
    ("kind", "payload", "sent"),
    [
        ("json", '{"a": 1}\n', b'{"a": 1}\n'),
        ("json", "\ud800", b"\xed\xa0\x80"),
        ("bytes", "ff 00 7b", b"\xff\x00{"),
        ("line", "{}\n", b"{}"),
    ],
)
def test_a_raw_message_arrives_as_it_is(
    module: SimpleNamespace, kind: str, payload: str, sent: bytes
) -> None:
    came: list[bytes] = []

    def answer(message: bytes) -> bytes:
        came.append(message)
        return b'{"id": null}'

    reply = speaking(module, answer).exchange_raw(RawRequest(2, kind, payload), timeout_s=1)
    assert (came, reply.id, reply.json) == ([sent], 2, {"id": None})


@pytest.mark.parametrize("kind", ["frames", "http", "grpc"])
def test_messages_of_other_transports_could_not_run(module: SimpleNamespace, kind: str) -> None:
    line = speaking(module, lambda _: b"{}")
    with pytest.raises(CouldNotRunError, match=f"no raw messages of kind '{kind}'"):
        line.exchange_raw(RawRequest(1, kind, {}), timeout_s=1)


def test_raw_bytes_are_hexadecimal(module: SimpleNamespace) -> None:
    with pytest.raises(InputError, match="write hexadecimal"):
        speaking(module, lambda _: b"{}").exchange_raw(RawRequest(1, "bytes", "xy"), timeout_s=1)


@pytest.mark.parametrize(
    ("entry", "kind", "why"),
    [
        ("a_target:nothing", InputError, "no target at 'a_target:nothing'"),
        ("no_such_module:x", InputError, "no target at 'no_such_module:x'"),
        ("a_target", InputError, "no target at 'a_target'"),
        (":", InputError, "no target at ':'"),
        ("a_target:value", InputError, "not callable"),
        ("a_target:without_handle", InputError, "has no `handle"),
        ("a_target:fails", TargetCrashError, "could not be opened: LookupError"),
        ("a_target:hangs", TargetTimeoutError, "could not be opened: no reply in"),
        ("broken:x", TargetCrashError, "importing it raised ZeroDivisionError"),
    ],
)
def test_a_target_that_cannot_be_opened_is_told_by_whose_fault_it_is(
    module: SimpleNamespace, entry: str, kind: type[Exception], why: str
) -> None:
    (module.folder / "broken.py").write_text("1 / 0", encoding="utf-8")
    with pytest.raises(kind, match=why):
        open_(module.folder, entry, timeout_s=0.2)


def test_a_target_that_fails_to_close_is_let_go(module: SimpleNamespace) -> None:
    open_(module.folder, "a_target:closes_badly").close()
    open_(module.folder, "a_target:without_close").close()


def test_in_process_there_is_no_connection_to_break(module: SimpleNamespace) -> None:
    line = open_(module.folder, "a_target:without_close")
    with pytest.raises(CouldNotRunError, match="no connection to drop"):
        line.disturb("drop")


def test_every_failure_of_a_target_says_which_verdict_it_earns() -> None:
    hows = {kind.how for kind in (TargetCrashError, TargetTimeoutError, TargetProtocolError)}
    assert hows == {"crash", "timeout", "protocol_violation"}
    assert issubclass(TargetCrashError, TargetError)
