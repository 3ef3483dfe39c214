"""One trial in full: what was sent and came, what was wanted, and why it earned its verdict."""

from collections.abc import Iterable
from typing import TextIO

import msgspec
from rich.console import Console
from rich.text import Text

from dbal_conform.core.ledger import Key, Ledger
from dbal_conform.core.messages import Json
from dbal_conform.core.verdict import Exchange, TrialResult, Verdict
from dbal_conform.explanations.layout import beside
from dbal_conform.reporters import console as report
from dbal_conform.reporters.findings import Finding, finding, is_upkeep
from dbal_conform.reporters.plain import clip, one_line, shown
from dbal_conform.reporters.words import JUDGEMENTS, VERDICTS

VALUE = 4_000  # characters of a message on the terminal; --json and the run file have all
WHOLE = 1_000_000
CHECKS = {
    "reply": "a reply is one JSON-RPC message, with the id of its request",
    "result": "a result has the closed form that its operation must answer",
    "page": "a page's envelope agrees with itself and with the rows in it",
    "error": "an error is registered, with its code, details and no word about the inside",
    "secret": "no reply holds a password, token or sensitive field",
    "unchanged": "a refused call leaves what is stored as it was",
    "audit": "each call leaves exactly the audit records that it must",
}


def told(ledger: Ledger, result: TrialResult) -> Finding:
    """Return the trial as reports tell it."""
    key = Key(result.trial, result.target, result.database)
    return finding(ledger, result, ledger.judgements[key])


def write(found: Iterable[Finding], out: TextIO, *, color: bool | None, verbose: bool) -> None:
    """Write each trial in full; `verbose` cuts nothing short."""
    console = report.console_for(out, color=color)
    limit = WHOLE if verbose else VALUE
    for one in found:
        report.tell(console, one)
        _heading(console, "Why this verdict")
        _lines(console, [("", _why(one))])
        if checked := _checked(one.result):
            _heading(console, "What was checked")
            _lines(console, checked)
        if one.result.observed is not msgspec.UNSET:
            _heading(console, "What was observed")
            _lines(console, [("", clip(shown(one.result.observed), limit))])
        if one.result.transcript:
            _transcript(console, one, limit, verbose=verbose)
        console.print()


def document(one: Finding) -> Json:
    """Return the trial for machines."""
    result: dict[str, Json] = msgspec.to_builtins(one.result)
    word = VERDICTS[one.result.verdict]
    return {
        **result,
        "verdict": one.result.verdict.value,
        "means": word.means,
        "judgement": one.judgement.value,
        "title": one.title,
        "case": one.source,
        "cited": [each._asdict() for each in one.cited],
        "replay": one.replay,
    }


def _why(one: Finding) -> str:
    result = one.result
    words = [VERDICTS[result.verdict].means]
    if result.broken:
        words.append(f"Broken: {', '.join(map(one_line, result.broken))}.")
    if result.flaky:
        words.append("It held on another attempt (flaky), which changes no verdict.")
    if one.excuse or one.failing:
        words.append(JUDGEMENTS[one.judgement].means)
    return " ".join(words)


def _checked(result: TrialResult) -> list[tuple[str, str]]:
    """Return what held, beside the requirements above: steps, and what every reply is held to."""
    if result.verdict in {Verdict.NOT_APPLICABLE, Verdict.COULD_NOT_RUN}:
        return []
    rows = [("steps", f"{result.steps:,} in {result.took_ms:.1f} ms")]
    for name, (times, could_not) in result.invariants.items():
        if not times and not could_not:
            continue
        told = f"{times:,} times: {CHECKS.get(name, name)}"
        rows.append((name, told + (f" ({could_not:,} times it could not be)" if could_not else "")))
    case = one_line(result.trial)
    rows.append(("the case", f"dbal-conform show '{case}' tells each expectation"))
    return rows


def _transcript(console: Console, one: Finding, limit: int, *, verbose: bool) -> None:
    """Print the exchanges; what only makes or watches the world on request, or if it broke."""
    broken = {each.step for each in one.result.mismatches}
    transcript = one.result.transcript
    chosen = [
        each for each in transcript if verbose or each.step in broken or not is_upkeep(each.step)
    ]
    _heading(console, "What was sent, and what came")
    for exchange in chosen:
        _exchange(console, exchange, limit, broken=exchange.step in broken)
    if hidden := len(transcript) - len(chosen):
        _lines(console, [("", f"{hidden} more made the world and watched it; -v shows them")])


def _exchange(console: Console, exchange: Exchange, limit: int, *, broken: bool) -> None:
    head = Text(f"  {'✗' if broken else '·'} step {one_line(exchange.step)}")
    head.stylize("bold red" if broken else "bold")
    if exchange.took_ms:
        head.append(f"  {exchange.took_ms:.2f} ms", style="dim")
    console.print(head, soft_wrap=True)
    rows = [
        (name, clip(shown(value, indent=None), limit))
        for name, value in (("sent", exchange.sent), ("came", exchange.came))
    ]
    _lines(console, rows, indent=4)


def _heading(console: Console, text: str) -> None:
    console.print(Text(text, style="bold"))


def _lines(console: Console, rows: list[tuple[str, str]], indent: int = 2) -> None:
    for line in beside(rows, indent=indent, left=None if any(name for name, _ in rows) else 0):
        console.print(Text(line), soft_wrap=True)
