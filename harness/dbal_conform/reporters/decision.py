"""A gate's decision: for a person at a log, for a job's summary, and for machines."""

from typing import TextIO

import msgspec
from rich.text import Text

from dbal_conform.core.baseline import GATING
from dbal_conform.core.decision import TOLD, Decision
from dbal_conform.core.ledger import Key
from dbal_conform.core.messages import Json
from dbal_conform.core.standing import Placed, Standing
from dbal_conform.reporters import console as consoles
from dbal_conform.reporters.findings import Finding, finding
from dbal_conform.reporters.plain import one_line
from dbal_conform.reporters.summary import summary
from dbal_conform.reporters.words import EXITS

FORMAT = "dbal-conform/gate/1"
HEADINGS = {
    Standing.STALE: "Stale entries: the deviation is gone",
    Standing.EXPIRED: "Expired entries: their day is past",
    Standing.WRONG: "Wrong entries: it deviates otherwise than stated",
    Standing.UNMATCHED: "Unmatched entries: they are about nothing",
}


def new_failures(decision: Decision) -> list[Finding]:
    """Return what failed and no entry speaks of, in the order of the trials."""
    ledger = decision.ledger
    judgements = ledger.judgements
    return [finding(ledger, ledger.results[key], judgements[key]) for key in sorted(decision.new)]


def others(decision: Decision) -> list[Finding]:
    """Return what fails by a baseline that is only on record: no entry of it can be shown."""
    if decision.entries:
        return []
    new = set(decision.new)
    ledger = decision.ledger
    return [
        finding(ledger, ledger.results[key], judgement)
        for key, judgement in sorted(ledger.judgements.items())
        if judgement in GATING and key not in new
    ]


def write(decision: Decision, out: TextIO, *, color: bool | None = None) -> None:
    """Write it for a person: new failures, then entries that no longer hold, then the counts."""
    console = consoles.console_for(out, color=color)
    failed = new_failures(decision)
    if failed:
        console.print(Text(f"New failures: {len(failed):,}", style="bold red"))
        console.print()
    for one in failed[: consoles.TOLD]:
        consoles.tell(console, one)
    if len(failed) > consoles.TOLD:
        console.print(Text(f"and {len(failed) - consoles.TOLD:,} more: the reports have them all"))
        console.print()
    for standing in TOLD:
        chosen = [one for one in decision.red if one.review.standing is standing]
        if chosen:
            console.print(Text(f"{HEADINGS[standing]}: {len(chosen):,}", style="bold red"))
            for entry in chosen:
                console.print(Text(f"  {place(entry)}: {one_line(entry.text)}"), soft_wrap=True)
            console.print()
    for one in others(decision):
        consoles.tell(console, one)
    told = summary(decision.ledger)
    consoles.absent(console, told)
    consoles.counts(console, told)
    consoles.result(console, decision.ledger, told._replace(result=decision.result))
    console.print(Text(f"  gate      {words(decision)}"), soft_wrap=True)


def words(decision: Decision) -> str:
    """Return in a line whether the gate is open, and the exit status that says so."""
    status = decision.exit_status
    door = "open" if status == 0 else "shut"
    held = sum(one.review.standing is Standing.HOLDS for one in decision.entries)
    known = f"{held:,} known deviations; " if held else ""
    return f"{door}: {known}exit status {status}: {EXITS[status]}"


def document(decision: Decision) -> dict[str, Json]:
    """Return it as JSON data."""
    ledger = decision.ledger
    return {
        "format": FORMAT,
        "passed": decision.exit_status == 0,
        "exit_status": decision.exit_status,
        "result": decision.result.value,
        "problems": [one.text for one in ledger.problems],
        "counts": dict(ledger.counts),
        "new": [_trial(decision, key) for key in sorted(decision.new)],
        **{
            standing.value: [
                entry_document(one) for one in decision.red if one.review.standing is standing
            ]
            for standing in TOLD
        },
        "holds": sum(one.review.standing is Standing.HOLDS for one in decision.entries),
    }


def entry_document(one: Placed) -> dict[str, Json]:
    """Return an entry with its place and what it is worth."""
    where: dict[str, Json] = {"file": one.file, "line": one.line, "column": one.column}
    entry: dict[str, Json] = msgspec.to_builtins(one.review.entry)
    return {**where, **entry, "standing": one.review.standing.value, "why": one.review.why}


def place(one: Placed) -> str:
    """Return where an entry stands, `file:line:column`."""
    return one_line(f"{one.file}:{one.line}:{one.column}")


def _trial(decision: Decision, key: Key) -> dict[str, Json]:
    result = decision.ledger.results[key]
    return {
        "trial": key.trial,
        "target": key.target,
        "database": key.database,
        "verdict": result.verdict.value,
        "broken": list(result.broken),
        "flaky": result.flaky,
    }
