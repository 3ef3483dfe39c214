"""The limit on failures by itself: waiting, forgetting (CRD-VERIFY-010)."""

import time
from threading import Event, Thread

import pytest

from dbal_reference import rate_limit
from dbal_reference.clock import Clock
from dbal_reference.errors import RateLimitError, TimeoutExceededError
from dbal_reference.rate_limit import FailureLimit


def soon(seconds: float = 10) -> float:
    return time.monotonic() + seconds


@pytest.fixture
def limit() -> FailureLimit:
    """Two failures within a second."""
    return FailureLimit(Clock(lambda: 1000), failures=2, window_ms=1000)


def test_who_waits_for_others_gives_up_at_his_deadline(limit: FailureLimit) -> None:
    with limit.attempt("a", soon()), limit.attempt("a", soon()):
        began = time.monotonic()
        with pytest.raises(TimeoutExceededError), limit.attempt("a", soon(0.05)):
            pass
        assert 0.04 < time.monotonic() - began < 1
        with limit.attempt("b", soon()):
            pass


def test_who_waits_is_judged_when_a_place_is_free_and_refused_when_none_will_be(
    limit: FailureLimit,
) -> None:
    waits, answers = Event(), []

    def third() -> None:
        waits.set()
        try:
            with limit.attempt("a", soon()):
                answers.append("judged")
        except RateLimitError as error:
            answers.append(error.details["retryAfter"])

    for succeeded, answer in ((True, "judged"), (False, 1)):
        waits.clear()
        with limit.attempt("a", soon()) as one, limit.attempt("a", soon()) as two:
            thread = Thread(target=third)
            thread.start()
            waits.wait()
            one.succeeded = two.succeeded = succeeded
        thread.join()
        assert answers.pop() == answer


def test_an_attempt_that_was_not_judged_is_no_failure(limit: FailureLimit) -> None:
    for _ in range(5):
        with pytest.raises(KeyError), limit.attempt("a", soon()):
            raise KeyError
    with limit.attempt("a", soon()):
        pass


def test_names_that_nobody_tries_any_more_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rate_limit, "_SWEEP_ABOVE", 10)
    now = [0]
    limit = FailureLimit(Clock(lambda: now[0]), failures=2, window_ms=1000)
    for number in range(100):
        now[0] += 500
        with limit.attempt(f"name-{number}", soon()) as attempt:
            attempt.succeeded = False
    assert len(limit._names) <= 21  # noqa: SLF001 -- memory has no other witness
