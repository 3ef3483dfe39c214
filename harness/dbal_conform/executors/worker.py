"""A batch of trials to results: one open line for each site, kept between trials."""

import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import msgspec

from dbal_conform.core.errors import (
    ConformError,
    CouldNotRunError,
    InexpressibleError,
    TargetError,
)
from dbal_conform.core.plan import Trial
from dbal_conform.core.play import TrialPlay
from dbal_conform.core.redact import Redactor, secrets_of_url
from dbal_conform.core.selection import offers_of
from dbal_conform.core.suite import Case
from dbal_conform.core.verdict import TrialResult, Verdict
from dbal_conform.environments import open_environment
from dbal_conform.environments.owner import own_name
from dbal_conform.executors.hello import introduction
from dbal_conform.executors.job import Introduction, Job
from dbal_conform.executors.redaction import redacted
from dbal_conform.executors.serial import Line, drive
from dbal_conform.executors.vacancy import refuse_occupied
from dbal_conform.transports import Opening, open_transport

OPENING_S = 30.0  # a target that is not there after that is judged to hang

# What is worth a second look: a verdict that may be luck. A timeout may be too, but looking costs
# as long again each time.
_DOUBTFUL = frozenset({Verdict.FAIL, Verdict.OVERCLAIM, Verdict.CRASH, Verdict.PROTOCOL_VIOLATION})
_SOUND = frozenset({Verdict.PASS, Verdict.OBSERVED, Verdict.DECLINED, Verdict.UNDERCLAIM})
MENDING_S = 60.0  # to have a database again that was killed, at worst
# A target that cannot be opened so often in a row is not tried again in this worker.
_PATIENCE = 2

# A site, and the harm that is done to its database: such trials have lines of their own, since what
# stands between a target and its database costs time.
Key: TypeAlias = tuple[int, frozenset[str]]


class Worker:
    """Runs trials one after another; `name` tells its databases apart from those of others.

    `alive` is told in how many seconds a result will come, where that is later than a trial's own
    limit says.
    """

    def __init__(
        self, job: Job, name: str, *, alive: Callable[[float], object] = lambda _: None
    ) -> None:
        self._alive = alive
        self._job = job
        self._owner = own_name()
        self._name = name
        self._opened = 0
        self._lines: dict[Key, Line] = {}
        self._known: dict[int, Introduction] = {}
        self._failures: dict[Key, list[ConformError]] = {}

    def introduce(self, site: int) -> Introduction:
        """Open the line to `site` and let the target tell who it is.

        Raises:
            InputError: the manifest names something that is not there.
        """
        try:
            self._line((site, frozenset()))
        except (TargetError, CouldNotRunError) as error:
            reason = Redactor(self._job.secrets(site)).text(str(error))
            return Introduction(failed=_verdict_of(error), reason=reason)
        return self._known[site]

    def run(self, trial: Trial) -> TrialResult:
        """Play one trial, again in a fresh world where it failed, and return its first result.

        A retry never turns red into green: it only marks the result as flaky.
        """
        first = self._attempt(trial, 1)
        if first.verdict not in _DOUBTFUL:
            return first
        for attempt in range(2, self._job.retries + 2):
            self._alive(self._job.limit_s(trial.case))
            if self._attempt(trial, attempt).verdict in _SOUND:
                return msgspec.structs.replace(first, flaky=True, attempt=attempt)
        return msgspec.structs.replace(first, attempt=self._job.retries + 1)

    def close(self) -> None:
        """Close every line; may be called twice."""
        for key in list(self._lines):
            self._drop(key)

    def _attempt(self, trial: Trial, attempt: int) -> TrialResult:
        try:
            return self._play(trial, attempt)
        except (TargetError, CouldNotRunError, InexpressibleError) as error:
            verdict, reason = _verdict_of(error), str(error)
        except Exception as error:  # noqa: BLE001 -- our own fault must not end the other trials
            self._drop((trial.site, self._job.faults(trial)))
            verdict, reason = Verdict.HARNESS_ERROR, _our_fault(error)
        return unplayed(self._job, trial, verdict, reason)

    def _play(self, trial: Trial, attempt: int) -> TrialResult:
        site = self._job.plan.sites[trial.site]
        key = (trial.site, self._job.faults(trial))
        line = self._line(key, then_s=self._job.limit_s(trial.case))
        play = TrialPlay(
            _limited(self._job.plan.cases[trial.case], self._job.timeout_s),
            self._job.contract,
            bootstrap_token=self._job.token(trial.site),
            claims=self._known[trial.site].claims or (),
            offers=offers_of(site),
            control=site.control,
            target=site.target,
            database=site.database,
            attempt=attempt,
        )
        try:
            drive(play, line)
        finally:
            line.settle()
            if line.shaken:  # whatever it did to itself is not the next trial's to suffer
                self._alive(MENDING_S)
            if line.shaken or line.spoilt is not None:
                self._drop(key)
        if play.result().verdict not in _SOUND and not line.shaken:
            self._see_ground(key, line)
        secrets = {*play.secrets, *self._job.secrets(trial.site), *secrets_of_url(line.ground.url)}
        return redacted(play.result(), secrets)

    def _see_ground(self, key: Key, line: Line) -> None:
        """See whether what went wrong is the target's.

        Raises:
            CouldNotRunError: its database is away, though nobody was asked to take it away.
        """
        try:
            line.ground.check()
        except CouldNotRunError:
            self._drop(key)
            raise

    def _line(self, key: Key, *, then_s: float = 0.0) -> Line:
        """Return the open line of that key; what follows takes `then_s` seconds at most.

        Raises:
            InputError, TargetError, CouldNotRunError: it cannot be opened.
        """
        if key in self._lines:
            return self._lines[key]
        failures = self._failures.setdefault(key, [])
        if len(failures) >= _PATIENCE:
            raise failures[-1]
        if self._lines and len(self._lines) == self._job.most_lines:
            self._drop(next(iter(self._lines)))  # the one that has been open for longest
        self._alive(2 * self._opening_s(key[0]))  # to open it, and to hear its hello
        try:
            line = self._lines[key] = self._open(*key)
        except (TargetError, CouldNotRunError) as error:
            failures.append(error)
            raise
        failures.clear()
        self._alive(then_s)
        return line

    def _open(self, place: int, faults: frozenset[str]) -> Line:
        job, ware = self._job, self._job.wares[place]
        self._opened += 1
        base = (ware.mortal if "faults.database" in faults else None) or ware.base
        ground = open_environment(base, job.scratch, f"{self._name}.{self._opened}", faults)
        values = {
            "bootstrap_token": job.token(place),
            "database.url": ground.url,
            "python": sys.executable,
            "schema": str(job.schema_folder),
        }
        try:
            transport = open_transport(
                Opening(ware.manifest, ware.folder, values, self._opening_s(place), self._owner)
            )
        except BaseException:
            ground.close()
            raise
        line = Line(transport, ground)
        try:
            said = introduction(transport, ware.manifest, timeout_s=OPENING_S)
            if ware.manifest.control == "public":
                refuse_occupied(
                    transport,
                    job.contract,
                    job.token(place),
                    job.scratch / f"site-{place}-was-empty",
                    timeout_s=OPENING_S,
                )
        except BaseException:
            line.close()
            raise
        self._known[place] = said
        transport.reply_limit = said.reply_limit
        return line

    def _opening_s(self, place: int) -> float:
        return self._job.wares[place].manifest.ready_s or OPENING_S

    def _drop(self, key: Key) -> None:
        line = self._lines.pop(key, None)
        if line is not None:
            line.close()


def unplayed(job: Job, trial: Trial, verdict: Verdict, reason: str) -> TrialResult:
    """Return the result of a trial that did not come to its end, or not even to its start."""
    case, site = job.plan.cases[trial.case], job.plan.sites[trial.site]
    text = Redactor(job.secrets(trial.site)).text(reason)
    return TrialResult(
        case.id, site.target, site.database, verdict, requirements=case.covers, reason=text
    )


def _limited(case: Case, timeout_s: float | None) -> Case:
    if timeout_s is None:
        return case
    return msgspec.structs.replace(case, timeout_ms=round(timeout_s * 1000))


def _verdict_of(error: TargetError | CouldNotRunError | InexpressibleError) -> Verdict:
    match error:
        case TargetError():
            return Verdict(error.how)
        case CouldNotRunError():
            return Verdict.COULD_NOT_RUN
        case InexpressibleError():
            return Verdict.NOT_APPLICABLE


def _our_fault(error: Exception) -> str:
    """Say what broke and where in our code, without a path of this machine."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" ({Path(frames[-1].filename).name}:{frames[-1].lineno})" if frames else ""
    return f"{type(error).__name__}: {error}{place}"
