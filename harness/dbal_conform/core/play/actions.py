"""What a play asks of its shell, one action at a time; the shell answers with what came of it.

A shell is a loop, the same for a whole trial and for one branch of a race:

    while (action := machine.next_action()) is not None:
        machine.receive(outcome_of(action), took_ms=...)

| action      | the shell                                            | `receive` is given        |
|-------------|------------------------------------------------------|---------------------------|
| Send        | sends, and waits for the reply                       | Value, Fault or Silence   |
| SendRaw     | sends these very bytes, and waits                    | RawReply or Silence       |
| Launch      | sends on a connection of its own, and does not wait  | None                      |
| Await       | waits for the reply to what was launched under a name| Value, Fault or Silence   |
| Race        | drives all branches at once, each to its end         | None                      |
| Pause       | waits                                                | None                      |
| Environment | puts the fault into database, network or connection  | None, or Unable           |
| Mend        | undoes every fault of database and network           | None, or Unable           |

Branches of a race run in threads, each on a connection of its own where the transport has several,
all released together. `took_ms` is the real time that the action took: the play itself knows no
clock. `timeout_s` is what is left of the trial's time: a shell that gets no reply in it answers
`Silence(how="timeout")`.
"""

from typing import Protocol, TypeAlias

import msgspec

from dbal_conform.core.messages import Outcome, RawRequest, Request


class Send(msgspec.Struct, frozen=True):
    """One call and its reply."""

    request: Request
    timeout_s: float


class SendRaw(msgspec.Struct, frozen=True):
    """One message outside the client's grammar, and what came of it."""

    request: RawRequest
    timeout_s: float


class Launch(msgspec.Struct, frozen=True):
    """A call that is left waiting; `name` is unique among those that wait."""

    name: str
    request: Request
    timeout_s: float


class Await(msgspec.Struct, frozen=True):
    """The reply to the call that was launched as `name`."""

    name: str
    timeout_s: float


class Pause(msgspec.Struct, frozen=True):
    """Real waiting."""

    seconds: float


class Environment(msgspec.Struct, frozen=True):
    """A fault of the ground that the target stands on; exactly one of the first three is set.

    `database`: pause, resume, kill or restart. `network`: cut, stall, slow or restore. Either lies
    in wait where `at` names a point (see `core.point`). `connection`: drop or half-close, of the
    connection of the one who asks.
    """

    database: str | None = None
    network: str | None = None
    connection: str | None = None
    at: str | None = None
    delay_ms: int | None = None


class Mend(msgspec.Struct, frozen=True):
    """Database and network as they were, also where nothing is wrong with them.

    Unable: nothing came to the point at which a fault lay in wait.
    """


class Race(msgspec.Struct, frozen=True):
    """Machines to drive at once; each is touched by one thread only until all have ended."""

    branches: tuple["Machine", ...]


class Unable(msgspec.Struct, frozen=True):
    """The shell cannot do what Environment or Mend asks: the trial could not run."""

    reason: str


Action: TypeAlias = Send | SendRaw | Launch | Await | Race | Pause | Environment | Mend
Answer: TypeAlias = Outcome | Unable | None


class Machine(Protocol):
    """What a shell drives: a trial, or one branch of a race."""

    def next_action(self) -> Action | None:
        """Return what to do now; None once this machine has ended. Asking twice changes nothing."""

    def receive(self, answer: Answer, *, took_ms: float = 0.0) -> None:
        """Take what came of the last action.

        Raises:
            HarnessError: no action was due, or the answer is not one to it.
        """
