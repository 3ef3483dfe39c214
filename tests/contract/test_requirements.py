"""schema/requirements against docs/contract.md, the normative text."""

import re
from collections import Counter
from typing import Any

from tests.contract.transcript import HERE, SCHEMA, schema

TEXT = (HERE.parents[1] / "docs" / "contract.md").read_text(encoding="utf-8")
ROW = re.compile(r"\| ([A-Z]+-[A-Z]+-\d{3}) \| (MUST|SHOULD|MAY|OPEN) \| (.*) \| ([a-z]) \|")
COUNT = re.compile(r"\| ([A-Z]+|all) \|[^|]*\|[^|]*\| (\d+) \|")


def _listed() -> list[dict[str, Any]]:
    paths = sorted((SCHEMA / "requirements").glob("*.yaml"))
    return [row for path in paths for row in schema(f"requirements/{path.name}")["requirements"]]


def _written() -> list[tuple[int, str, str, str, str]]:
    section, found = 0, []
    for line in TEXT.splitlines():
        if head := re.match(r"## (\d+)\. ", line):
            section = int(head[1])
        elif row := ROW.fullmatch(line):
            found.append((section, row[1], row[2], row[3].replace("\\|", "|"), row[4]))
    return found


def test_every_requirement_stands_in_the_schema_as_it_is_written() -> None:
    listed = {
        (row["section"], row["id"], row["keyword"], row["text"], row["proof"]) for row in _listed()
    }
    written = _written()
    assert len(written) == len(_listed()) == 420
    assert listed == set(written)


def test_pinned_is_said_where_the_text_says_it() -> None:
    for row in _listed():
        assert row.get("pinned", False) is ("**pinned**" in row["text"]), row["id"]


def test_the_table_of_areas_counts_them() -> None:
    counts = Counter(row["id"].split("-")[0] for row in _listed())
    counts["all"] = len(_listed())
    assert {
        area: int(number) for area, number in COUNT.findall(TEXT.partition("## 1. ")[0])
    } == counts
