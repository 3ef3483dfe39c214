"""A run for a README or a pull request: result, counts, capabilities, findings."""

import re
from typing import TextIO

from tabulate import tabulate

from dbal_conform.core.ledger import Ledger
from dbal_conform.core.matrix import Cell, Matrix, State, build
from dbal_conform.reporters.findings import LISTED, Finding, findings
from dbal_conform.reporters.plain import clip, one_line, plain
from dbal_conform.reporters.summary import Summary, scope, summary
from dbal_conform.reporters.words import RESULTS, STATES, VERDICTS

VALUE = 1_000  # characters of one value: a comment holds 65,536 in all
TOLD = 20
_QUIET = frozenset({State.PROVEN, State.DECLINED, State.NOT_APPLICABLE, State.OBSERVED})
_SPECIAL = re.compile(r"([\\`*_\[\]#|~<>])")


def write(ledger: Ledger, out: TextIO) -> None:
    """Write the report."""
    out.write(text(ledger))


def text(ledger: Ledger) -> str:
    """Return the report."""
    told = summary(ledger)
    word = RESULTS[told.result]
    table = build(ledger)
    found = findings(ledger)
    parts = [
        f"## DBAL conformance: {word.symbol} {word.label.lower()}",
        f"{escaped(told.why)} {word.means}",
        _counts(told),
        _capabilities(table),
        _groups(table),
        _failures([one for one in found if one.failing]),
        _listed([one for one in found if not one.failing and one.excuse], "Known deviations"),
        _listed(
            [one for one in found if not one.failing and one.result.verdict in LISTED],
            "Conformant, and worth knowing",
        ),
        _absent(told),
        _facts(ledger),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def stateescaped(cell: Cell) -> str:
    """Return a cell as a symbol and words, so that it needs no colour."""
    word = STATES[cell.state]
    return f"{word.symbol} {word.label.lower()} {cell.held}/{cell.counted}"


def claimescaped(cell: Cell) -> str:
    """Return what the database can and the target claims, in words."""
    match cell.possible:
        case None:
            can = "can: unknown"
        case bool():
            can = f"can: {'yes' if cell.possible else 'no'}"
        case condition:
            can = f"can: {condition}"
    claim = {None: "unknown", True: "yes", False: "no"}[cell.claimed]
    return f"{can}, claims: {claim}"


def _counts(told: Summary) -> str:
    heads = ["target", "database", *(VERDICTS[one].label for one in told.counts), "trials"]
    rows = [
        [
            escaped(one.column.target),
            escaped(one.column.database),
            *(one.counts.get(verdict, 0) for verdict in told.counts),
            one.total,
        ]
        for one in told.tallies
    ]
    return tabulate(rows, heads, tablefmt="github", disable_numparse=True)


def _capabilities(table: Matrix) -> str:
    if not table.capabilities:
        return ""
    heads = ["capability", *_heads(table)]
    rows = [
        [
            code(row.name),
            *(f"{stateescaped(cell)}<br>{claimescaped(cell)}" for cell in row.cells),
        ]
        for row in table.capabilities
    ]
    return "### Capabilities\n\n" + tabulate(rows, heads, tablefmt="github", disable_numparse=True)


def _groups(table: Matrix) -> str:
    """Name the groups that hold everywhere, and show the others."""
    loud = [row for row in table.groups if any(cell.state not in _QUIET for cell in row.cells)]
    calm = [escaped(row.name) for row in table.groups if row not in loud]
    parts = ["### Requirements"]
    if loud:
        rows = [[escaped(row.name), *(stateescaped(cell) for cell in row.cells)] for row in loud]
        heads = ["group", *_heads(table)]
        parts.append(tabulate(rows, heads, tablefmt="github", disable_numparse=True))
    if calm:
        parts.append(f"Nothing amiss in {len(calm)} more: {', '.join(calm)}.")
    return "\n\n".join(parts) if table.groups else ""


def _heads(table: Matrix) -> list[str]:
    return [f"{escaped(one.target)} · {escaped(one.database)}" for one in table.columns]


def _failures(failing: list[Finding]) -> str:
    if not failing:
        return ""
    parts = ["### Failures", *(_failure(one) for one in failing[:TOLD])]
    if len(failing) > TOLD:
        parts.append(f"… and {len(failing) - TOLD:,} more; the run file tells them all.")
    return "\n\n".join(parts)


def _failure(one: Finding) -> str:
    where = f"{one.result.target} · {one.result.database}"
    parts = [f"**{one.label}** {code(one.result.trial)} on {escaped(where)}: {escaped(one.title)}"]
    cited = [
        f"- {'**broken** ' if each.broken else ''}{escaped(each.id)} {escaped(each.keyword)}: "
        f"{escaped(each.text)}"
        for each in one.cited
    ]
    parts.append("\n".join(cited))
    if one.result.reason:
        parts.append(escaped(clip(one.result.reason, VALUE)))
    if one.excuse:
        parts.append(f"Baseline: {escaped(one.excuse)}")
    parts += [
        _block(
            f"{each.place}\nexpected: {clip(each.expected, VALUE)}\n"
            f"actual:   {clip(each.actual, VALUE)}\nwhy:      {clip(each.why, VALUE)}",
        )
        for each in one.differences
    ]
    parts.append(f"Replay: {code(one.replay)}")
    return "\n\n".join(part for part in parts if part)


def _listed(chosen: list[Finding], heading: str) -> str:
    lines = [
        f"- {one.label}: {code(one.result.trial)} on {escaped(one.result.target)}"
        f" · {escaped(one.result.database)}: {escaped(one.excuse or one.title)}"
        for one in chosen
    ]
    return f"### {heading}\n\n" + "\n".join(lines) if lines else ""


def _absent(told: Summary) -> str:
    lines = [f"- {count:,}: {escaped(reason)}" for reason, count in told.absent.items()]
    return "### Could not run\n\n" + "\n".join(lines) if lines else ""


def _facts(ledger: Ledger) -> str:
    header = ledger.header
    return (
        f"Contract {escaped(header.contract)}, suite {code(header.suite_hash)}, "
        f"{escaped(scope(header))}, seed {header.seed}, {escaped(header.tool)}, "
        f"{escaped(header.started_at)}."
    )


def escaped(text: str) -> str:
    """Return text that Markdown shows as it is: no markup, no link, no mention."""
    escaped = _SPECIAL.sub(r"\\\1", one_line(text).replace("&", "&amp;"))
    return escaped.replace("@", "@&#8203;")  # else a forge would call people by that name


def code(text: str) -> str:
    """Return a code span; its fence is longer than any run of backticks within."""
    line = one_line(text)
    fence = _fence(line, 1)
    return f"{fence} {line} {fence}" if "`" in line else f"{fence}{line}{fence}"


def _block(text: str) -> str:
    clean = plain(text)
    fence = _fence(clean, 3)
    return f"{fence}text\n{clean}\n{fence}"


def _fence(text: str, least: int) -> str:
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    return "`" * max(least, longest + 1)
