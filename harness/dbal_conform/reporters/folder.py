"""Pages about several runs: the list of a folder, and what changed between two of them."""

from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import quote, urlencode

from dbal_conform.core.comparison import Change, Comparison, Difference
from dbal_conform.core.ledger import Footer, Header, RunResult
from dbal_conform.reporters.comparison import HEADINGS, told, words
from dbal_conform.reporters.page import policy, source, templates
from dbal_conform.reporters.plain import one_line
from dbal_conform.reporters.summary import scope
from dbal_conform.reporters.words import RESULTS, VERDICTS

MOST = 500  # trials shown of a change; the run files have them all


class Listed(NamedTuple):
    """A run file as the list shows it; `problem` says why it cannot be read."""

    name: str
    header: Header | None = None
    footer: Footer | None = None
    problem: str = ""


class _Row(NamedTuple):
    """A run file in words."""

    name: str
    url: str
    state: str
    symbol: str
    label: str
    columns: tuple[str, ...]
    counts: tuple[tuple[str, str, int], ...]  # verdict, label, how many
    scope: str
    compare: str
    listed: Listed


def style() -> str:
    """Return the style of these pages, which is that of reports and some more."""
    return source("report.css") + source("folder.css")


def folder_policy() -> str:
    """Return the Content-Security-Policy of these pages: their style, and no script at all."""
    return policy(style())


def listing(runs: Sequence[Listed], place: str) -> str:
    """Return the page that lists runs, newest first; `place` is the folder as people call it."""
    page = templates().get_template("folder.html.j2")
    rows = [_row(run, runs[number + 1 :]) for number, run in enumerate(runs)]
    return page.render(style=style(), policy=folder_policy(), rows=rows, place=place)


def compared(before: str, after: str, comparison: Comparison) -> str:
    """Return the page that says what changed from one run to another."""
    page = templates().get_template("comparison.html.j2")
    sections = [
        (change, HEADINGS[change], chosen[:MOST], len(chosen))
        for change in Change
        if (chosen := [one for one in comparison.differences if one.change is change])
    ]
    return page.render(
        style=style(),
        policy=folder_policy(),
        before=before,
        after=after,
        comparison=comparison,
        words=words(comparison),
        sections=sections,
        side=_side,
        url=run_url,
        where=_where,
    )


def run_url(name: str) -> str:
    """Return where the report of a run is."""
    return f"/runs/{quote(name, safe='')}"


def _row(run: Listed, older: Sequence[Listed]) -> _Row:
    state, symbol, label = "untested", "?", "Not readable"
    columns: tuple[str, ...] = ()
    counts: tuple[tuple[str, str, int], ...] = ()
    about = ""
    if run.header is not None:
        columns = tuple(one_line(f"{one.target} · {one.database}") for one in run.header.columns)
        about = scope(run.header)
        symbol, label, state = _result(run.footer)
    if run.footer is not None:
        known = {verdict.value: word.label for verdict, word in VERDICTS.items()}
        counts = tuple(
            (name, known[name], count) for name, count in run.footer.counts.items() if name in known
        )
    before = next((one.name for one in older if _columns(one) == _columns(run)), "")
    query = urlencode({"before": before, "after": run.name})
    return _Row(
        run.name,
        run_url(run.name),
        state,
        symbol,
        label,
        columns,
        counts,
        about,
        f"/compare?{query}" if before and run.header else "",
        run,
    )


def _result(footer: Footer | None) -> tuple[str, str, str]:
    """Return symbol, label and colour of what a run shows."""
    found = next((one for one in RunResult if footer and one.value == footer.result), None)
    if found is None:
        return ("…", "Not ended", "untested")
    word = RESULTS[found]
    colors = {
        RunResult.CONFORMANT: "proven",
        RunResult.CONFORMANT_WITH_DEVIATIONS: "proven",
        RunResult.NONCONFORMANT: "broken",
        RunResult.INCOMPLETE: "weak",
        RunResult.INVALID: "broken",
    }
    return (word.symbol, word.label, colors[found])


def _columns(run: Listed) -> frozenset[tuple[str, str]] | None:
    if run.header is None:
        return None
    return frozenset((one.target, one.database) for one in run.header.columns)


def _side(one: Difference) -> str:
    sides = [told(each) for each in (one.before, one.after) if each is not None]
    return one_line(" → ".join(sides))


def _where(one: Difference) -> str:
    return one_line(f"{one.key.target} · {one.key.database}")
