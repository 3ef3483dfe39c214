"""The audit records that the calls of one pass must have left (AUD-REC)."""

from collections.abc import Sequence

import msgspec

from dbal_conform.core.contract import Contract
from dbal_conform.core.messages import Fault, Json, Outcome
from dbal_conform.core.patterns import Pattern

UNSET = msgspec.UNSET
_INCIDENTS = frozenset({"SANDBOX_VIOLATION", "MALICIOUS_CODE_DETECTED"})
_NOT_RUN = frozenset({-32700, -32600, -32601})  # refused before there was a call to record


class Left(msgspec.Struct, frozen=True):
    """One call, by the record that it must have left; what is UNSET is not known."""

    step: str
    requirements: tuple[str, ...]
    operation: str
    entity: str | None
    code: str | None
    user: str | msgspec.UnsetType = UNSET
    request_id: str | msgspec.UnsetType | None = None
    pattern: Pattern | None = None

    def fields(self) -> dict[str, Json]:
        """Return the members of the record that are known."""
        known: dict[str, Json] = {
            "operation": self.operation,
            "entity": self.entity,
            "success": self.code is None,
            "code": self.code,
            "securityIncident": self.code in _INCIDENTS,
        }
        if self.request_id is not UNSET:
            known["requestId"] = self.request_id
        if self.user is not UNSET:
            known["user"] = self.user
        return known


class Trail:
    """What was left so far: calls in order, and groups of calls whose order is open."""

    def __init__(self) -> None:
        self.groups: list[list[Left]] = []
        self.open: list[Left] | None = None  # while calls overlap, all fall in one group
        self.certain = True  # false once nobody can say how many records there are

    def add(self, left: Left) -> None:
        """Note one more call."""
        if self.open is not None:
            self.open.append(left)
        else:
            self.groups.append([left])

    def overlap(self) -> None:
        """From now on calls overlap."""
        if self.open is None:
            self.open = []
            self.groups.append(self.open)

    def settle(self) -> None:
        """No call is under way any more."""
        self.open = None

    def forget(self) -> None:
        """The records so far are gone."""
        self.groups.clear()
        if self.open is not None:
            self.open = []
            self.groups.append(self.open)

    def join(self, branches: Sequence["Trail"]) -> None:
        """Take over what branches left while they raced."""
        group = [left for branch in branches for part in branch.groups for left in part]
        if self.open is not None:
            self.open += group
        else:
            self.groups.append(group)
        self.certain = self.certain and all(branch.certain for branch in branches)

    @property
    def count(self) -> int:
        """How many records there must be."""
        return sum(map(len, self.groups))


def is_audited(
    contract: Contract, method: str, outcome: Outcome, migrated: frozenset[str] = frozenset()
) -> bool:
    """Whether a call leaves a record: known methods do, refused envelopes do not (AUD-REC-001).

    Methods of entities that the case itself has `migrated` are known to the target alone; what it
    does not know it refuses as such.
    """
    operation = contract.operations.get(method)
    audited = method.partition(".")[0] in migrated if operation is None else operation.audited
    return audited and not (isinstance(outcome, Fault) and outcome.code in _NOT_RUN)
