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
    told = summary(ledger)
    word = RESULTS[told.result]
    table = build(ledger)
    found = findings(ledger)
    parts = [
        f"## DBAL conformance: {word.symbol} {word.label.lower()}",
        f"{_words(told.why)} {word.means}",
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
    out.write("\n\n".join(part for part in parts if part) + "\n")


def state_words(cell: Cell) -> str:
    """Return a cell as a symbol and words, so that it needs no colour."""
    word = STATES[cell.state]
    return f"{word.symbol} {word.label.lower()} {cell.held}/{cell.counted}"


def claim_words(cell: Cell) -> str:
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
            _words(one.column.target),
            _words(one.column.database),
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
            _code(row.name),
            *(f"{state_words(cell)}<br>{claim_words(cell)}" for cell in row.cells),
        ]
        for row in table.capabilities
    ]
    return "### Capabilities\n\n" + tabulate(rows, heads, tablefmt="github", disable_numparse=True)


def _groups(table: Matrix) -> str:
    """Name the groups that hold everywhere, and show the others."""
    loud = [row for row in table.groups if any(cell.state not in _QUIET for cell in row.cells)]
    calm = [_words(row.name) for row in table.groups if row not in loud]
    parts = ["### Requirements"]
    if loud:
        rows = [[_words(row.name), *(state_words(cell) for cell in row.cells)] for row in loud]
        heads = ["group", *_heads(table)]
        parts.append(tabulate(rows, heads, tablefmt="github", disable_numparse=True))
    if calm:
        parts.append(f"Nothing amiss in {len(calm)} more: {', '.join(calm)}.")
    return "\n\n".join(parts) if table.groups else ""


def _heads(table: Matrix) -> list[str]:
    return [f"{_words(one.target)} · {_words(one.database)}" for one in table.columns]


def _failures(failing: list[Finding]) -> str:
    if not failing:
        return ""
    parts = ["### Failures", *(_failure(one) for one in failing[:TOLD])]
    if len(failing) > TOLD:
        parts.append(f"… and {len(failing) - TOLD:,} more; the run file tells them all.")
    return "\n\n".join(parts)


def _failure(one: Finding) -> str:
    where = f"{one.result.target} · {one.result.database}"
    parts = [f"**{one.label}** {_code(one.result.trial)} on {_words(where)}: {_words(one.title)}"]
    cited = [
        f"- {'**broken** ' if each.broken else ''}{_words(each.id)} {_words(each.keyword)}: "
        f"{_words(each.text)}"
        for each in one.cited
    ]
    parts.append("\n".join(cited))
    if one.result.reason:
        parts.append(_words(clip(one.result.reason, VALUE)))
    if one.excuse:
        parts.append(f"Baseline: {_words(one.excuse)}")
    parts += [
        _block(
            f"{each.place}\nexpected: {clip(each.expected, VALUE)}\n"
            f"actual:   {clip(each.actual, VALUE)}\nwhy:      {clip(each.why, VALUE)}",
        )
        for each in one.differences
    ]
    parts.append(f"Replay: {_code(one.replay)}")
    return "\n\n".join(part for part in parts if part)


def _listed(chosen: list[Finding], heading: str) -> str:
    lines = [
        f"- {one.label}: {_code(one.result.trial)} on {_words(one.result.target)}"
        f" · {_words(one.result.database)}: {_words(one.excuse or one.title)}"
        for one in chosen
    ]
    return f"### {heading}\n\n" + "\n".join(lines) if lines else ""


def _absent(told: Summary) -> str:
    lines = [f"- {count:,}: {_words(reason)}" for reason, count in told.absent.items()]
    return "### Could not run\n\n" + "\n".join(lines) if lines else ""


def _facts(ledger: Ledger) -> str:
    header = ledger.header
    return (
        f"Contract {_words(header.contract)}, suite {_code(header.suite_hash)}, "
        f"{_words(scope(header))}, seed {header.seed}, {_words(header.tool)}, "
        f"{_words(header.started_at)}."
    )


def _words(text: str) -> str:
    """Return text that Markdown shows as it is: no markup, no link, no mention."""
    escaped = _SPECIAL.sub(r"\\\1", one_line(text).replace("&", "&amp;"))
    return escaped.replace("@", "@&#8203;")  # else a forge would call people by that name


def _code(text: str) -> str:
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
