"""A run for a person at a terminal, now: failures first, then what they add up to."""

import textwrap
from collections.abc import Mapping
from typing import TextIO

from rich.console import Console
from rich.text import Text

from dbal_conform.core.baseline import Judgement
from dbal_conform.core.ledger import Ledger, RunResult
from dbal_conform.reporters.findings import LISTED, Finding, findings
from dbal_conform.reporters.plain import clip, one_line, plain
from dbal_conform.reporters.summary import Summary, scope, summary
from dbal_conform.reporters.words import RESULTS, VERDICTS

WIDTH = 100  # where there is no terminal to ask
NAME = 60  # characters of a name: those of the contract are shorter
VALUE = 2_000  # characters of a value; the rest is in the run file
TOLD = 50  # failures told in full; more scroll away before they are read
_GOOD = frozenset({RunResult.CONFORMANT, RunResult.CONFORMANT_WITH_DEVIATIONS})


def write(
    ledger: Ledger,
    out: TextIO,
    *,
    color: bool | None = None,
    files: Mapping[str, str] | None = None,
) -> None:
    """Write the report; `files` are what was written beside it (`html: path`).

    Colour is used on a terminal unless NO_COLOR is set; `color` overrides both.
    """
    console = console_for(out, color=color)
    told = summary(ledger)
    found = findings(ledger)
    _failures(console, found)
    known = [one for one in found if one.judgement is Judgement.EXPECTED]
    _listed(console, "Known deviations, excused by the baseline", known)
    worth = [one for one in found if one.result.verdict in LISTED and not one.failing]
    _listed(console, "Conformant, and worth knowing", worth)
    absent(console, told)
    counts(console, told)
    result(console, ledger, told)
    for name, path in (files or {}).items():
        console.print(Text(f"  {name:<10}{plain(path)}"), soft_wrap=True)


def console_for(out: TextIO, *, color: bool | None) -> Console:
    """Return a console that adds nothing of its own to what it is given; `color` as in `write`."""
    return Console(
        file=out,
        width=None if out.isatty() else WIDTH,
        no_color=None if color is None else not color,
        force_terminal=color,
        highlight=False,
        markup=False,
        emoji=False,
    )


def tell(console: Console, one: Finding) -> None:
    """Print one finding in full: what was wanted, what came, and how to see it again."""
    result = one.result
    head = Text(one.label.upper(), style="bold red" if one.failing else "bold yellow")
    head.append(f"  {one_line(result.trial)}", style="bold")
    head.append(f"  {one_line(result.target)} · {one_line(result.database)}", style="dim")
    console.print(head, soft_wrap=True)
    _pairs(console, _facts(one))
    for difference in one.differences:
        where = Text("  ✗ ", style="red")
        where.append(difference.place or "the whole reply", style="bold")
        where.append(f"  {difference.requirement}" if difference.requirement else "", style="dim")
        console.print(where, soft_wrap=True)
        values = [
            ("expected", clip(difference.expected, VALUE)),
            ("actual", clip(difference.actual, VALUE)),
            ("why", clip(difference.why, VALUE)),
        ]
        _pairs(console, values, indent=4)
    console.print(Text(f"  replay  {one.replay}", style="cyan"), soft_wrap=True)
    console.print()


def _facts(one: Finding) -> list[tuple[str, str]]:
    facts = [("title", clip(one.title, VALUE)), ("case", one.source)]
    for cited in one.cited:
        name = f"{cited.id} (broken)" if cited.broken else cited.id
        facts.append((name, f"{cited.keyword} {cited.text}".strip() or "not of this contract"))
    facts += [("reason", clip(plain(one.result.reason), VALUE)), ("baseline", one.excuse)]
    return [(name, value) for name, value in facts if value]


def _failures(console: Console, told: list[Finding]) -> None:
    failing = [one for one in told if one.failing]
    for one in failing[:TOLD]:
        tell(console, one)
    if len(failing) > TOLD:
        more = f"and {len(failing) - TOLD:,} more failures: the run file and the HTML tell them all"
        console.print(Text(more), soft_wrap=True)
        console.print()


def _listed(console: Console, heading: str, chosen: list[Finding]) -> None:
    """What does not fail the run and is still worth a line each."""
    if not chosen:
        return
    console.print(Text(heading, style="bold"))
    for one in chosen:
        text = Text(f"  {VERDICTS[one.result.verdict].symbol} {one.label}", style="yellow")
        text.append(f"  {one_line(one.result.trial)}  {one.title}")
        text.append(f"  {one.excuse or ', '.join(map(one_line, one.result.broken))}", style="dim")
        text.rstrip()
        console.print(text, soft_wrap=True)
    console.print()


def absent(console: Console, told: Summary) -> None:
    """Why trials could not run: one line a reason, since one lack stops many."""
    if told.absent:
        console.print(Text("Could not run", style="bold"))
        for reason, count in told.absent.items():
            console.print(Text(f"  ? {count:>6,}  {reason}"), soft_wrap=True)
        console.print()


def counts(console: Console, told: Summary) -> None:
    """One line per verdict, one figure per column."""
    heads = [
        f"{one_line(one.column.target)} · {one_line(one.column.database)}" for one in told.tallies
    ]
    rows = [
        (
            f"{VERDICTS[verdict].symbol} {VERDICTS[verdict].label}",
            [one.counts.get(verdict, 0) for one in told.tallies],
        )
        for verdict in told.counts
    ]
    rows.append(("  trials", [one.total for one in told.tallies]))
    left = max(len(name) for name, _ in rows)
    console.print(Text("  ".join([" " * left, *heads]), style="bold"), soft_wrap=True)
    for name, figures in rows:
        cells = [f"{figure:>{len(head)},}" for figure, head in zip(figures, heads, strict=True)]
        console.print(Text("  ".join([name.ljust(left), *cells])), soft_wrap=True)
    console.print()


def result(console: Console, ledger: Ledger, told: Summary) -> None:
    """What it adds up to, in a line, and what it was a run of."""
    header = ledger.header
    word = RESULTS[told.result]
    style = "bold green" if told.result in _GOOD else "bold red"
    line = Text(f"{word.symbol} {word.label.upper()}", style=style)
    line.append(f"  {told.why} {word.means}")
    console.print(line, soft_wrap=True)
    if told.flaky:
        flaky = (
            f"  {told.flaky:,} of them came and went on a retry (flaky); that changes no verdict."
        )
        console.print(Text(flaky), soft_wrap=True)
    facts = f"contract {header.contract}, suite {header.suite_hash[:12]}, {scope(header)}"
    facts += f", seed {header.seed}, {told.took_ms / 1000:.1f} s in trials"
    console.print(Text(f"  {one_line(facts)}", style="dim"), soft_wrap=True)


def _pairs(console: Console, pairs: list[tuple[str, str]], indent: int = 2) -> None:
    """Print names beside values; a long value goes on below itself."""
    pairs = [(clip(name, NAME), value) for name, value in pairs]
    left = max((len(name) for name, _ in pairs), default=0)
    room = max(console.width - indent - left - 2, 20)
    for name, value in pairs:
        lines = [part for line in value.split("\n") for part in _wrapped(line, room)]
        for place, line in enumerate(lines):
            text = Text(" " * indent + ("" if place else name).ljust(left + 2), style="dim")
            text.append(line, style="default not dim")
            text.rstrip()
            console.print(text, soft_wrap=True)


def _wrapped(line: str, room: int) -> list[str]:
    """Split a line; its own indentation stays."""
    inner = " " * (len(line) - len(line.lstrip()))
    return textwrap.wrap(line, room, subsequent_indent=inner[: room // 2], tabsize=4) or [""]
