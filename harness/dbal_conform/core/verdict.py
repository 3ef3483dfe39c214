"""What one trial shows: facts, not yet weighed against a baseline."""

import enum

import msgspec

from dbal_conform.core.messages import Json


class Verdict(enum.StrEnum):
    """What a trial shows, from its outcomes and expectations alone (docs/verdicts.md)."""

    PASS = "pass"  # noqa: S105 -- not a password
    FAIL = "fail"
    WEAK = "weak"
    OBSERVED = "observed"
    OVERCLAIM = "overclaim"
    DECLINED = "declined"
    UNDERCLAIM = "underclaim"
    CRASH = "crash"
    TIMEOUT = "timeout"
    PROTOCOL_VIOLATION = "protocol_violation"
    NOT_APPLICABLE = "not_applicable"
    COULD_NOT_RUN = "could_not_run"
    HARNESS_ERROR = "harness_error"


class Mismatch(msgspec.Struct, frozen=True, omit_defaults=True):
    """One difference; `path` is a JSON Pointer into the reply, empty for the whole of it.

    A side that has nothing at `path` is UNSET, and so left out when encoded: absent is not null.
    `requirement` is the id that was broken, `step` the place in the case (`3`, `3.a.1`, `3 twin`).
    """

    path: str
    why: str
    expected: Json | msgspec.UnsetType = msgspec.UNSET
    actual: Json | msgspec.UnsetType = msgspec.UNSET
    requirement: str = ""
    step: str = ""


class Exchange(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line of a transcript: what was sent and what came, secrets already redacted."""

    step: str
    sent: Json
    came: Json
    took_ms: float = 0.0


class TrialResult(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="type", tag="trial"):
    """The end of one trial: the record that the run file keeps, `type` being `trial`.

    `trial` is the full case id; `invariants` counts, for each, how often it was evaluated and how
    often it could not be. `transcript` is kept where the verdict is not pass, declined or the like.
    """

    trial: str
    target: str
    database: str
    verdict: Verdict
    requirements: tuple[str, ...] = ()
    reason: str = ""
    mismatches: tuple[Mismatch, ...] = ()
    broken: tuple[str, ...] = ()  # requirement ids that did not hold
    observed: Json | msgspec.UnsetType = msgspec.UNSET
    transcript: tuple[Exchange, ...] = ()
    invariants: dict[str, tuple[int, int]] = {}
    took_ms: float = 0.0
    steps: int = 0
    attempt: int = 1
    flaky: bool = False
