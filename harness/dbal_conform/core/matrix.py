"""Ledger -> cells: can the database do it, does the target claim it, was it proven.

Rows are the capabilities, and the groups of requirements (`USR-CREATE`: area and topic of their
ids); columns are target x database. A trial bears on each requirement that it covers or breaks, and
on each capability that its case requires.
"""

import enum
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from dbal_conform.core.ledger import CaseNote, Column, Ledger, RequirementNote, group_of
from dbal_conform.core.messages import Json
from dbal_conform.core.selection import JSON_TRANSPORTS
from dbal_conform.core.verdict import TrialResult, Verdict


class State(enum.StrEnum):
    """What a cell says. The order is that of concern: the first one present colours a group."""

    LYING = "lying"  # claimed, and does not work
    BROKEN = "broken"
    WEAK = "weak"  # a SHOULD does not hold
    IN_PART = "in_part"  # what was put to the test holds, and not all was
    PROVEN = "proven"
    OBSERVED = "observed"  # recorded, neither right nor wrong
    DECLINED = "declined"  # not claimed, and honestly refused
    UNTESTED = "untested"
    NOT_APPLICABLE = "not_applicable"


class Apart(enum.StrEnum):
    """Why a requirement is not among those that a cell counts."""

    REVIEW = "review"  # it is proven by review alone
    STORAGE = "storage"  # it is proven by a look into storage or configuration
    ELSEWHERE = "elsewhere"  # it is about another transport or kind of database
    OPEN = "open"  # OPEN or MAY: nothing can be wrong


class Evidence(msgspec.Struct, frozen=True):
    """What one trial shows about one requirement or capability."""

    trial: str
    verdict: Verdict
    state: State


class Proof(msgspec.Struct, frozen=True):
    """A requirement in one column: its state and the trials behind it, the worst first.

    `apart` says why it is not counted; None where it is.
    """

    requirement: str
    state: State
    evidence: tuple[Evidence, ...]
    apart: Apart | None = None


class Cell(msgspec.Struct, frozen=True):
    """One row in one column. `held` of `counted` proofs hold (for a capability: of its trials).

    Proven is what holds in all that counts; what a trial cannot show here is told apart.

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
    Verdict.OVERCLAIM: State.LYING,
    Verdict.OBSERVED: State.OBSERVED,
    Verdict.DECLINED: State.DECLINED,
    Verdict.NOT_APPLICABLE: State.NOT_APPLICABLE,
    Verdict.COULD_NOT_RUN: State.UNTESTED,
    Verdict.HARNESS_ERROR: State.UNTESTED,
}
_PROOFS_APART = {"v": Apart.REVIEW, "s": Apart.STORAGE}
# Areas that are about some transports; the others are about all.
_TRANSPORTS = {
    "RPC": JSON_TRANSPORTS,
    "WS": frozenset({"websocket"}),
    "HTTP": frozenset({"http"}),
    "STD": frozenset({"stdio"}),
    "GRPC": frozenset({"grpc"}),
    "TLS": frozenset({"websocket", "http", "grpc"}),
}
_UNCOUNTED = frozenset({State.NOT_APPLICABLE, State.OBSERVED})  # nothing can be wrong
_HOLDS = frozenset({State.PROVEN, State.DECLINED})
_AMISS = frozenset({State.LYING, State.BROKEN, State.WEAK})
_CONCERN = {state: place for place, state in enumerate(State)}


def build(ledger: Ledger) -> Matrix:
    """Return the matrix of a run; rows in the contract's order, columns in the header's."""
    columns = ledger.header.columns
    return Matrix(columns, _capabilities(ledger, columns), _groups(ledger, columns))


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
    claims = column.claims
    claimed = None if claims is None else name in claims
    evidence = _sorted(
        Evidence(result.trial, result.verdict, _shows(result.verdict))
        for result in _results(ledger, column)
        if name in (requires := note_of(ledger, result.trial).requires)
        # Where something else that the case requires is not claimed, its refusal was played, and
        # nothing was shown of what is.
        and not (claimed and claims and set(requires) - set(claims))
    )
    states = [item.state for item in evidence if item.state not in _UNCOUNTED]
    possible = able.get(column.kind)
    idle = not evidence and possible is False and claimed is False
    worst = State.NOT_APPLICABLE if idle else _worst(item.state for item in evidence)
    return Cell(
        _summed(states) if states else worst,
        sum(state in _HOLDS for state in states),
        len(states),
        possible=possible if isinstance(possible, bool | str) else None,
        claimed=claimed,
        evidence=evidence,
    )


def _groups(ledger: Ledger, columns: tuple[Column, ...]) -> tuple[Row, ...]:
    """Rows of the groups; what a trial names beyond the contract gets a row too."""
    shown = [_bearings(ledger, column) for column in columns]
    groups: dict[str, list[str]] = {}
    named = (requirement for bearings in shown for requirement in bearings)
    for requirement in dict.fromkeys([*ledger.header.requirements, *named]):
        groups.setdefault(group_of(requirement), []).append(requirement)
    return tuple(
        Row(
            name,
            "",
            tuple(
                _group([_proof(ledger, column, each, bearings.get(each, [])) for each in members])
                for column, bearings in zip(columns, shown, strict=True)
            ),
        )
        for name, members in groups.items()
    )


def _group(proofs: list[Proof]) -> Cell:
    """One group in one column, of the proofs of its members."""
    amiss = [proof.state for proof in proofs if proof.state in _AMISS]
    counted = [proof.state for proof in proofs if proof.apart is None]
    if amiss:
        state = _worst(amiss)
    elif counted:
        state = _summed(counted)
    else:
        state = _worst(proof.state for proof in proofs)
    held = sum(state in _HOLDS for state in counted)
    return Cell(state, held, len(counted), proofs=tuple(proofs))


def _summed(states: Sequence[State]) -> State:
    """Return the state of the whole, of those of its parts: proven only if all of them are."""
    worst = _worst(states)
    if worst in _AMISS or len(set(states)) == 1:
        return worst
    if _HOLDS.issuperset(states):
        return State.PROVEN
    return State.IN_PART if _HOLDS.intersection(states) else State.UNTESTED


def _proof(ledger: Ledger, column: Column, requirement: str, evidence: list[Evidence]) -> Proof:
    """One requirement in one column."""
    note = ledger.header.requirements.get(requirement)
    state = _worst(item.state for item in evidence)
    apart = None if state in _AMISS else _apart(column, requirement, note, state)
    if apart in {Apart.REVIEW, Apart.STORAGE, Apart.ELSEWHERE}:
        state = State.NOT_APPLICABLE  # no trial to miss
    return Proof(requirement, state, _sorted(evidence), apart)


def _apart(
    column: Column, requirement: str, note: RequirementNote | None, state: State
) -> Apart | None:
    """Return why a requirement of which nothing is amiss does not count."""
    about = _TRANSPORTS.get(requirement.partition("-")[0])
    foreign = bool(about and column.transport) and column.transport not in (about or ())
    if state is State.NOT_APPLICABLE or (state is State.UNTESTED and foreign):
        return Apart.ELSEWHERE
    if note and note.keyword in {"OPEN", "MAY"}:
        return Apart.OPEN
    return _PROOFS_APART.get(note.proof) if note and state is State.UNTESTED else None


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
