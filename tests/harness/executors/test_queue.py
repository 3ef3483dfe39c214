"""Who is given which trial next."""

from typing import cast

from dbal_conform.core.plan import Trial
from dbal_conform.executors.job import Job
from dbal_conform.executors.queue import BATCH, Queue


class Lanes:
    """Of a job, what a queue asks: trials of case 1 have the server of their site to themselves."""

    def lane(self, trial: Trial) -> str:
        return f"server {trial.site}" if trial.case == 1 else ""


def queue(*trials: Trial) -> Queue:
    made = Queue(cast("Job", Lanes()))
    made.extend(trials)
    return made


FREE, HERE, THERE = Trial(0, 0), Trial(1, 0), Trial(1, 1)


def test_trials_come_in_order_and_in_batches_that_leave_something_for_others() -> None:
    many = [Trial(case, 0) for case in range(2, 102)]
    waiting = queue(*many)
    given = waiting.batch(2, (), idle=True)
    assert given == tuple(many[:BATCH])
    assert len(waiting) == len(many) - BATCH
    sizes = []
    while len(waiting):
        sizes.append(len(waiting.batch(2, (), idle=True)))
    assert sum(sizes) == len(many) - BATCH
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[-1] == 1


def test_a_server_is_never_in_two_hands() -> None:
    waiting = queue(*[HERE] * 20, *[THERE] * 3, FREE)
    first = waiting.batch(3, (), idle=True)
    assert set(first) == {HERE}
    second = waiting.batch(3, first, idle=True)
    assert set(second) == {THERE}
    busy = (*first[-1:], *second)
    assert waiting.batch(3, busy, idle=True) == (FREE,)
    assert waiting.batch(3, busy, idle=True) == ()
    assert set(waiting.batch(3, second, idle=True)) == {HERE}


def test_who_still_works_is_given_what_needs_no_server_of_its_own() -> None:
    waiting = queue(HERE, FREE)
    assert waiting.batch(1, (FREE,), idle=False) == (FREE,)
    assert waiting.batch(1, (FREE,), idle=False) == ()
    assert waiting.batch(1, (), idle=True) == (HERE,)


def test_what_was_not_played_goes_back_to_where_it_came_from() -> None:
    waiting = queue(FREE, Trial(2, 0), HERE)
    waiting.put_back([Trial(3, 0), THERE, Trial(4, 0)])
    assert len(waiting) == 6
    assert waiting.batch(1, (), idle=False) == (Trial(3, 0), Trial(4, 0))
    assert waiting.batch(1, (), idle=True) == (HERE,)
    assert waiting.batch(1, (HERE,), idle=True) == (THERE,)
    waiting.clear()
    assert len(waiting) == 0
