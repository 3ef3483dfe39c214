import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from dbal_conform.core.errors import TargetTimeoutError
from dbal_conform.transports.deadline import Bounded

SOON_S = 0.1
LONG_S = 5.0
HANG_S = 4  # longer than any test waits for


def spin(_: bytes) -> object:
    while True:
        pass


def sleep(_: bytes) -> object:
    time.sleep(HANG_S)
    return None


def wait(_: bytes) -> object:
    return threading.Event().wait(HANG_S)


def swallow(_: bytes) -> object:
    """Swallow the first interruption, as a target with a broad `except` does."""
    try:
        time.sleep(HANG_S)
    except BaseException:  # noqa: BLE001 -- that is the point
        time.sleep(HANG_S)
    return None


def on_main(call: Callable[[], object]) -> object:
    return call()


def on_another(call: Callable[[], object]) -> object:
    outcome: list[object] = []

    def run() -> None:
        try:
            outcome.append(call())
        except BaseException as error:  # noqa: BLE001 -- raised again below
            outcome.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if isinstance(outcome[0], BaseException):
        raise outcome[0]
    return outcome[0]


threads = pytest.mark.parametrize("on", [on_main, on_another])


@threads
def test_a_call_returns_what_the_handler_returns(on: Callable[..., object]) -> None:
    bounded = Bounded(lambda payload: payload * 2)
    assert on(lambda: bounded(b"ab", LONG_S)) == b"abab"
    bounded.close()


@threads
def test_what_the_handler_raises_passes_through(on: Callable[..., object]) -> None:
    def fail(_: bytes) -> object:
        raise LookupError("inside")

    bounded = Bounded(fail)
    with pytest.raises(LookupError, match="inside"):
        on(lambda: bounded(b"", LONG_S))
    bounded.close()


@pytest.fixture
def untraced() -> Iterator[None]:
    """CPython 3.11 spins in a traced thread for as long as another one owes an interruption."""
    here, elsewhere = sys.gettrace(), threading.gettrace()
    sys.settrace(None)
    threading.settrace(None)
    yield
    threading.settrace(elsewhere)
    sys.settrace(here)


@threads
@pytest.mark.usefixtures("untraced")
@pytest.mark.parametrize("handle", [spin, sleep, wait, swallow])
def test_a_call_that_never_returns_ends_in_time(
    on: Callable[..., object], handle: Callable[[bytes], object]
) -> None:
    bounded = Bounded(handle)
    began = time.monotonic()
    with pytest.raises(TargetTimeoutError, match=r"no reply in 0\.1 s"):
        on(lambda: bounded(b"", SOON_S))
    assert time.monotonic() - began < 2
    bounded.close()


@threads
def test_after_a_hang_the_next_call_is_made(on: Callable[..., object]) -> None:
    bounded = Bounded(lambda payload: spin(b"") if payload == b"hang" else payload)

    def both() -> object:
        with pytest.raises(TargetTimeoutError):
            bounded(b"hang", SOON_S)
        return bounded(b"well", LONG_S)

    assert on(both) == b"well"
    bounded.close()


def test_a_call_without_time_is_not_made() -> None:
    called: list[bytes] = []
    with pytest.raises(TargetTimeoutError, match="time was up before"):
        Bounded(called.append)(b"", 0.0)
    assert called == []


def test_no_alarm_rings_after_the_call() -> None:
    bounded = Bounded(lambda payload: payload)
    bounded(b"", SOON_S)
    time.sleep(2 * SOON_S)
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_a_target_that_takes_the_alarm_for_itself_is_bounded_nevertheless() -> None:
    def steal(_: bytes) -> object:
        signal.signal(signal.SIGALRM, signal.SIG_IGN)
        return None

    Bounded(steal)(b"", LONG_S)
    with pytest.raises(TargetTimeoutError):
        Bounded(sleep)(b"", SOON_S)


def test_threads_call_side_by_side() -> None:
    meeting = threading.Barrier(4, timeout=LONG_S)
    bounded = Bounded(lambda _: meeting.wait())
    threads_ = [threading.Thread(target=bounded, args=(b"", LONG_S)) for _ in range(4)]
    for thread in threads_:
        thread.start()
    for thread in threads_:
        thread.join()
    assert not meeting.broken
    bounded.close()


def test_closing_ends_the_threads() -> None:
    others = set(threading.enumerate())
    bounded = Bounded(lambda payload: payload)
    on_another(lambda: bounded(b"", LONG_S))
    (caller,) = set(threading.enumerate()) - others
    bounded.close()
    caller.join(LONG_S)
    assert not caller.is_alive()
