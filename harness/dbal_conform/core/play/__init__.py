"""One case as a state machine: it says what to do, is told what came, and never does I/O.

play = TrialPlay(case, contract, bootstrap_token=..., claims=..., offers=...)
while (action := play.next_action()) is not None:
    play.receive(outcome_of(action), took_ms=...)
result, secrets = play.result(), play.secrets
"""

from dbal_conform.core.play.trial import TrialPlay

__all__ = ["TrialPlay"]
