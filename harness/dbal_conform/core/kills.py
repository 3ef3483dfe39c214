"""Whether the suite notices known mistakes: mutants x cases (harness.md, section 8)."""

from collections.abc import Iterable

import msgspec

from dbal_conform.core.verdict import TrialResult, Verdict

# No correct target gives these, so each of them kills a mutant.
DEADLY = frozenset(
    {
        Verdict.FAIL,
        Verdict.WEAK,
        Verdict.OVERCLAIM,
        Verdict.UNDERCLAIM,
        Verdict.CRASH,
        Verdict.TIMEOUT,
        Verdict.PROTOCOL_VIOLATION,
    }
)
# Of a correct target on which everything can run.
SOUND = frozenset({Verdict.PASS, Verdict.OBSERVED, Verdict.DECLINED, Verdict.NOT_APPLICABLE})


class Mutant(msgspec.Struct, frozen=True, omit_defaults=True):
    """A known-bad implementation: its name, what is wrong with it, and what that breaks.

    One made by a program may not know what it breaks, and is killed by any case. `near` are words
    that stand, or begin words, in the cases that it is about: they are asked first.
    """

    mutant: str
    says: str
    breaks: tuple[str, ...] = ()
    database: str = "memory"
    near: tuple[str, ...] = ()

    @property
    def target(self) -> str:
        """What it is called as a target."""
        return f"mutant:{self.mutant}"


class Kill(msgspec.Struct, frozen=True, omit_defaults=True):
    """A trial that noticed; `cites` tells whether its case names a requirement that is broken."""

    trial: str
    verdict: Verdict
    cites: bool


class Fate(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of a mutant in `asked` trials; `failed` says why one could not be judged."""

    mutant: Mutant
    asked: int
    kills: tuple[Kill, ...] = ()
    failed: str = ""

    @property
    def killed(self) -> bool:
        """Whether a case noticed that names a requirement which is broken."""
        return any(kill.cites for kill in self.kills)


class Wrong(msgspec.Struct, frozen=True, omit_defaults=True):
    """A verdict on a correct target that it should not have got: the suite is wrong, or it is."""

    target: str
    database: str
    trial: str
    verdict: Verdict
    reason: str = ""


class KillMatrix(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a self-test found; `idle` are the cases that killed nothing, where all were asked."""

    tool: str
    suite_hash: str
    whole: bool
    trials: int
    fates: tuple[Fate, ...]
    wrong: tuple[Wrong, ...] = ()
    idle: tuple[str, ...] = ()
    took_s: float = 0.0

    @property
    def survivors(self) -> tuple[Fate, ...]:
        """The mutants that were not killed, or not by a case that names what they break."""
        return tuple(fate for fate in self.fates if not fate.killed)

    @property
    def exit_status(self) -> int:
        """0: every mutant killed and no correct target accused; 3: some could not be judged."""
        if any(fate.failed for fate in self.fates):
            return 3
        return 1 if self.survivors or self.wrong else 0


class Tally:
    """Takes results in any order; `mutants` by the name that their target has."""

    def __init__(self, mutants: Iterable[Mutant]) -> None:
        self._mutants = {mutant.target: mutant for mutant in mutants}
        self._asked = dict.fromkeys(self._mutants, 0)
        self._kills: dict[str, list[Kill]] = {name: [] for name in self._mutants}
        self._failed: dict[str, str] = {}
        self._wrong: list[Wrong] = []
        self._deadly: set[str] = set()
        self.trials = 0

    def take(self, result: TrialResult) -> bool:
        """Count a result; whether it decides what becomes of a mutant."""
        self.trials += 1
        mutant = self._mutants.get(result.target)
        if mutant is None:
            self._of_correct(result)
            return False
        self._asked[mutant.target] += 1
        # Without an exchange it was never opened: that is no mistake which a case noticed.
        if result.verdict in DEADLY and result.transcript:
            cited = {*result.requirements, *result.broken}
            cites = not mutant.breaks or not cited.isdisjoint(mutant.breaks)
            kill = Kill(result.trial, result.verdict, cites)
            self._kills[mutant.target].append(kill)
            self._deadly.add(result.trial)
            return cites
        if result.verdict not in SOUND:
            self._failed.setdefault(mutant.target, f"{result.trial}: {result.reason}")
            return True
        return False

    def fates(self) -> tuple[Fate, ...]:
        """Return what became of each mutant, in their order."""
        return tuple(
            Fate(
                mutant,
                self._asked[name],
                tuple(sorted(self._kills[name], key=lambda kill: (not kill.cites, kill.trial))),
                self._failed.get(name, ""),
            )
            for name, mutant in self._mutants.items()
        )

    def wrong(self) -> tuple[Wrong, ...]:
        """Return what correct targets were accused of."""
        return tuple(self._wrong)

    def idle(self, cases: Iterable[str]) -> tuple[str, ...]:
        """Return those of the written cases of which no cell killed anything."""
        deadly = {_written(trial) for trial in self._deadly}
        return tuple(
            dict.fromkeys(case for each in cases if (case := _written(each)) not in deadly)
        )

    def _of_correct(self, result: TrialResult) -> None:
        if result.verdict in SOUND:
            return
        reason = result.reason or (result.mismatches[0].why if result.mismatches else "")
        self._wrong.append(
            Wrong(result.target, result.database, result.trial, result.verdict, reason)
        )


def _written(case: str) -> str:
    """Return the id of the case that a cell of a matrix was written as."""
    return case.partition("[")[0]
