"""A run for a CI server: JUnit XML as Jenkins and Surefire read it.

One testsuite per suite and column. Conformant verdicts are passes; what could not run is an error
and not a skip, since a server shows a build with skips as green.
"""

from collections.abc import Iterable, Sequence
from typing import TextIO
from xml.etree import ElementTree as ET

from dbal_conform.core.baseline import Judgement
from dbal_conform.core.ledger import Header, Ledger
from dbal_conform.core.standing import Placed
from dbal_conform.core.verdict import TrialResult, Verdict
from dbal_conform.reporters.findings import LISTED, Finding, finding
from dbal_conform.reporters.plain import clip, one_line, plain
from dbal_conform.reporters.words import VERDICTS

VALUE = 4_000  # characters of one value; a server keeps these texts for every build
_OURS = frozenset({Verdict.COULD_NOT_RUN, Verdict.HARNESS_ERROR})
_SILENT = frozenset({Verdict.CRASH, Verdict.TIMEOUT, Verdict.PROTOCOL_VIOLATION})
_Suite = tuple[str, str, str]


def write(ledger: Ledger, out: TextIO, *, entries: Sequence[Placed] = ()) -> None:
    """Write the report; times are in seconds.

    `entries` are those of the baseline that no longer hold: where no trial tells of one, it is a
    failure of its own, in a suite called baseline.
    """
    root = ET.Element("testsuites", {"name": f"DBAL conformance {ledger.header.contract}"})
    suites: dict[_Suite, list[Finding]] = {}
    judgements = ledger.judgements
    for key, result in sorted(ledger.results.items()):
        name = (result.trial.partition("/")[0], result.target, result.database)
        suites.setdefault(name, []).append(finding(ledger, result, judgements[key]))
    for name, found in sorted(suites.items()):
        root.append(_suite(ledger.header, name, found))
    if alone := [one for one in entries if not one.review.bearings]:
        root.append(_baseline(ledger.header, alone))
    for attribute in ("tests", "failures", "errors"):
        root.set(attribute, str(sum(int(suite.get(attribute, "0")) for suite in root)))
    root.set("time", _seconds(ledger.results.values()))
    ET.indent(root)
    out.write('<?xml version="1.0" encoding="UTF-8"?>\n')
    out.write(ET.tostring(root, encoding="unicode"))
    out.write("\n")


def _suite(header: Header, name: _Suite, found: list[Finding]) -> ET.Element:
    suite, target, database = map(one_line, name)
    results = [one.result for one in found]
    element = ET.Element(
        "testsuite",
        {
            "name": f"{suite} [{target} on {database}]",
            "package": suite,
            "timestamp": header.started_at.removesuffix("Z"),
            "time": _seconds(results),
        },
    )
    properties = ET.SubElement(element, "properties")
    for key, value in {
        "target": target,
        "database": database,
        "contract": header.contract,
        "suiteHash": header.suite_hash,
        "profile": header.profile,
        "seed": str(header.seed),
        "tool": header.tool,
    }.items():
        ET.SubElement(properties, "property", {"name": key, "value": one_line(value)})
    cases = [_case(one, f"{target}.{database}.{suite}") for one in found]
    element.extend(cases)
    element.set("tests", str(len(cases)))
    for plural, tag in {"failures": "failure", "errors": "error", "skipped": "skipped"}.items():
        element.set(plural, str(sum(case.find(tag) is not None for case in cases)))
    return element


def _baseline(header: Header, entries: Sequence[Placed]) -> ET.Element:
    count = str(len(entries))
    attributes = {"name": "baseline", "package": "baseline", "time": "0.000"}
    attributes["timestamp"] = header.started_at.removesuffix("Z")
    suite = ET.Element("testsuite", attributes)
    for one in entries:
        place = f"{one.file}:{one.line}:{one.column}"
        name = one_line(f"{one.review.entry.case} ({place})")
        case = ET.SubElement(
            suite, "testcase", {"name": name, "classname": "baseline", "time": "0.000"}
        )
        message = clip(one_line(one.text), 500)
        failure = {"type": one.review.standing.value, "message": message}
        ET.SubElement(case, "failure", failure).text = f"{place}\n{one_line(one.text)}\n"
    for name, value in {"tests": count, "failures": count, "errors": "0", "skipped": "0"}.items():
        suite.set(name, value)
    return suite


def _case(one: Finding, classname: str) -> ET.Element:
    result = one.result
    name = one_line(result.trial.partition("/")[2] or result.trial)
    element = ET.Element(
        "testcase",
        {"name": name, "classname": classname, "time": _seconds([result])},
    )
    tag = _tag(one)
    if tag:
        attributes = {"type": result.verdict.value, "message": _message(one)}
        ET.SubElement(element, tag, attributes).text = _story(one)
    elif result.verdict in LISTED:
        ET.SubElement(element, "system-out").text = f"{one.label}: {_message(one)}\n"
    return element


def _tag(one: Finding) -> str:
    """Name the element that says what became of a trial; a pass has none."""
    if one.result.verdict in _OURS:
        return "error"
    if one.judgement is Judgement.EXPECTED or one.result.verdict is Verdict.NOT_APPLICABLE:
        return "skipped"
    if not one.failing:
        return ""
    return "error" if one.result.verdict in _SILENT else "failure"


def _message(one: Finding) -> str:
    """One line: the first thing that is wrong, or why there is nothing to see."""
    word = VERDICTS[one.result.verdict]
    first = one.differences[0] if one.differences else None
    why = f"{first.place}: {first.why}" if first else one.result.reason
    ids = ", ".join(cited.id for cited in one.cited if cited.broken)
    parts = (ids, one.excuse, why or word.means)
    return clip(one_line(": ".join(part for part in parts if part)), 500)


def _story(one: Finding) -> str:
    lines = [one.title, one.source]
    lines += [f"{cited.id} {cited.keyword} {cited.text}" for cited in one.cited]
    lines += [clip(plain(one.result.reason), VALUE), one.excuse]
    for difference in one.differences:
        lines += [
            "",
            difference.place,
            f"  expected: {clip(difference.expected, VALUE)}",
            f"  actual:   {clip(difference.actual, VALUE)}",
            f"  why:      {clip(difference.why, VALUE)}",
        ]
    return "\n".join([*(line for line in lines if line), f"replay: {one.replay}", ""])


def _seconds(results: Iterable[TrialResult]) -> str:
    return f"{sum(one.took_ms for one in results) / 1000:.3f}"
