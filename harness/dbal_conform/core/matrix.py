"""Ledger -> cells: can the database do it, does the target claim it, was it proven.

Rows are the capabilities, and the groups of requirements (`USR-CREATE`: area and topic of their
ids); columns are target x database. A trial bears on each requirement that it covers or breaks, and
on each capability that its case requires.
"""

import enum
from collections.abc import Iterable, Mapping

import msgspec

from dbal_conform.core.ledger import CaseNote, Column, Ledger
from dbal_conform.core.messages import Json
from dbal_conform.core.verdict import TrialResult, Verdict


class State(enum.StrEnum):
    """What a cell says. The order is that of concern: the first one present colours a group."""

    LYING = "lying"  # claimed, and does not work
    BROKEN = "broken"
    WEAK = "weak"  # a SHOULD does not hold
    PROVEN = "proven"
    OBSERVED = "observed"  # recorded, neither right nor wrong
    DECLINED = "declined"  # not claimed, and honestly refused
    UNTESTED = "untested"
    NOT_APPLICABLE = "not_applicable"


class Evidence(msgspec.Struct, frozen=True):
    """What one trial shows about one requirement or capability."""

    trial: str
    verdict: Verdict
    state: State


class Proof(msgspec.Struct, frozen=True):
    """A requirement in one column: its state and the trials behind it, the worst first."""

    requirement: str
    state: State
    evidence: tuple[Evidence, ...]


class Cell(msgspec.Struct, frozen=True):
    """One row in one column. `held` of `counted` proofs hold (for a capability: of its trials).

    `possible` and `claimed` are None in rows of requirements, and where the target did not say.
    `possible` may be a condition in words (`replica_set`).
    """

    state: State
    held: int
    counted: int
    possible: bool | str | None = None
    claimed: bool | None = None
    proofs: tuple[Proof, ...] = ()
    evidence: tuple[Evidence, ...] = ()


class Row(msgspec.Struct, frozen=True):
    """A capability, or a group of requirements; `cells` are in the order of the columns."""

    name: str
    means: str
    cells: tuple[Cell, ...]


class Matrix(msgspec.Struct, frozen=True):
    """The whole table."""

    columns: tuple[Column, ...]
    capabilities: tuple[Row, ...]
    groups: tuple[Row, ...]


BREAKS = frozenset(
    {Verdict.FAIL, Verdict.OVERCLAIM, Verdict.CRASH, Verdict.TIMEOUT, Verdict.PROTOCOL_VIOLATION},
)
_STATES = {
    Verdict.PASS: State.PROVEN,
    Verdict.WEAK: State.PROVEN,
    Verdict.UNDERCLAIM: State.PROVEN,
    Verdict.OBSERVED: State.OBSERVED,
    Verdict.DECLINED: State.DECLINED,
    Verdict.NOT_APPLICABLE: State.NOT_APPLICABLE,
    Verdict.COULD_NOT_RUN: State.UNTESTED,
    Verdict.HARNESS_ERROR: State.UNTESTED,
}
_CONCERN = {state: place for place, state in enumerate(State)}


def build(ledger: Ledger) -> Matrix:
    """Return the matrix of a run; rows in the contract's order, columns in the header's."""
    columns = ledger.header.columns
    shown = [_bearings(ledger, column) for column in columns]
    return Matrix(columns, _capabilities(ledger, columns), _groups(ledger, shown))


def group_of(requirement: str) -> str:
    """Return the row of a requirement: its id without the number."""
    return requirement.rpartition("-")[0] or requirement


def note_of(ledger: Ledger, trial: str) -> CaseNote:
    """Return what the header says of a trial's case: under its full id, or its id alone."""
    cases = ledger.header.cases
    return cases.get(trial) or cases.get(trial.partition("[")[0]) or CaseNote(title="")


def _capabilities(ledger: Ledger, columns: tuple[Column, ...]) -> tuple[Row, ...]:
    """Rows of the capabilities."""
    return tuple(
        Row(
            name,
            note.means,
            tuple(_capability(ledger, name, column, note.databases) for column in columns),
        )
        for name, note in ledger.header.capabilities.items()
    )


def _capability(ledger: Ledger, name: str, column: Column, able: Mapping[str, Json]) -> Cell:
    """One capability in one column."""
    evidence = _sorted(
        Evidence(result.trial, result.verdict, _shows(result.verdict))
        for result in _results(ledger, column)
        if name in note_of(ledger, result.trial).requires
    )
    claimed = None if column.claims is None else name in column.claims
    state = _worst(item.state for item in evidence)
    if claimed and state is State.BROKEN:
        state = State.LYING
    possible = able.get(column.kind)
    return Cell(
        state,
        sum(item.state in {State.PROVEN, State.DECLINED} for item in evidence),
        sum(item.state is not State.NOT_APPLICABLE for item in evidence),
        possible=possible if isinstance(possible, bool | str) else None,
        claimed=claimed,
        evidence=evidence,
    )


def _groups(ledger: Ledger, shown: list[dict[str, list[Evidence]]]) -> tuple[Row, ...]:
    """Rows of the groups; what a trial names beyond the contract gets a row too."""
    groups: dict[str, list[str]] = {}
    named = (requirement for bearings in shown for requirement in bearings)
    for requirement in dict.fromkeys([*ledger.header.requirements, *named]):
        groups.setdefault(group_of(requirement), []).append(requirement)
    return tuple(
        Row(name, "", tuple(_group(ledger, members, bearings) for bearings in shown))
        for name, members in groups.items()
    )


def _group(ledger: Ledger, members: list[str], bearings: Mapping[str, list[Evidence]]) -> Cell:
    """One group in one column."""
    proofs = tuple(_proof(ledger, name, bearings.get(name, [])) for name in members)
    return Cell(
        _worst(proof.state for proof in proofs),
        sum(proof.state in {State.PROVEN, State.DECLINED, State.OBSERVED} for proof in proofs),
        sum(proof.state is not State.NOT_APPLICABLE for proof in proofs),
        proofs=proofs,
    )


def _proof(ledger: Ledger, requirement: str, evidence: list[Evidence]) -> Proof:
    """One requirement in one column. What is proven by review alone has no trial to miss."""
    note = ledger.header.requirements.get(requirement)
    if not evidence and note and note.proof == "v":
        return Proof(requirement, State.NOT_APPLICABLE, ())
    return Proof(requirement, _worst(item.state for item in evidence), _sorted(evidence))


def _bearings(ledger: Ledger, column: Column) -> dict[str, list[Evidence]]:
    """Requirement -> what the trials of a column show about it."""
    bearings: dict[str, list[Evidence]] = {}
    for result in _results(ledger, column):
        for requirement in dict.fromkeys((*result.requirements, *result.broken)):
            state = _bears(ledger, result, requirement)
            item = Evidence(result.trial, result.verdict, state)
            bearings.setdefault(requirement, []).append(item)
    return bearings


def _bears(ledger: Ledger, result: TrialResult, requirement: str) -> State:
    """What a trial shows about one of the requirements it names."""
    if result.verdict not in BREAKS and result.verdict is not Verdict.WEAK:
        return _shows(result.verdict)
    if result.broken and requirement not in result.broken:
        # Weak, it played to its end and the rest held; failed, it shows nothing elsewhere.
        return State.PROVEN if result.verdict is Verdict.WEAK else State.UNTESTED
    note = ledger.header.requirements.get(requirement)
    gave_reply = result.verdict in {Verdict.FAIL, Verdict.WEAK}
    return State.WEAK if gave_reply and note and note.keyword != "MUST" else State.BROKEN


def _shows(verdict: Verdict) -> State:
    return _STATES.get(verdict, State.BROKEN)


def _results(ledger: Ledger, column: Column) -> list[TrialResult]:
    return [
        result
        for result in ledger.results.values()
        if (result.target, result.database) == (column.target, column.database)
    ]


def _sorted(evidence: Iterable[Evidence]) -> tuple[Evidence, ...]:
    return tuple(sorted(evidence, key=lambda item: (_CONCERN[item.state], item.trial)))


def _worst(states: Iterable[State]) -> State:
    return min(states, key=_CONCERN.__getitem__, default=State.UNTESTED)
