"""Flows: the parts of a play as generators, driven from outside by one small machine.

A generator inside and a class outside: the parts read as what happens in order (digest, call,
digest), while shells see the typed `Machine` of `actions.py`.
"""

from collections.abc import Generator
from typing import Any, TypeAlias, TypeVar

from dbal_conform.core.errors import ConformError, HarnessError
from dbal_conform.core.messages import Fault, RawReply, Silence, Value
from dbal_conform.core.play.actions import (
    Action,
    Answer,
    Await,
    Environment,
    Launch,
    Mend,
    Pause,
    Race,
    Send,
    SendRaw,
    Unable,
)
from dbal_conform.core.verdict import Verdict

T = TypeVar("T")
# What came, and in how many ms. `Driver` lets no other answer in than the action can have, which
# Python's types cannot say: hence Any.
Flow: TypeAlias = Generator[Action, tuple[Any, float], T]

_ANSWERS: dict[type[Action], tuple[type, ...]] = {
    Send: (Value, Fault, Silence),
    SendRaw: (RawReply, Silence),
    Launch: (type(None),),
    Await: (Value, Fault, Silence),
    Race: (type(None),),
    Pause: (type(None),),
    Environment: (type(None), Unable),
    Mend: (type(None), Unable),
}


class DeadError(ConformError):
    """The target gave no usable reply: the trial ends here, with that verdict."""

    def __init__(self, silence: Silence) -> None:
        super().__init__(silence.reason)
        self.silence = silence


class StoppedError(ConformError):
    """The trial cannot go on; `verdict` is what it earns, unless what was found is worse."""

    def __init__(self, verdict: Verdict, reason: str) -> None:
        super().__init__(reason)
        self.verdict = verdict


class Driver:
    """The `Machine` of one flow."""

    def __init__(self, flow: Flow[None]) -> None:
        self._flow = flow
        self._due: Action | None = None
        self._begun = False

    def next_action(self) -> Action | None:
        """Return the action that is due; None once the flow has ended."""
        if not self._begun:
            self._begun = True
            self._due = next(self._flow, None)
        return self._due

    def receive(self, answer: Answer, *, took_ms: float = 0.0) -> None:
        """Take what came of the action that is due.

        Raises:
            HarnessError: none is due, or the answer is not one to it.
        """
        due = self._due
        if due is None:
            raise HarnessError("an answer came where no action was due")
        if not isinstance(answer, _ANSWERS[type(due)]):
            asked, came = type(due).__name__, type(answer).__name__
            raise HarnessError(f"{came} is no answer to {asked}")
        self._due = None
        try:
            self._due = self._flow.send((answer, took_ms))
        except StopIteration:
            return
