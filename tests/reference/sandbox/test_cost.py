import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbal_reference.model import Schema
from dbal_reference.sandbox import inspect

PIECES = [
    "<a ",
    "<a'",
    "<a b='",
    "<script",
    "import ",
    "import {",
    "copy ",
    "copy from ",
    "from ",
    "constructor[",
    "; ",
    "&#",
    "&#60",
    "%25",
    "%",
    "java script ",
    " ",
    "\u2003",
    "os.",
    "http://",
    "1.",
    "[",
    "on=",
]


SIZE = 200_000  # bytes of JSON, below the limit of SB-01


def seconds(schema: Schema, tree: list[str]) -> float:
    """Of this process, so that neighbours do not count."""
    row = {"componentTree": json.dumps(tree, ensure_ascii=False)}
    started = time.process_time()
    inspect(schema, schema.entities["PageConfig"], row)
    return time.process_time() - started


def is_linear(small: float, great: float) -> bool:
    """Whether ten times the text took some ten times as long, where squares would take hundred."""
    return great < 30 * small + 0.1


@pytest.mark.parametrize("piece", PIECES)
@pytest.mark.parametrize("start", ["", "http://"])
def test_a_leaf_full_of_beginnings_is_scanned_in_linear_time(
    schema: Schema, piece: str, start: str
) -> None:
    count = SIZE // len(json.dumps(piece))
    small, great = (seconds(schema, [start + piece * n]) for n in (count // 10, count))
    assert is_linear(small, great)


@pytest.mark.parametrize("leaf", ["x {}%", "x{}%25", "; drop {}"])
def test_many_leaves_are_scanned_in_linear_time(schema: Schema, leaf: str) -> None:
    small, great = (seconds(schema, [leaf.format(i) for i in range(n)]) for n in (1500, 15_000))
    assert is_linear(small, great)


leaves = st.text(st.characters(codec="utf-8")) | st.sampled_from(PIECES) | st.none() | st.integers()


@given(st.recursive(leaves, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
def test_no_document_crashes_the_scan(schema: Schema, document: object) -> None:
    row = {"nodes": json.dumps(document), "edges": json.dumps(document), "config": None}
    inspect(schema, schema.entities["Workflow"], row)
