"""A run in memory: what its file says, folded so that reports can ask it.

The header carries what a report needs to be readable without the suite or the contract at hand:
titles of cases, texts of requirements, meanings of capabilities. A run file of years ago still
explains itself.
"""

import enum
import sys
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from dbal_conform.core.baseline import GATING, Deviation, Judgement, judge
from dbal_conform.core.messages import Json
from dbal_conform.core.verdict import TrialResult, Verdict


class Key(NamedTuple):
    """Which trial: the full case id on one target with one database."""

    trial: str
    target: str
    database: str


class Record(msgspec.Struct, frozen=True, omit_defaults=True):
    """Base of what stands in a run file."""


class Column(Record, frozen=True):
    """A target on a database, as it described itself in `dbal.hello`; `claims` None: it did not."""

    target: str
    database: str
    kind: str  # memory, sqlite, postgres, mysql, mongo: the column of capabilities.yaml
    transport: str = ""
    control: str = ""
    implementation: str = ""  # name and version
    backend: str = ""  # name and version
    claims: tuple[str, ...] | None = None
    server: str = ""  # what the harness itself knows of the server: version, image, digest


# The flag of a case that was not written but drawn at random: another run has others.
RANDOM = "random"


class CaseNote(Record, frozen=True):
    """What a report says about a case; `source` is the file's path below the root of the corpus."""

    title: str
    source: str = ""
    line: int = 0
    requires: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()


class RequirementNote(Record, frozen=True):
    """What a report says about a requirement; `proof` is the contract's letter, v being review."""

    keyword: str
    text: str
    proof: str = ""


def group_of(requirement: str) -> str:
    """Return the group of a requirement: its id without the number, `USR-CREATE`."""
    return requirement.rpartition("-")[0] or requirement


class CapabilityNote(Record, frozen=True):
    """What a report says about a capability; `databases` tells what a kind makes possible."""

    means: str
    databases: dict[str, Json] = {}


class Part(Record, frozen=True):
    """One of the run files that were merged into a run; times as in its header and footer."""

    name: str  # of its file
    trials: int
    seed: int
    started_at: str
    ended_at: str
    shard: str = ""
    platform: str = ""


class Header(Record, frozen=True, tag_field="type", tag="header"):
    """The first line of a run file. Times are UTC, ISO 8601.

    `request` is what the user asked for, in the words of the command line, so that `--resume` can
    plan the same run again; `plan_hash` proves that it did. `invariants` names all that the tool
    knows, `deviations` is the baseline that the run is judged by. `whole_hash` is, in a shard, the
    hash of the plan without `--shard`; `parts` are the files that a merged run was made of.
    """

    format: str  # of the run file; "1"
    tool: str  # name and version
    contract: str
    suite_hash: str
    profile: str
    seed: int
    planned: int
    started_at: str
    platform: str = ""
    filter: dict[str, Json] = {}  # empty: the whole suite
    slow_left_out: int = 0  # cases that wait in real time, and were not asked for
    shard: str = ""
    columns: tuple[Column, ...] = ()
    cases: dict[str, CaseNote] = {}
    requirements: dict[str, RequirementNote] = {}
    capabilities: dict[str, CapabilityNote] = {}
    plan_hash: str = ""
    request: dict[str, Json] = {}
    invariants: tuple[str, ...] = ()
    deviations: tuple[Deviation, ...] = ()
    whole_hash: str = ""
    parts: tuple[Part, ...] = ()


class Footer(Record, frozen=True, tag_field="type", tag="footer"):
    """The last line of a run that came to its end."""

    counts: dict[str, int]
    result: str
    ended_at: str


class RunResult(enum.StrEnum):
    """What a run shows as a whole (docs/verdicts.md)."""

    CONFORMANT = "conformant"
    CONFORMANT_WITH_DEVIATIONS = "conformant_with_deviations"
    NONCONFORMANT = "nonconformant"
    INCOMPLETE = "incomplete"
    INVALID = "invalid"


EXIT_STATUS = {
    RunResult.CONFORMANT: 0,
    RunResult.CONFORMANT_WITH_DEVIATIONS: 0,
    RunResult.NONCONFORMANT: 1,
    RunResult.INCOMPLETE: 3,
    RunResult.INVALID: 4,
}


class Problem(NamedTuple):
    """One reason why a run is not simply conformant; `text` is for people."""

    result: RunResult
    text: str


class Ledger(msgspec.Struct, frozen=True):
    """One run; `results` keeps the order in which the trials ended.

    `evaluated` counts, for each (target, database) and invariant, how often it was evaluated and
    how often it could not be: results that hold nothing remarkable no longer carry their own.
    `day` is that on which it is judged (`YYYY-MM-DD`); empty, the one on which the run began.
    """

    header: Header
    results: dict[Key, TrialResult]
    footer: Footer | None = None
    evaluated: dict[tuple[str, str], dict[str, tuple[int, int]]] = {}
    day: str = ""

    @property
    def counts(self) -> dict[str, int]:
        """How many trials earned each verdict; verdicts that none earned are left out."""
        found = Counter(result.verdict for result in self.results.values())
        return {verdict.value: found[verdict] for verdict in Verdict if verdict in found}

    @property
    def judgements(self) -> dict[Key, Judgement]:
        """Each result weighed against the baseline."""
        today = self.day or self.header.started_at[:10]
        about: dict[str, list[Deviation]] = {}
        for entry in self.header.deviations:
            about.setdefault(entry.case, []).append(entry)
        return {
            key: judge(
                result, [each for each in about.get(key.trial, ()) if each.is_about(result)], today
            )
            for key, result in self.results.items()
        }

    @property
    def unsettled(self) -> tuple[Key, ...]:
        """The trials that keep the run from being conformant: those to look at again."""
        return tuple(
            key
            for key, judgement in self.judgements.items()
            if judgement in GATING or judgement is Judgement.OPEN
        )

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Every reason why the run is not simply conformant, the weightiest first."""
        judged = Counter(self.judgements.values())
        found = (*self._invalid(), *_nonconformant(judged), *self._incomplete())
        if not found and judged[Judgement.EXPECTED]:
            text = f"{judged[Judgement.EXPECTED]} known deviations"
            return (Problem(RunResult.CONFORMANT_WITH_DEVIATIONS, text),)
        return found

    @property
    def result(self) -> RunResult:
        """What the run shows; of several things the weightiest (exit status 4, 1, 3, then 0)."""
        return self.problems[0].result if self.problems else RunResult.CONFORMANT

    @property
    def exit_status(self) -> int:
        """The exit status of a run that came to its end."""
        return EXIT_STATUS[self.result]

    def _invalid(self) -> Iterator[Problem]:
        broke = sum(result.verdict is Verdict.HARNESS_ERROR for result in self.results.values())
        if broke:
            yield Problem(RunResult.INVALID, f"{_trials(broke)} broke the harness itself")
        idle = all(result.verdict is Verdict.NOT_APPLICABLE for result in self.results.values())
        # A shard is not judged by how little fell to it: merged with the others, it is.
        if idle and len(self.results) == self.header.planned and not self.header.shard:
            yield Problem(RunResult.INVALID, "nothing was run")

    def _incomplete(self) -> Iterator[Problem]:
        if len(self.results) != self.header.planned:
            text = f"{_trials(len(self.results))} of {self.header.planned:,} planned"
            yield Problem(RunResult.INCOMPLETE, text)
        elif self.footer is None:
            text = "its last line is missing: the run was cut off, and --resume ends it"
            yield Problem(RunResult.INCOMPLETE, text)
        absent = sum(result.verdict is Verdict.COULD_NOT_RUN for result in self.results.values())
        if absent:
            yield Problem(RunResult.INCOMPLETE, f"{_trials(absent)} could not run")
        for (target, database), name in self._never_evaluated():
            text = f"{name} was never evaluated on {target} with {database}"
            yield Problem(RunResult.INCOMPLETE, text)

    def _never_evaluated(self) -> Iterator[tuple[tuple[str, str], str]]:
        if self.header.filter or self.header.shard:
            return
        for column, counts in self.evaluated.items():
            for name in sorted({*self.header.invariants, *counts}):
                times, could_not = counts.get(name, (0, 0))
                # What needs the target's control is outside the profile `public`.
                if not times and not (could_not and self.header.profile == "public"):
                    yield column, name


def _nonconformant(judged: Counter[Judgement]) -> Iterator[Problem]:
    for judgement, means in _GATING_MEANS.items():
        if count := judged[judgement]:
            yield Problem(RunResult.NONCONFORMANT, f"{_trials(count)} {means}")


def _trials(count: int) -> str:
    return "1 trial" if count == 1 else f"{count:,} trials"


_GATING_MEANS = {
    Judgement.UNEXPECTED: "broke the contract",
    Judgement.STALE: "no longer deviated as the baseline says",
    Judgement.EXPIRED: "deviated by an entry of the baseline that has expired",
    Judgement.WRONG_FAIL: "deviated otherwise than the baseline says",
}


# Verdicts of which a report needs no more than that they were earned.
UNREMARKABLE = frozenset({Verdict.PASS, Verdict.DECLINED, Verdict.NOT_APPLICABLE})


class Fold:
    """Gathers the results of a run as they come, in memory that hardly grows with a good one."""

    def __init__(self) -> None:
        self._results: dict[Key, TrialResult] = {}
        self._evaluated: dict[tuple[str, str], dict[str, tuple[int, int]]] = {}
        self._seen: dict[tuple[str, ...], tuple[str, ...]] = {}

    def __contains__(self, key: Key) -> bool:
        return key in self._results

    def __len__(self) -> int:
        return len(self._results)

    def add(self, result: TrialResult) -> None:
        """Take one result; a second one for the same trial replaces the first."""
        if result.verdict is not Verdict.NOT_APPLICABLE:
            counts = self._evaluated.setdefault((result.target, result.database), {})
            for name, (times, could_not) in result.invariants.items():
                before = counts.get(name, (0, 0))
                counts[name] = (before[0] + times, before[1] + could_not)
        key = Key(result.trial, sys.intern(result.target), sys.intern(result.database))
        if result.verdict in UNREMARKABLE:
            # Trials of one case cite the same requirements: keep one tuple of them.
            same = self._seen.setdefault(result.requirements, result.requirements)
            result = msgspec.structs.replace(
                result,
                target=key.target,
                database=key.database,
                requirements=same,
                invariants={},
                transcript=(),
            )
        self._results[key] = result

    def ledger(self, header: Header, footer: Footer | None = None) -> Ledger:
        """Return what was gathered."""
        return Ledger(header, self._results, footer, self._evaluated)
