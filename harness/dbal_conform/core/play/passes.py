"""The passes of a trial, each in a world of its own: main rounds, twins, and the inverted one."""

from collections.abc import Iterator
from itertools import count

import msgspec

from dbal_conform.core.play.audits import check_trail
from dbal_conform.core.play.calls import differ, perform
from dbal_conform.core.play.control import digest
from dbal_conform.core.play.flow import Flow, StoppedError
from dbal_conform.core.play.ground import mend
from dbal_conform.core.play.inversion import ProbedError
from dbal_conform.core.play.notes import Notes
from dbal_conform.core.play.setting import Setting
from dbal_conform.core.play.stage import Stage
from dbal_conform.core.play.steps import asking_of, await_all, take
from dbal_conform.core.play.twins import twin_of
from dbal_conform.core.play.world import WORLDS
from dbal_conform.core.suite import Call, Parallel, Twin
from dbal_conform.core.verdict import Verdict

UNSET = msgspec.UNSET


class Passes:
    """All passes of one trial, and what they have found so far."""

    def __init__(self, setting: Setting, control: str) -> None:
        self.setting = setting
        self.notes = Notes()
        self.elapsed_ms = 0.0
        self._control = control
        self._ids: Iterator[int] = count(1)
        self._stage: Stage | None = None

    @property
    def twins(self) -> list[tuple[int, Call, Twin]]:
        """The steps with a twin that is played."""
        return [
            (at, step, step.expect.twin)
            for at, step in enumerate(self.setting.case.steps)
            if isinstance(step, Call)
            and step.expect is not None
            and step.expect.twin is not None
            and step.expect.twin.because is None
        ]

    def all(self) -> Flow[None]:
        """Play main rounds and twins.

        Raises:
            DeadError, UnboundError, StoppedError: the trial ends early.
        """
        races = [step.repeat for step in self.setting.case.steps if isinstance(step, Parallel)]
        outcomes: dict[str, str] = {}
        for number in range(1, max(races, default=1) + 1):
            mark = f" round {number}" if number > 1 else ""
            stage = yield from self._main(mark)
            outcomes = outcomes or stage.outcomes
        for at, call, twin in self.twins:
            yield from self._twin(at, call, twin, outcomes)

    def inverted(self, missing: frozenset[str]) -> Flow[bool]:
        """Play up to the first call that uses what is unclaimed; whether it was refused.

        Raises:
            DeadError, UnboundError: the trial ends early.
            StoppedError: no call gets far enough to be refused for the capability.
        """
        try:
            yield from self._main(" inverted", missing)
            for at, call, twin in self.twins:
                yield from self._twin(at, call, twin, {}, missing)
        except ProbedError as probed:
            self.settle()
            return probed.refused
        named = ", ".join(sorted(missing))
        reason = f"{named} is not claimed, and no call of this case gets far enough to be refused"
        raise StoppedError(Verdict.NOT_APPLICABLE, reason)

    def settle(self) -> None:
        """Take over what the pass that is under way has found, however it ended."""
        if self._stage is not None:
            self.notes.add(self._stage.notes)
            self.elapsed_ms = self._stage.elapsed_ms
            self._ids = self._stage.ids
            self._stage = None

    def _open(self, mark: str) -> Flow[Stage]:
        stage = self._stage = Stage(self.setting, self._ids, elapsed_ms=self.elapsed_ms)
        stage.mark = mark
        yield from WORLDS[self._control].open(stage)
        return stage

    def _main(self, mark: str, missing: frozenset[str] = frozenset()) -> Flow[Stage]:
        stage = yield from self._open(mark)
        stage.missing = missing
        for at, step in enumerate(self.setting.case.steps):
            came = yield from take(stage, step, str(at + 1))
            if came is not UNSET:
                stage.scope.steps[at] = came
        yield from _close(stage)
        yield from WORLDS[self._control].close(stage)
        self.settle()
        return stage

    def _twin(
        self,
        at: int,
        call: Call,
        twin: Twin,
        outcomes: dict[str, str],
        missing: frozenset[str] = frozenset(),
    ) -> Flow[None]:
        stage = yield from self._open(" twin")
        stage.replays = outcomes
        for before, step in enumerate(self.setting.case.steps[:at]):
            came = yield from take(stage, step, str(before + 1))
            if came is not UNSET:
                stage.scope.steps[before] = came
        stage.replays, stage.missing = None, missing
        asking = yield from asking_of(stage, twin_of(call, twin), str(at + 1))
        yield from perform(stage, asking)
        yield from await_all(stage)
        yield from mend(stage)
        yield from WORLDS[self._control].close(stage)
        self.settle()


def _close(stage: Stage) -> Flow[None]:
    """End a main pass: nothing is left running, unrecorded, or lying in wait."""
    yield from await_all(stage)
    stage.digests.clear()
    for asking, before in stage.timed_out:
        after = yield from digest(stage, None, asking.step)
        if after is not None:
            differ(stage, asking.step, before, after, "CALL-TIME-002")
    yield from check_trail(stage)
    for trap in stage.traps:
        if not trap.struck and not stage.notes.breaches:
            reason = f"step {trap.step}: nothing ran into this fault, so the case shows nothing"
            raise StoppedError(Verdict.HARNESS_ERROR, reason)
    yield from mend(stage)
