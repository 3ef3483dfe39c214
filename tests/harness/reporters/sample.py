"""A small run with one trial of nearly every verdict, and data that would do harm if it could."""

from pathlib import Path
from typing import Any

from dbal_conform.core.ledger import (
    CapabilityNote,
    CaseNote,
    Column,
    Footer,
    Header,
    Key,
    Ledger,
    RequirementNote,
)
from dbal_conform.core.verdict import Exchange, Mismatch, TrialResult, Verdict

GOLDEN = Path(__file__).parents[2] / "data" / "golden"
HOSTILE = (
    "</script><script>window.owned=1</script><img src=x onerror=window.owned=2>"
    " \x1b[31mred\x1b]0;title\x07 \u202edlrow\u2028line -->]]> {{7*7}} `tick` |pipe|\r\n\x00\ufffe"
)
BIG = 9007199254740993

COLUMNS = (
    Column(
        "reference-memory",
        "memory",
        "memory",
        transport="in-process",
        control="conformance",
        implementation="dbal-reference 0.1.0",
        backend="memory 1",
        claims=("jsonQueries",),
    ),
    Column(
        "reference-sqlite",
        "sqlite",
        "sqlite",
        transport="in-process",
        control="conformance",
        implementation="dbal-reference 0.1.0",
        backend="SQLite 3.46.1",
        claims=(),
    ),
)
REQUIREMENTS = {
    "USR-CREATE-003": RequirementNote(
        "MUST",
        "A username with any character beyond letters and digits is VALIDATION_ERROR `pattern`",
    ),
    "USR-CREATE-007": RequirementNote(
        "MUST",
        "A username belongs to one user only: CONFLICT on `username`",
    ),
    "USR-READ-001": RequirementNote("MUST", "Role user reads the own row only"),
    "QRY-PAGE-004": RequirementNote("SHOULD", "`total` is left out where it is costly"),
    "QRY-JSON-001": RequirementNote("MUST", "Filters reach into JSON fields by `path`"),
    "QRY-AGG-001": RequirementNote("MUST", "count, sum, avg, min and max, with groups"),
    "TYP-NUM-002": RequirementNote("MUST", "A bigint keeps every digit"),
    "ERR-SAFE-001": RequirementNote("MUST", "No reply holds a secret"),
    "CAP-CLAIM-006": RequirementNote("SHOULD", "Claims follow the connected database", "v"),
    "WS-CONN-001": RequirementNote("MUST", "The server answers a ping"),
    "CAP-CLAIM-008": RequirementNote("SHOULD", "It is refused rather than served"),
}
CAPABILITIES = {
    "jsonQueries": CapabilityNote(
        "Filters on places inside JSON fields",
        {"memory": True, "sqlite": True},
    ),
    "aggregations": CapabilityNote(
        "count, sum, avg, min and max, with groups",
        {"memory": True, "sqlite": True},
    ),
    "transactions.flat": CapabilityNote(
        "Several calls in one atomic transaction",
        {"memory": True, "mongo": "replica_set"},
    ),
}
CASES = {
    "users.create/duplicate-username": CaseNote(
        "A username belongs to one user only",
        "users/create.yaml",
        14,
    ),
    "users.create/bad-name": CaseNote("Odd characters are refused", "users/create.yaml", 41),
    "users.read/own-row": CaseNote("A user sees himself", "users/read.yaml", 9),
    "queries.page/total": CaseNote("Costly totals", "queries/page.yaml", 88),
    "queries.json/path": CaseNote("Paths", "queries/json.yaml", 5, ("jsonQueries",)),
    "queries.agg/sum": CaseNote("Sums", "queries/agg.yaml", 5, ("aggregations",)),
    "values.numbers/big": CaseNote("Beyond 2^53", "values/numbers.yaml", 20),
    "wire.ws/ping": CaseNote("Ping", "wire/ws.yaml", 3),
}


def header(**changed: object) -> Header:
    """The header of the sample run."""
    known: dict[str, Any] = {
        "format": "1",
        "tool": "dbal-conform 0.1.0",
        "contract": "1.0",
        "suite_hash": "5e2f9a" * 10 + "0000",
        "profile": "full",
        "seed": 7,
        "planned": 13,
        "started_at": "2026-01-02T03:04:05Z",
        "platform": "Linux x86_64, Python 3.11",
        "columns": COLUMNS,
        "cases": CASES,
        "requirements": REQUIREMENTS,
        "capabilities": CAPABILITIES,
    }
    known.update(changed)
    return Header(**known)


def ledger(results: list[TrialResult] | None = None, **changed: object) -> Ledger:
    """A finished run of these results; the sample's own where none are given."""
    chosen = sample_results() if results is None else results
    counts: dict[str, int] = {}
    for one in chosen:
        counts[one.verdict.value] = counts.get(one.verdict.value, 0) + 1
    broke = any(one.mismatches for one in chosen)
    footer = Footer(counts, "nonconformant" if broke else "conformant", "2026-01-02T03:04:09Z")
    return Ledger(
        header(**changed),
        {Key(one.trial, one.target, one.database): one for one in chosen},
        footer,
    )


def trial(
    name: str, verdict: Verdict, *requirements: str, column: int = 0, **rest: object
) -> TrialResult:
    """One result in a column of the sample."""
    known: dict[str, Any] = {"took_ms": 12.5, "steps": 2}
    known.update(rest)
    place = COLUMNS[column]
    return TrialResult(name, place.target, place.database, verdict, requirements, **known)


def sample_results() -> list[TrialResult]:
    """Thirteen trials."""
    transcript = (
        Exchange(
            "1",
            {"method": "User.create", "params": {"data": {"username": "bob", "bio": HOSTILE}}},
            {"result": {"id": "0b7e", "username": "bob", "bio": HOSTILE}},
            1.25,
        ),
        Exchange("2", {"method": "User.create"}, {"result": {"level": BIG, "ratio": 1.0}}, 0.5),
    )
    mismatch = Mismatch(
        "/error/details/fields/username",
        "the call succeeded where CONFLICT was wanted",
        expected="unique",
        requirement="USR-CREATE-007",
        step="2",
    )
    hostile = Mismatch(
        "/result/bio",
        HOSTILE,
        expected={"bio": "plain", "level": BIG},
        actual={"bio": HOSTILE},
        requirement="USR-CREATE-003",
        step="1 twin",
    )
    return [
        trial("users.create/duplicate-username", Verdict.PASS, "USR-CREATE-007"),
        trial(
            "users.create/duplicate-username",
            Verdict.FAIL,
            "USR-CREATE-007",
            "USR-CREATE-003",
            column=1,
            mismatches=(mismatch,),
            broken=("USR-CREATE-007",),
            transcript=transcript,
            flaky=True,
        ),
        trial("users.create/bad-name[name=a.b]", Verdict.PASS, "USR-CREATE-003"),
        trial(
            "users.create/bad-name[name=a.b]",
            Verdict.FAIL,
            "USR-CREATE-003",
            column=1,
            mismatches=(hostile,),
            broken=("USR-CREATE-003", "ERR-SAFE-001"),
            transcript=transcript,
            reason=HOSTILE,
        ),
        trial("users.read/own-row", Verdict.PASS, "USR-READ-001"),
        trial("queries.page/total", Verdict.WEAK, "QRY-PAGE-004", broken=("QRY-PAGE-004",)),
        trial("queries.json/path", Verdict.OVERCLAIM, "QRY-JSON-001", broken=("QRY-JSON-001",)),
        trial("queries.json/path", Verdict.DECLINED, "QRY-JSON-001", column=1),
        trial("queries.agg/sum", Verdict.UNDERCLAIM, "QRY-AGG-001"),
        trial("queries.agg/sum", Verdict.DECLINED, "QRY-AGG-001", column=1),
        trial(
            "values.numbers/big",
            Verdict.CRASH,
            "TYP-NUM-002",
            column=1,
            reason="the target raised ValueError: too big",
        ),
        trial("wire.ws/ping", Verdict.NOT_APPLICABLE, "WS-CONN-001", reason="transport.websocket"),
        trial(
            "users.read/own-row",
            Verdict.COULD_NOT_RUN,
            "USR-READ-001",
            column=1,
            reason="needs faults.database: Docker is not here",
        ),
    ]
