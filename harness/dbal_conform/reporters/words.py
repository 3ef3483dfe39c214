"""What verdicts, states, results and exit statuses are called, and what they mean, in one place."""

from typing import NamedTuple

from dbal_conform.core.baseline import Judgement
from dbal_conform.core.ledger import RunResult
from dbal_conform.core.matrix import Apart, State
from dbal_conform.core.standing import Standing
from dbal_conform.core.verdict import Verdict


class Word(NamedTuple):
    """A symbol (never a colour alone), a label and a sentence."""

    symbol: str
    label: str
    means: str


VERDICTS: dict[Verdict, Word] = {
    Verdict.PASS: Word("✓", "pass", "All expectations held: conformant."),
    Verdict.FAIL: Word("✗", "fail", "A MUST did not hold: nonconformant."),
    Verdict.WEAK: Word("≈", "weak", "Only a SHOULD did not hold: conformant, and listed."),
    Verdict.OBSERVED: Word(
        "○",
        "observed",
        "The contract leaves it open; what the target does is recorded and not judged.",
    ),
    Verdict.OVERCLAIM: Word(
        "!",
        "overclaim",
        "A capability that the target claims does not work: nonconformant.",
    ),
    Verdict.DECLINED: Word(
        "⊘",
        "declined",
        "A capability that the target does not claim was honestly refused: conformant.",
    ),
    Verdict.UNDERCLAIM: Word(
        "+",
        "underclaim",
        "A capability that the target does not claim was not refused, and works: conformant, "
        "and listed, since the claims are not the whole truth (CAP-CLAIM-008).",
    ),
    Verdict.CRASH: Word(
        "✗",
        "crash",
        "The target died, or raised where the contract wants a reply: nonconformant.",
    ),
    Verdict.TIMEOUT: Word("✗", "timeout", "The target did not answer in time: nonconformant."),
    Verdict.PROTOCOL_VIOLATION: Word(
        "✗",
        "protocol violation",
        "The target answered with something that is not a reply: nonconformant.",
    ),
    Verdict.NOT_APPLICABLE: Word(
        "·",
        "not applicable",
        "By the plan: it is about a transport or kind of database that this target is not. "
        "Counted and listed.",
    ),
    Verdict.COULD_NOT_RUN: Word(
        "?",
        "could not run",
        "This machine, or the target's control, lacks something: the run is incomplete. "
        "It says nothing about the target.",
    ),
    Verdict.HARNESS_ERROR: Word(
        "‼",
        "harness error",
        "Our own fault: the run is invalid. Please report it.",
    ),
}

STATES: dict[State, Word] = {
    State.LYING: Word("!", "Lying", "Claimed, and it does not work."),
    State.BROKEN: Word("✗", "Broken", "A trial shows that a MUST does not hold."),
    State.WEAK: Word("≈", "Weak", "A SHOULD does not hold; conformant, and listed."),
    State.IN_PART: Word(
        "◐",
        "In part",
        "What was put to the test holds, and not all that counts was.",
    ),
    State.PROVEN: Word(
        "✓",
        "Proven",
        "All that counts was put to the test, and every trial that bears on it held.",
    ),
    State.OBSERVED: Word("○", "Observed", "Left open by the contract; recorded, not judged."),
    State.DECLINED: Word("⊘", "Declined", "Not claimed, and honestly refused."),
    State.UNTESTED: Word("?", "Untested", "No trial shows it, either way."),
    State.NOT_APPLICABLE: Word(
        "·",
        "Not applicable",
        "Not about this kind of target, or not for a trial to show.",
    ),
}

APART: dict[Apart, str] = {
    Apart.REVIEW: "Proven by review alone: no trial can show it.",
    Apart.STORAGE: "Proven by a look into storage or configuration: no trial can show it.",
    Apart.ELSEWHERE: "About another transport or kind of database than this target is.",
    Apart.OPEN: "Left open by the contract: nothing can be wrong.",
}

RESULTS: dict[RunResult, Word] = {
    RunResult.CONFORMANT: Word("✓", "Conformant", "Every MUST that was put to the test held."),
    RunResult.CONFORMANT_WITH_DEVIATIONS: Word(
        "✓",
        "Conformant with deviations",
        "What does not hold is known, and stands in the baseline with a reason and an expiry.",
    ),
    RunResult.NONCONFORMANT: Word("✗", "Nonconformant", "At least one MUST does not hold."),
    RunResult.INCOMPLETE: Word(
        "?",
        "Incomplete",
        "Not all that the profile asks for was put to the test, so nothing is certified.",
    ),
    RunResult.INVALID: Word(
        "‼",
        "Invalid",
        "The harness failed, or nothing was run: this says nothing about the target.",
    ),
}

JUDGEMENTS: dict[Judgement, Word] = {
    Judgement.SOUND: Word("✓", "sound", "Conformant, and nothing else was expected."),
    Judgement.EXPECTED: Word("=", "known deviation", "It deviates as the baseline states."),
    Judgement.UNEXPECTED: Word("✗", "unexpected", "It deviates, and the baseline does not say so."),
    Judgement.STALE: Word(
        "✗",
        "stale baseline entry",
        "The deviation is gone: delete its entry (`dbal-conform baseline prune`).",
    ),
    Judgement.EXPIRED: Word(
        "✗",
        "expired baseline entry",
        "It deviates as stated, but the entry's day is past: mend the target or decide anew.",
    ),
    Judgement.WRONG_FAIL: Word(
        "✗",
        "fails otherwise than stated",
        "It deviates by another requirement or verdict than the baseline states.",
    ),
    Judgement.OPEN: Word("?", "open", "Nothing was shown, so nothing is excused."),
}

STANDINGS: dict[Standing, Word] = {
    Standing.UNMATCHED: Word(
        "✗",
        "unmatched",
        "It names a case, requirement or target that there is not, and shuts the gate: correct or "
        "delete it.",
    ),
    Standing.WRONG: Word(
        "✗",
        "wrong",
        "Its case fails with another verdict, or for more than is stated: look at it anew "
        "(`dbal-conform baseline update`).",
    ),
    Standing.STALE: Word(
        "✗", "stale", "The deviation is gone: delete it (`dbal-conform baseline prune`)."
    ),
    Standing.EXPIRED: Word(
        "✗", "expired", "Its day is past: mend the target or decide anew (`baseline update`)."
    ),
    Standing.HOLDS: Word("=", "holds", "Its case deviates just as it states."),
    Standing.UNTESTED: Word("?", "untested", "No trial of these runs shows it, either way."),
}

EXITS: dict[int, str] = {
    0: "conformant, or only deviations that the baseline expects",
    1: "nonconformant, or the baseline is stale",
    2: "wrong usage: a bad flag, vector or manifest; the message begins file:line:column",
    3: "incomplete: something could not run; the report says what and why",
    4: "the harness or the environment broke",
    5: "a performance gate was missed",
    130: "interrupted; the run file is valid, and --resume goes on from it",
}

AREAS: dict[str, str] = {
    "CALL": "Calls",
    "SCH": "Schema files",
    "TYP": "Values",
    "ENT": "Entities",
    "AUT": "Identity",
    "ORD": "Order of checks",
    "ERR": "Errors",
    "GEN": "Generic operations",
    "QRY": "Queries",
    "USR": "Users",
    "CRD": "Credentials",
    "SES": "Sessions",
    "PAG": "Pages",
    "CMP": "Component trees",
    "WFL": "Workflows",
    "PKG": "Packages",
    "TXN": "Transactions",
    "CON": "Concurrency",
    "ACL": "Access control",
    "AUD": "Audit",
    "SBX": "Code scanning and limits",
    "CAP": "Capabilities",
    "SYS": "System methods",
    "RPC": "JSON-RPC",
    "WS": "WebSocket",
    "HTTP": "HTTP",
    "STD": "Standard input and output",
    "GRPC": "gRPC",
    "TLS": "TLS",
    "CTL": "Conformance control",
    "CPT": "Comparison and versions",
}
