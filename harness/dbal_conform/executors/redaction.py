"""Secrets out of a result before it leaves the worker, and so before anything is written."""

from collections.abc import Collection

import msgspec

from dbal_conform.core.messages import Json
from dbal_conform.core.redact import Redactor
from dbal_conform.core.verdict import Exchange, Mismatch, TrialResult


def redacted(result: TrialResult, secrets: Collection[str]) -> TrialResult:
    """Return `result` with every secret replaced in what came from a target or a case.

    Ids of cases and requirements stay: they are ours. Most results hold no such text, and building
    a redactor costs more than a call, so these are returned as they are.
    """
    free = result.reason or result.mismatches or result.transcript
    if not free and result.observed is msgspec.UNSET:
        return result
    redactor = Redactor(secrets)
    return msgspec.structs.replace(
        result,
        reason=redactor.text(result.reason),
        mismatches=tuple(_mismatch(each, redactor) for each in result.mismatches),
        observed=_maybe(result.observed, redactor),
        transcript=tuple(_exchange(each, redactor) for each in result.transcript),
    )


def _mismatch(found: Mismatch, redactor: Redactor) -> Mismatch:
    return msgspec.structs.replace(
        found,
        path=redactor.text(found.path),
        why=redactor.text(found.why),
        expected=_maybe(found.expected, redactor),
        actual=_maybe(found.actual, redactor),
    )


def _exchange(line: Exchange, redactor: Redactor) -> Exchange:
    return msgspec.structs.replace(
        line, sent=redactor.json(line.sent), came=redactor.json(line.came)
    )


def _maybe(value: Json | msgspec.UnsetType, redactor: Redactor) -> Json | msgspec.UnsetType:
    return value if isinstance(value, msgspec.UnsetType) else redactor.json(value)
