"""A run in memory: what its file says, folded so that reports can ask it.

The header carries what a report needs to be readable without the suite or the contract at hand:
titles of cases, texts of requirements, meanings of capabilities. A run file of years ago still
explains itself.
"""

import enum
from typing import NamedTuple

import msgspec

from dbal_conform.core.messages import Json
from dbal_conform.core.verdict import TrialResult


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


class CapabilityNote(Record, frozen=True):
    """What a report says about a capability; `databases` tells what a kind makes possible."""

    means: str
    databases: dict[str, Json] = {}


class Header(Record, frozen=True, tag_field="type", tag="header"):
    """The first line of a run file. Times are UTC, ISO 8601."""

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
    shard: str = ""
    columns: tuple[Column, ...] = ()
    cases: dict[str, CaseNote] = {}
    requirements: dict[str, RequirementNote] = {}
    capabilities: dict[str, CapabilityNote] = {}


class Footer(Record, frozen=True, tag_field="type", tag="footer"):
    """The last line of a run that came to its end."""

    counts: dict[str, int]
    result: str
    ended_at: str


class RunResult(enum.StrEnum):
    """What a run shows as a whole (harness.md section 5)."""

    CONFORMANT = "conformant"
    CONFORMANT_WITH_DEVIATIONS = "conformant_with_deviations"
    NONCONFORMANT = "nonconformant"
    INCOMPLETE = "incomplete"
    INVALID = "invalid"


class Ledger(msgspec.Struct, frozen=True):
    """One run; `results` keeps the order in which the trials ended."""

    header: Header
    results: dict[Key, TrialResult]
    footer: Footer | None = None

    def note(self, trial: str) -> CaseNote:
        """Return what the header says of a trial's case: under its full id, or its id alone."""
        cases = self.header.cases
        return cases.get(trial) or cases.get(trial.partition("[")[0]) or CaseNote(title="")
