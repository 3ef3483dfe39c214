"""Where a flow stands: what it may name, what it knows of the target, and what it has found."""

from collections.abc import Iterator
from itertools import count
from typing import Final

import msgspec

from dbal_conform.core.binding import Scope, UnboundError
from dbal_conform.core.messages import Json, Request, Silence
from dbal_conform.core.patterns import Context
from dbal_conform.core.play.expectation import Expectation
from dbal_conform.core.play.flow import DeadError
from dbal_conform.core.play.notes import Breach, Notes
from dbal_conform.core.play.setting import Setting
from dbal_conform.core.play.trail import Trail
from dbal_conform.core.results import Asked, Report
from dbal_conform.core.verdict import Mismatch

SYSTEM: Final = "system"
ANONYMOUS: Final = "anonymous"
BLOCK: Final = 10_000  # request ids that a branch has to itself

Digest = dict[str, Json]


class Asking(msgspec.Struct, frozen=True):
    """One call, everything put in, and what it must come to.

    `requirements` are what it breaks if it does not, the strongest first.
    """

    step: str
    method: str
    expectation: Expectation
    requirements: tuple[str, ...]
    args: dict[str, Json] = {}
    meta: dict[str, Json] = {}
    actor: str | None = None
    transaction: str | None = None


class Waiting(msgspec.Struct, frozen=True):
    """A call that was launched and not yet joined."""

    asking: Asking
    request: Request


class Handle(msgspec.Struct, frozen=True):
    """A transaction that the vector gave a name."""

    tx: str
    actor: str | None


class Trap(msgspec.Struct):
    """A fault that lies in wait; one that nothing runs into is an error of the case."""

    step: str
    method: str | None
    struck: bool = False


class Stage:
    """One flow in one world: the main flow of a pass, or one branch of its race."""

    def __init__(self, setting: Setting, ids: Iterator[int], *, elapsed_ms: float) -> None:
        self.setting = setting
        self.ids = ids
        self.elapsed_ms = elapsed_ms
        self.scope = Scope()
        self.notes = Notes()
        self.history: tuple[Notes, ...] = (self.notes,)
        self.trail = Trail()
        self.tokens: dict[str, str | None] = {ANONYMOUS: None, SYSTEM: setting.bootstrap_token}
        self.handles: dict[str, Handle] = {}
        self.launched: dict[str, Waiting] = {}
        self.traps: list[Trap] = []
        self.digests: dict[str | None, Digest] = {}  # by transaction; those that still hold
        self.timed_out: list[tuple[Asking, Digest]] = []  # the state before each TIMEOUT
        self.outcomes: dict[str, str] = {}  # step -> ok, or the name of the error
        self.counted: list[str] = []  # the same, of calls that only their race judges
        self.frozen_ms: int | None = None  # what the clock says while it stands still
        self.mark = ""  # of the pass, behind each step's place: ` twin`, ` round 2`
        self.replays: dict[str, str] | None = None  # outcomes that must come again, unjudged
        self.missing: frozenset[str] = frozenset()  # capabilities that must be refused: rule 12
        self.matched = True  # the last call came to what was expected of it
        self.racing = False
        self.counts = False  # calls without an expectation are counted, not judged
        self.disturbed = False  # database or network are not as they should be
        self.shaken = False  # something was done to them in this world
        self.loose: frozenset[str] = frozenset()  # entities that a migration changed
        self.roles_moved = False  # roles were written: those of the case are history

    def branch(self, ids: Iterator[int], i: int) -> "Stage":
        """Return the stage of branch `i`: it sees all that is here, and finds its own."""
        stage = Stage(self.setting, ids, elapsed_ms=self.elapsed_ms)
        stage.scope = self.scope.branch(i)
        stage.tokens = self.tokens
        stage.handles = dict(self.handles)
        stage.frozen_ms, stage.mark, stage.replays = self.frozen_ms, self.mark, self.replays
        stage.traps = self.traps
        stage.loose, stage.roles_moved = self.loose, self.roles_moved
        stage.history = (*self.history, stage.notes)
        stage.racing = True
        return stage

    def blocks(self, branches: int) -> list[Iterator[int]]:
        """Return request ids for each branch, so that ids do not depend on who is faster."""
        start = next(self.ids)
        self.ids = count(start + branches * BLOCK)
        return [count(start + place * BLOCK) for place in range(branches)]

    @property
    def time_left_s(self) -> float:
        """Seconds until the trial's time is up.

        Raises:
            DeadError: it is.
        """
        limit_ms = self.setting.case.timeout_ms
        if self.elapsed_ms >= limit_ms:
            why = f"the trial took longer than {limit_ms / 1000:g} s"
            raise DeadError(Silence(0, "timeout", why))
        return (limit_ms - self.elapsed_ms) / 1000

    @property
    def sees_state(self) -> bool:
        """Whether a digest taken now shows what a single call does."""
        return not (self.replays is not None or self.racing or self.launched or self.disturbed)

    def token(self, actor: str | None) -> str | None:
        """Return the token of an actor; nobody in particular is anonymous, who has none.

        Raises:
            UnboundError: the world has no such actor.
        """
        name = ANONYMOUS if actor is None else actor
        if name not in self.tokens:
            raise UnboundError(f"as: {name} cannot be bound: the world has no such actor")
        return self.tokens[name]

    def handle(self, name: str) -> Handle:
        """Return the transaction of that name.

        Raises:
            UnboundError: none was begun.
        """
        if name not in self.handles:
            raise UnboundError(f"transaction {name} was not begun")
        return self.handles[name]

    def asked(self, method: str, args: dict[str, Json], actor: str | None) -> Asked:
        """Return what the form of a reply depends on."""
        known = self.setting.case.actors.get(actor or ANONYMOUS)
        role = None if known is None or self.roles_moved else known.role
        return Asked(
            method,
            args,
            role="public" if actor == ANONYMOUS else role,
            system=actor == SYSTEM,
            alone=not self.racing and not self.launched,
            loose=self.loose,
        )

    def context(self, slack_ms: float = 0.0) -> Context:
        """Return what patterns are matched in now."""
        tolerances = self.setting.contract.tolerances
        return Context(tolerances, self.scope, self.scope.now_ms, slack_ms)

    def sent(self) -> Iterator[Json]:
        """Yield the arguments of every call so far, the latest last."""
        for notes in self.history:
            for line in notes.transcript:
                if isinstance(line.sent, Request):
                    yield line.sent.args

    def breach(
        self,
        mismatch: Mismatch,
        step: str,
        requirements: tuple[str, ...],
        *,
        replayed: bool = False,
    ) -> None:
        """Note that an expectation did not hold; the first of `requirements` is named.

        A replay is not judged again, but for what is said to be of the replay itself.
        """
        if self.replays is None or replayed:
            self._note(mismatch, step, requirements, invariant=False)

    def broken(self, mismatch: Mismatch, step: str) -> None:
        """Note that an invariant did not hold; the mismatch names its requirement."""
        if self.replays is None:
            self._note(mismatch, step, (mismatch.requirement,), invariant=True)

    def report(self, report: Report, step: str) -> None:
        """Note all that a report holds."""
        for mismatch in report.found:
            self.broken(mismatch, step)

    def _note(
        self, mismatch: Mismatch, step: str, requirements: tuple[str, ...], *, invariant: bool
    ) -> None:
        told = msgspec.structs.replace(mismatch, requirement=requirements[0], step=step + self.mark)
        self.notes.breaches.append(Breach(told, requirements, invariant))
