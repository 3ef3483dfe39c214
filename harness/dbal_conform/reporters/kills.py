"""The kill matrix of a self-test: for people on a terminal, for machines, and as one HTML file."""

from typing import TextIO

import msgspec
from tabulate import tabulate

from dbal_conform.core.kills import Fate, KillMatrix
from dbal_conform.reporters.page import policy, source, templates
from dbal_conform.reporters.plain import one_line

FORMAT = "dbal-conform-kills/1"
MOST = 3  # cases named for each mutant; JSON has all


def headline(kills: KillMatrix) -> str:
    """Return the result in a line."""
    total, left = len(kills.fates), len(kills.survivors)
    return f"{total - left} of {total} mutants killed"


def write_json(kills: KillMatrix, out: TextIO) -> None:
    """Write all of it, for machines."""
    document = {
        "format": FORMAT,
        "killed": len(kills.fates) - len(kills.survivors),
        "survivors": [fate.mutant.mutant for fate in kills.survivors],
        **msgspec.to_builtins(kills),
    }
    out.write(msgspec.json.format(msgspec.json.encode(document), indent=1).decode() + "\n")


def write_html(kills: KillMatrix, out: TextIO) -> None:
    """Write one HTML file that needs nothing else and runs no script."""
    style = source("report.css") + source("kills.css")
    page = templates().get_template("kills.html.j2")
    out.write(
        page.render(
            kills=kills,
            killed=[fate for fate in kills.fates if fate.killed],
            headline=headline(kills),
            style=style,
            policy=policy(style),
            most=MOST,
        )
    )


def write_text(kills: KillMatrix, out: TextIO, *, verbose: bool = False) -> None:
    """Write what a person wants to know first: what survived, and who was accused wrongly."""
    for wrong in kills.wrong:
        reason = one_line(wrong.reason)
        out.write(
            f"WRONG     {wrong.trial} ({wrong.target} on {wrong.database}):"
            f" {wrong.verdict.value}: {reason}\n"
        )
    rows = [_row(fate) for fate in kills.fates if verbose or not fate.killed]
    if rows:
        heads = ("fate", "mutant", "what is wrong with it", "breaks", "noticed by")
        out.write(tabulate(rows, heads, tablefmt="plain", disable_numparse=True) + "\n")
    if kills.whole:
        out.write(f"{len(kills.idle)} cases killed nothing\n")
    accused = len(kills.wrong)
    out.write(
        f"{headline(kills)} in {kills.trials} trials, {kills.took_s} s;"
        f" {accused or 'no'} trial{'' if accused == 1 else 's'} of right targets accused\n"
    )


def _row(fate: Fate) -> tuple[str, ...]:
    word = "killed" if fate.killed else "NOT NAMED" if fate.kills else "SURVIVED"
    names = [kill.trial for kill in fate.kills]
    more = f" and {len(names) - MOST} more" if len(names) > MOST else ""
    noticed = ", ".join(names[:MOST]) + more if names else f"none of {fate.asked} trials"
    return (
        "NOT JUDGED" if fate.failed else word,
        one_line(fate.mutant.mutant),
        one_line(fate.mutant.says),
        one_line(" ".join(fate.mutant.breaks)),
        one_line(fate.failed) or one_line(noticed),
    )
