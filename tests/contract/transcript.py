"""Reads the tables that were transcribed from the contract, and the schema as plain YAML.

Neither product's loader is used: a mistake that both share would otherwise be invisible.
"""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent
SCHEMA = HERE.parents[1] / "schema"


def text(name: str) -> str:
    return (HERE / "tables" / f"{name}.md").read_text(encoding="utf-8")


def tables(source: str) -> Iterator[list[list[str]]]:
    """Each Markdown table of a text as rows of cells, its head first."""
    rows: list[list[str]] = []
    for line in [*source.splitlines(), ""]:
        if line.startswith("|"):
            cells = re.split(r"(?<!\\)\|", line.strip().strip("|"))
            rows.append([cell.strip().replace("\\|", "|") for cell in cells])
        elif rows:
            yield [rows[0], *rows[2:]]
            rows = []


@cache
def schema(path: str) -> Any:  # noqa: ANN401 -- YAML
    return yaml.safe_load((SCHEMA / path).read_text(encoding="utf-8"))


def number(cell: str) -> int:
    return int(cell.replace("\u2212", "-").replace("…", ""))
