"""Rule 12: what uses an unclaimed capability must be refused, and have no effect."""

from dbal_conform.core.errors import ConformError
from dbal_conform.core.messages import Fault, Value
from dbal_conform.core.play.expectation import Expectation
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
    return frozenset(
        name
        for name in stage.missing
        if name in contract.capabilities
        and uses(contract, contract.capabilities[name], asking.method, asking.args, asking.meta)
    )


def conclude(
    stage: Stage,
    asking: Asking,
    used: frozenset[str],
    outcome: Value | Fault,
    expectation: Expectation,
) -> None:
    """Say what the call has shown: nothing, if it was refused before that, and had to be.

    Raises:
        ProbedError: it was refused for the capability, or was not.
    """
    if not isinstance(outcome, Fault):
        raise ProbedError(refused=False)
    if outcome.name == REFUSAL:
        _names_it(stage, asking, used, outcome)
        raise ProbedError(refused=True)
    context = stage.context()
    expectation.apply(outcome, context, 0.0)
    if context.found or not (outcome.name in _EARLIER or outcome.code < 0):
        raise ProbedError(refused=False)


def _names_it(stage: Stage, asking: Asking, used: frozenset[str], refusal: Fault) -> None:
    capabilities = stage.setting.contract.capabilities
    right = sorted({*used, *(name for each in used for name in capabilities[each].implies)})
    named = refusal.details.get("capability")
    if named not in right:
        why = "names another capability than what was used"
        mismatch = Mismatch("/details/capability", why, [*right], named)
        stage.breach(mismatch, asking.step, (CLAIM,))
