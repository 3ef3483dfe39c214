"""Rule 12: what uses an unclaimed capability must be refused, and have no effect."""

from dbal_conform.core.errors import ConformError
from dbal_conform.core.messages import Fault, Value
from dbal_conform.core.play.stage import Asking, Stage
from dbal_conform.core.play.uses import uses
from dbal_conform.core.verdict import Mismatch

CLAIM = "CAP-CLAIM-003"
REFUSAL = "CAPABILITY_NOT_SUPPORTED"
_EARLIER = frozenset({"UNAUTHORIZED", "FORBIDDEN"})  # checks before that of capabilities


class ProbedError(ConformError):
    """The call that shows it was made: `refused`, or served."""

    def __init__(self, *, refused: bool) -> None:
        super().__init__("refused" if refused else "served")
        self.refused = refused


def probing(stage: Stage, asking: Asking) -> frozenset[str]:
    """Return the missing capabilities that this call uses."""
    if not stage.missing:
        return frozenset()
    contract = stage.setting.contract
    meta = dict(asking.meta)
    if asking.transaction is not None:
        meta["tx"] = asking.transaction
    return frozenset(
        name
        for name in stage.missing
        if name in contract.capabilities
        and uses(contract, contract.capabilities[name], asking.method, asking.args, meta)
    )


def conclude(stage: Stage, asking: Asking, used: frozenset[str], outcome: Value | Fault) -> None:
    """Say what the call has shown; it may have been refused before it got so far.

    Raises:
        ProbedError: it was refused for the capability, or was not.
    """
    match outcome:
        case Fault(name=name) if name in _EARLIER or outcome.code < 0:
            return
        case Fault(name=name) if name == REFUSAL:
            named = outcome.details.get("capability")
            allowed = {
                *used,
                *(i for u in used for i in stage.setting.contract.capabilities[u].implies),
            }
            if named not in allowed:
                why = "names another capability than what was used"
                mismatch = Mismatch("/details/capability", why, [*sorted(allowed)], named)
                stage.breach(mismatch, asking.step, (CLAIM,))
            raise ProbedError(refused=True)
        case _:
            raise ProbedError(refused=False)
