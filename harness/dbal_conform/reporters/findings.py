"""What a person must look at: the trials that did not simply hold, worst first."""

import shlex
from collections.abc import Iterable
from typing import NamedTuple

from dbal_conform.core.baseline import GATING, Judgement
from dbal_conform.core.ledger import Header, Ledger
from dbal_conform.core.matrix import note_of
from dbal_conform.core.verdict import Mismatch, TrialResult, Verdict
from dbal_conform.reporters.plain import one_line, plain, shown
from dbal_conform.reporters.words import JUDGEMENTS, VERDICTS

LISTED = frozenset({Verdict.WEAK, Verdict.UNDERCLAIM})
QUIET = frozenset({Verdict.PASS, Verdict.DECLINED, Verdict.NOT_APPLICABLE})
_ORDER = (
    Verdict.HARNESS_ERROR,
    Verdict.CRASH,
    Verdict.TIMEOUT,
    Verdict.PROTOCOL_VIOLATION,
    Verdict.OVERCLAIM,
    Verdict.FAIL,
    Verdict.COULD_NOT_RUN,
    Verdict.WEAK,
    Verdict.UNDERCLAIM,
    Verdict.OBSERVED,
    Verdict.DECLINED,
    Verdict.NOT_APPLICABLE,
    Verdict.PASS,
)
_UNSAID = frozenset({Judgement.SOUND, Judgement.UNEXPECTED, Judgement.OPEN})
UPKEEP = frozenset({"world", "digest", "audit"})  # words of the steps that the play adds
RANK = {verdict: place for place, verdict in enumerate(_ORDER)}


class Difference(NamedTuple):
    """A mismatch as text; `place` is the step and, after it, the path into its reply."""

    place: str
    why: str
    expected: str
    actual: str
    requirement: str


class Cited(NamedTuple):
    """A requirement with its text; `broken` if this trial broke it."""

    id: str
    keyword: str
    text: str
    broken: bool


class Finding(NamedTuple):
    """One trial, told. `excuse` is what the baseline says of it, empty where it says nothing."""

    result: TrialResult
    judgement: Judgement
    title: str
    source: str  # file:line of the case, below the root of the corpus; empty where unknown
    cited: tuple[Cited, ...]
    differences: tuple[Difference, ...]
    replay: str
    excuse: str = ""

    @property
    def label(self) -> str:
        """The verdict in words, whether it came and went, and what the baseline makes of it."""
        word = VERDICTS[self.result.verdict].label
        asides = ["flaky"] if self.result.flaky else []
        if self.judgement not in _UNSAID:
            asides.append(JUDGEMENTS[self.judgement].label)
        return f"{word} ({', '.join(asides)})" if asides else word

    @property
    def broken_steps(self) -> frozenset[str]:
        """The steps in whose replies something differs."""
        return frozenset(one.step for one in self.result.mismatches)

    @property
    def failing(self) -> bool:
        """Whether this alone keeps the run from being conformant, or is our own fault."""
        return self.judgement in GATING or self.result.verdict is Verdict.HARNESS_ERROR


def findings(ledger: Ledger) -> list[Finding]:
    """Return all that did not simply hold: what fails the run first, then by concern and trial."""
    judgements = ledger.judgements
    chosen = [
        finding(ledger, result, judgements[key])
        for key, result in ledger.results.items()
        if result.verdict not in QUIET or judgements[key] is not Judgement.SOUND
    ]
    return sorted(chosen, key=_concern)


def is_upkeep(step: str) -> bool:
    """Tell whether an exchange belongs to no step of the case: it made or watched the world."""
    return not UPKEEP.isdisjoint(step.split())


def _concern(one: Finding) -> tuple[bool, int, str, str, str]:
    result = one.result
    rank = RANK[result.verdict]
    return (not one.failing, rank, result.trial, result.target, result.database)


def finding(ledger: Ledger, result: TrialResult, judgement: Judgement) -> Finding:
    """Return one trial, told."""
    note = note_of(ledger, result.trial)
    entries = [one for one in ledger.header.deviations if one.is_about(result)]
    return Finding(
        result,
        judgement,
        one_line(note.title),
        one_line(f"{note.source}:{note.line}") if note.source else "",
        tuple(_cited(ledger.header, result)),
        tuple(_difference(one) for one in result.mismatches),
        replay(ledger.header, result),
        "; ".join(
            one_line(f"{one.requirement}: {one.reason} ({one.issue}), until {one.expires}")
            for one in entries
        ),
    )


def _difference(one: Mismatch) -> Difference:
    step = f"step {one.step}" if one.step else ""
    place = " ".join(part for part in (step, one.path) if part)
    wanted, came = shown(one.expected), shown(one.actual)
    return Difference(one_line(place), plain(one.why), wanted, came, one_line(one.requirement))


def replay(header: Header, result: TrialResult) -> str:
    """Return the command that plays this trial again, alone; files stand as the user named them."""
    asked = header.request
    named = asked.get("targets")
    files = [one for one in named if str(one).endswith(".yaml")] if isinstance(named, list) else []
    target = str(files[0]) if len(files) == 1 == len(header.columns) else result.target
    paths = asked.get("paths")
    words = ["dbal-conform", "run", *(map(str, paths) if isinstance(paths, list) else ())]
    words += ["--target", target, "--database", result.database]
    words += ["--schema", str(asked["schema"])] if asked.get("schema") else []
    words += ["--slow"] if asked.get("slow") else []
    words += ["-k", result.trial, "--seed", str(header.seed)]
    return one_line(shlex.join(words))


def _cited(header: Header, result: TrialResult) -> Iterable[Cited]:
    """Yield the requirements of a trial, broken ones first."""
    ids = dict.fromkeys((*result.broken, *result.requirements))
    for name in ids:
        note = header.requirements.get(name)
        keyword, text = (note.keyword, one_line(note.text)) if note else ("", "")
        yield Cited(one_line(name), keyword, text, name in result.broken)
