"""From what was found to a verdict (docs/verdicts.md)."""

from collections.abc import Iterable

from dbal_conform.core.play.notes import Breach
from dbal_conform.core.play.setting import RANKS, Setting
from dbal_conform.core.verdict import Verdict

_BY_RANK = {
    RANKS["MUST"]: Verdict.FAIL,
    RANKS["SHOULD"]: Verdict.WEAK,
    RANKS["MAY"]: Verdict.OBSERVED,
    RANKS["OPEN"]: Verdict.OBSERVED,
}


def broken_by(breaches: Iterable[Breach], setting: Setting) -> tuple[str, ...]:
    """Return the ids of all requirements that did not hold, the strongest first."""
    found = dict.fromkeys(name for breach in breaches for name in breach.requirements)
    return setting.strongest_first(tuple(found))


def grade(breaches: list[Breach], setting: Setting, *, claimed: bool) -> Verdict:
    """Return the verdict of a trial that was played to its end.

    The strongest keyword among what was broken decides. `claimed`: the case requires capabilities,
    and the target claims them; then what the case itself asked for in vain is an overclaim.
    """
    worst = min(
        (setting.rank(name) for breach in breaches for name in breach.requirements), default=None
    )
    if worst is None:
        lowest = setting.rank(setting.covers[0])
        return Verdict.OBSERVED if lowest >= RANKS["MAY"] else Verdict.PASS
    verdict = _BY_RANK[worst]
    if verdict is Verdict.FAIL and claimed and any(not breach.invariant for breach in breaches):
        return Verdict.OVERCLAIM
    return verdict
