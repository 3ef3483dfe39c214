"""A run as one HTML file that needs nothing else: no network, no server, to read it no script.

Style and script stand in the page and are allowed by hash alone, so that nothing a target sent
could run even if it were not escaped. The script adds drilling down from a cell, filters and the
theme.
"""

import json
import re
from collections.abc import Mapping
from textwrap import shorten
from typing import Any, NamedTuple, TextIO

import msgspec
from markupsafe import Markup, escape

from dbal_conform.core.baseline import Judgement
from dbal_conform.core.ledger import Key, Ledger, group_of
from dbal_conform.core.matrix import Evidence, Matrix, Row, build
from dbal_conform.core.messages import Json
from dbal_conform.core.verdict import Verdict
from dbal_conform.reporters.contrast import sides
from dbal_conform.reporters.findings import Finding, findings, is_upkeep
from dbal_conform.reporters.page import policy, source, templates
from dbal_conform.reporters.plain import clip, one_line, plain, shown
from dbal_conform.reporters.summary import scope, summary
from dbal_conform.reporters.words import APART, AREAS, JUDGEMENTS, RESULTS, STATES, VERDICTS

TOPIC = 110  # characters of what a group is about
VALUE = 200_000  # characters of one value; a browser lays that out in a blink
_INERT = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"}


class Area(NamedTuple):
    """The groups of one area of the contract; `title` is empty where the contract has no such."""

    code: str
    title: str
    rows: list[Row]


def write(ledger: Ledger, out: TextIO) -> None:
    """Write the report."""
    style, script = source("report.css"), source("report.js")
    table = build(ledger)
    found = findings(ledger)
    told = summary(ledger)
    environment = templates()
    environment.filters.update(
        prose=prose,
        sides=lambda one: sides(clip(one.expected, VALUE), clip(one.actual, VALUE)),
        upkeep=is_upkeep,
        value=lambda value: clip(shown(value), VALUE),
        clip=lambda text: clip(text, VALUE),
    )
    page = environment.get_template("report.html.j2").render(
        style=style,
        script=script,
        policy=policy(style, script),
        data=inert(_index(ledger, table, found)),
        header=ledger.header,
        footer=ledger.footer,
        scope=scope(ledger.header),
        told=told,
        result=RESULTS[told.result],
        verdicts=VERDICTS,
        states=STATES,
        areas=_areas(table),
        matrix=table,
        topics=_topics(ledger),
        sections=_sections(found),
        unset=msgspec.UNSET,
    )
    out.write(page)
    out.write("\n")


def inert(value: Json) -> str:
    """Return JSON that can stand in a script element: ASCII, and nothing that ends the element."""
    text = json.dumps(value, ensure_ascii=True, separators=(",", ":"), allow_nan=False)
    for character, spelled in _INERT.items():
        text = text.replace(character, spelled)
    return text


def prose(text: str) -> Markup:
    """Return a statement of the contract as HTML: `code` and **strong** as it writes them."""
    safe = str(escape(text))
    safe = re.sub(r"`([^`]+)`", r"<code>\1</code>", safe)
    return Markup(re.sub(r"\*\*([^*]+)\*\*", r"<strong>\1</strong>", safe))  # noqa: S704 -- escaped


def _topics(ledger: Ledger) -> dict[str, str]:
    """Return for each group what it is about: the first of its statements, and how many follow."""
    members: dict[str, list[str]] = {}
    for name, note in ledger.header.requirements.items():
        members.setdefault(group_of(name), []).append(one_line(note.text))
    return {
        group: _shortened(texts[0]) + (f" (and {len(texts) - 1} more)" if texts[1:] else "")
        for group, texts in members.items()
    }


def _shortened(text: str) -> str:
    """Return the statement without its remarks, cut between words."""
    return shorten(text.partition("**pinned**")[0].strip().rstrip("."), TOPIC, placeholder=" …")


def _areas(table: Matrix) -> list[Area]:
    areas: dict[str, Area] = {}
    for row in table.groups:
        code = row.name.partition("-")[0]
        areas.setdefault(code, Area(code, AREAS.get(code, ""), [])).rows.append(row)
    return list(areas.values())


def _sections(found: list[Finding]) -> list[tuple[str, str, list[tuple[int, Finding]]]]:
    """Return the findings by what they mean for the run: title, explanation, numbered findings."""
    numbered = list(enumerate(found))

    def some(*verdicts: Verdict) -> list[tuple[int, Finding]]:
        return [
            (number, one)
            for number, one in numbered
            if not one.failing and not one.excuse and one.result.verdict in verdicts
        ]

    sections = [
        (
            "Failures",
            "What keeps the run from being conformant.",
            [n for n in numbered if n[1].failing],
        ),
        (
            "Known deviations",
            "Excused by the baseline, each with its reason and its last day.",
            [n for n in numbered if n[1].judgement is Judgement.EXPECTED],
        ),
        (
            "Could not run",
            "This machine or the target's control lacked something: no word on the target.",
            some(Verdict.COULD_NOT_RUN),
        ),
        (
            "Worth knowing",
            "Conformant: a SHOULD that does not hold, or a capability that works unclaimed.",
            some(Verdict.WEAK, Verdict.UNDERCLAIM),
        ),
        ("Observed", "Left open by the contract: recorded, not judged.", some(Verdict.OBSERVED)),
    ]
    return [section for section in sections if section[2]]


def _index(ledger: Ledger, table: Matrix, found: list[Finding]) -> dict[str, Json]:
    """Return what the script needs to drill down: rows, requirements, trials; all by number."""
    numbers = {key: number for number, key in enumerate(ledger.results)}
    told = {_key(one): number for number, one in enumerate(found)}
    judgements = ledger.judgements
    return {
        "columns": [[one_line(each.target), one_line(each.database)] for each in table.columns],
        "requirements": {
            name: [note.keyword, one_line(note.text)]
            for name, note in ledger.header.requirements.items()
        },
        "capabilities": [_row(table, row, numbers) for row in table.capabilities],
        "groups": [_row(table, row, numbers) for row in table.groups],
        "trials": [
            [
                one_line(result.trial),
                one_line(_title(ledger, key)),
                result.verdict.value,
                JUDGEMENTS[judgements[key]].label,
                clip(plain(result.reason), VALUE),
                told.get(key, -1),
            ]
            for key, result in ledger.results.items()
        ],
        "apart": {apart.value: means for apart, means in APART.items()},
        "states": {state.value: [word.symbol, word.label] for state, word in STATES.items()},
        "verdicts": {
            verdict.value: [word.symbol, word.label] for verdict, word in VERDICTS.items()
        },
    }


def _row(table: Matrix, row: Row, numbers: Mapping[Key, int]) -> Json:
    """Return a row: its name, and by column its proofs (requirement, state, trials, apart)."""
    cells: list[Any] = []
    for column, cell in zip(table.columns, row.cells, strict=True):

        def trials(
            evidence: tuple[Evidence, ...],
            where: tuple[str, str] = (column.target, column.database),
        ) -> list[int]:
            return [numbers[Key(one.trial, *where)] for one in evidence]

        proofs = [
            [
                one.requirement,
                one.state.value,
                trials(one.evidence),
                one.apart.value if one.apart else "",
            ]
            for one in cell.proofs
        ]
        cells.append(proofs or [["", cell.state.value, trials(cell.evidence), ""]])
    return [row.name, row.means, cells]


def _key(one: Finding) -> Key:
    return Key(one.result.trial, one.result.target, one.result.database)


def _title(ledger: Ledger, key: Key) -> str:
    cases = ledger.header.cases
    note = cases.get(key.trial) or cases.get(key.trial.partition("[")[0])
    return note.title if note else ""
