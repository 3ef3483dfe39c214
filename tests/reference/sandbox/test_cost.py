import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbal_reference.sandbox import inspect
from dbal_reference.schema.model import Schema

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


def seconds(schema: Schema, text: str) -> float:
    row = {"componentTree": json.dumps([text], ensure_ascii=False)}
    started = time.perf_counter()
    inspect(schema, schema.entities["PageConfig"], row)
    return time.perf_counter() - started


@pytest.mark.parametrize("piece", PIECES)
def test_a_field_full_of_beginnings_is_scanned_in_linear_time(schema: Schema, piece: str) -> None:
    """At the limit of SB-01; a scan that backtracks takes minutes."""
    assert seconds(schema, piece * (200_000 // len(json.dumps(piece)))) < 0.5
    assert seconds(schema, "http://" + piece * (200_000 // len(json.dumps(piece)))) < 0.5


def test_a_field_of_many_small_leaves_is_scanned_in_a_moment(schema: Schema) -> None:
    page = schema.entities["PageConfig"]
    for leaf in ("x {}%", "x{}%25", "; drop {}"):
        row = {"componentTree": json.dumps([leaf.format(n) for n in range(15_000)])}
        started = time.perf_counter()
        violation = inspect(schema, page, row)
        assert time.perf_counter() - started < 2
        assert (violation is not None) == (leaf[0] == ";")


leaves = st.text(st.characters(codec="utf-8")) | st.sampled_from(PIECES) | st.none() | st.integers()


@given(st.recursive(leaves, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
def test_no_document_crashes_the_scan(schema: Schema, document: object) -> None:
    row = {"nodes": json.dumps(document), "edges": json.dumps(document), "config": None}
    inspect(schema, schema.entities["Workflow"], row)
