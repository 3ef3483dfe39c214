"""How the tests of results ask: one call, its reply, and what is told of it."""

from typing import Any

from tests.harness.core.play.scripted import CONTRACT

from dbal_conform.core.messages import Fault, Json
from dbal_conform.core.results import Asked, Report, judge_of

JUDGE = judge_of(CONTRACT)


def judged(method: str, value: Json, **asked: Any) -> tuple[Json, list[tuple[str, str]]]:  # noqa: ANN401 -- as Asked
    """Return a result decoded, and path and requirement of each breach."""
    report = Report(Asked(method, **asked))
    decoded = JUDGE.result(value, report)
    return decoded, [(found.path, found.requirement) for found in report.found]


def breaches(method: str, value: Json, **asked: Any) -> list[tuple[str, str]]:  # noqa: ANN401 -- as Asked
    return judged(method, value, **asked)[1]


def faults(method: str, fault: Fault, **asked: Any) -> list[tuple[str, str]]:  # noqa: ANN401 -- as Asked
    report = Report(Asked(method, **asked))
    JUDGE.fault(fault, report)
    return [(found.path, found.requirement) for found in report.found]
