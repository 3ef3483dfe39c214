"""Branches released together, each a machine of its own."""

from collections import Counter
from collections.abc import Callable

import msgspec

from dbal_conform.core.binding import UnboundError
from dbal_conform.core.messages import Json
from dbal_conform.core.play.actions import Race
from dbal_conform.core.play.flow import DeadError, Driver, Flow, StoppedError
from dbal_conform.core.play.judging import refuse_what_counts_on
from dbal_conform.core.play.stage import Stage
from dbal_conform.core.suite import Expect, Parallel, Step
from dbal_conform.core.verdict import Mismatch

UNSET = msgspec.UNSET
Take = Callable[[Stage, Step, str], Flow[Json | msgspec.UnsetType]]


class Branch(Driver):
    """The machine of one branch. What ends it early is kept for its race, and not raised."""

    def __init__(self, stage: Stage, steps: tuple[Step, ...], place: str, take: Take) -> None:
        super().__init__(self._run(steps, place, take))
        self.stage = stage
        self.ended_by: DeadError | UnboundError | StoppedError | None = None

    def _run(self, steps: tuple[Step, ...], place: str, take: Take) -> Flow[None]:
        try:
            for number, step in enumerate(steps, 1):
                yield from take(self.stage, step, f"{place}.{number}")
        except (DeadError, UnboundError, StoppedError) as error:
            self.ended_by = error


def race(stage: Stage, step: Parallel, place: str, take: Take) -> Flow[Json]:
    """Run all branches at once; return what they saved, by branch.

    Raises:
        DeadError, UnboundError, StoppedError: as the first branch, in order, that ended so.
    """
    expect = step.expect
    counts = expect is not None and (
        expect.outcomes is not None or bool(expect.any_of) or expect.observe
    )
    named = [
        (name, f"{name}[{i}]" if step.times > 1 else name, steps)
        for name, steps in step.parallel.items()
        for i in range(step.times)
    ]
    before = dict(stage.scope.names)
    branches = []
    for i, (ids, (_, label, steps)) in enumerate(zip(stage.blocks(len(named)), named, strict=True)):
        own = stage.branch(ids, i)
        own.counts = counts
        branches.append(Branch(own, steps, f"{place}.{label}", take))
    _, took_ms = yield Race(tuple(branches))
    stage.elapsed_ms += took_ms
    saved = _gather(stage, step, branches, before, [name for name, _, _ in named])
    for branch in branches:
        if branch.ended_by is not None:
            raise branch.ended_by
    if expect is not None and counts:
        _count(stage, step, expect, branches, place)
    return saved


def _gather(
    stage: Stage,
    step: Parallel,
    branches: list[Branch],
    before: dict[str, Json],
    names: list[str],
) -> Json:
    """Take over what branches found, and what they saved as `$branch.name` (rule 5)."""
    of_branch: dict[str, list[Json]] = {name: [] for name in names}
    for name, branch in zip(names, branches, strict=True):
        own = branch.stage
        stage.notes.add(own.notes)
        stage.loose |= own.loose
        stage.roles_moved = stage.roles_moved or own.roles_moved
        new: dict[str, Json] = {
            key: value
            for key, value in own.scope.names.items()
            if before.get(key, UNSET) is not value
        }
        of_branch[name].append(new)
    saved: dict[str, Json] = {
        name: each if step.times > 1 else each[0] for name, each in of_branch.items()
    }
    stage.trail.join([branch.stage.trail for branch in branches])
    stage.scope.names.update(saved)
    stage.scope.prev = UNSET
    stage.digests.clear()
    stage.timed_out.clear()
    return saved


def _count(
    stage: Stage, step: Parallel, expect: Expect, branches: list[Branch], place: str
) -> None:
    counted = Counter(name for branch in branches for name in branch.stage.counted)
    came: dict[str, Json] = dict(sorted(counted.items()))
    if expect.observe:
        stage.notes.observed[place + stage.mark] = {"outcomes": came}
        return
    options = [option.outcomes or {} for option in expect.any_of] or [expect.outcomes or {}]
    if any(counted == Counter(option) for option in options):
        return
    refuse_what_counts_on(stage, counted)
    wanted: list[Json] = [dict(option) for option in options]
    expected = wanted[0] if len(wanted) == 1 else wanted
    why = "the calls came to something else"
    mismatch = Mismatch("", why, expected, came)
    stage.breach(mismatch, place, stage.setting.proves(step.proves))
