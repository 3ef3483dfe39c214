"""Whether a target without conformance control may be emptied: it must be empty to begin with."""

from pathlib import Path

from dbal_conform.core.contract import Contract
from dbal_conform.core.errors import CouldNotRunError
from dbal_conform.core.messages import Fault, Request, Value
from dbal_conform.transports import Transport

_GIVE = "give it an empty database, since all rows are deleted between cases"


def refuse_occupied(
    transport: Transport, contract: Contract, token: str, found_empty: Path, *, timeout_s: float
) -> None:
    """See that nothing is stored that this run did not make.

    Args:
        transport: the line to the target.
        contract: whose entities are counted.
        token: the bootstrap token.
        found_empty: made once it was; what is stored later is the run's own.
        timeout_s: for each count.

    Raises:
        CouldNotRunError: there are rows, or they cannot be counted.
        TargetError: there was no usable reply.
    """
    if found_empty.exists():
        return
    for number, (name, entity) in enumerate(contract.entities.items(), 1):
        if "count" not in entity.operations:
            continue
        request = Request(number, f"{name}.count", {}, {"token": token})
        match transport.exchange(request, timeout_s=timeout_s):
            case Value(value=int(rows)) if rows == 0:
                continue
            case Value(value=int(rows)):
                raise CouldNotRunError(f"the target holds rows of {name} ({rows}): {_GIVE}")
            case Fault(name=error) as fault:
                raise CouldNotRunError(
                    f"{name}.count is refused to the bootstrap token: {error}: {fault.message}"
                )
            case Value(value=odd):
                raise CouldNotRunError(f"{name}.count tells no number: {odd!r:.80}")
    found_empty.touch()
