"""Numbers and texts that fast decoders lose (TYP-NUM-001, TYP-STR-005, RPC-MSG-009)."""

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbal_reference.wire.json_text import InexactFloat, JsonTextError, decode

FLOATS = st.floats(allow_nan=False, allow_infinity=False)
TREES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
)


@given(TREES)
def test_what_was_written_is_read(tree: Any) -> None:  # noqa: ANN401 -- any JSON
    text = json.dumps(tree).encode()
    assert decode(text, depth=128) == tree
    assert decode(json.dumps(tree, ensure_ascii=False, indent=1).encode(), depth=128) == tree


@given(st.binary(max_size=60) | st.text(alphabet='[]{}":,\\u0d8a1 ', max_size=60).map(str.encode))
def test_no_bytes_crash_it(text: bytes) -> None:
    try:
        decode(text, depth=16)
    except JsonTextError:
        return


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("1.0", True),
        ("1e0", True),
        ("10e-1", True),
        ("-0.0", True),
        ("9007199254740993.0", True),
        ("1e300", True),
        ("1.5", False),
        ("1.00000000000000000001", False),
        ("9007199254740991.5", False),
        ("1e-400", False),
        ("0e99999999999999999999", True),
        ("1e-99999999999999999999", False),
        ("1e999", False),
    ],
)
def test_whether_a_fraction_was_written_is_remembered(text: str, whole: bool) -> None:  # noqa: FBT001 -- a table
    value = decode(text.encode(), depth=8)
    assert isinstance(value, float)
    assert value.is_integer() is whole
    assert value == float(text)


def test_an_inexact_number_is_its_nearest_double() -> None:
    value = decode(b"1.00000000000000000001", depth=8)
    assert isinstance(value, InexactFloat)
    assert value == 1.0


def test_integers_of_any_size_are_exact() -> None:
    for number in (2**53 + 1, 2**64, -(2**70), 10**400):
        assert decode(str(number).encode(), depth=8) == number
        assert decode(f'["\\ud800", {number}]'.encode(), depth=8)[1] == number
    assert decode(b'["\\ud800", ' + b"9" * 5000 + b"]", depth=8)[1] > 10**3000


def test_lone_surrogates_are_kept_to_be_refused_by_field() -> None:
    assert decode(b'{"a": "\\ud800", "b": 1.5}', depth=8) == {"a": "\ud800", "b": 1.5}


@pytest.mark.parametrize(
    "text",
    [
        b'{"a":1,"a":2}',
        b'{"a":{"b":1,"b":1}}',
        b'[{"x":":"},{"a":1,"\\u0061":2}]',
        b'{"a":"\\ud800","a":1}',
        b"\x00",
        b'"\xed\xa0\x80"',
        b'{"a":"\\ud800"} 1',
        b'["\\ud800", NaN]',
        b'["\\ud800\n"]',
    ],
)
def test_what_readers_would_differ_on_is_refused(text: bytes) -> None:
    with pytest.raises(JsonTextError):
        decode(text, depth=8)


def test_colons_in_texts_are_no_members() -> None:
    assert decode(b'{"a:b": "::::", "c": ["d:"]}', depth=8) == {"a:b": "::::", "c": ["d:"]}


@pytest.mark.parametrize(
    "text",
    [
        b"[" * 1_000_000,
        b'{"a":' * 200_000,
        b"[" * 9 + b'"' + b'\\"' * 400_000,
        b"[[[[[[[[[" + b'"\\' * 300_000,
    ],
    ids=["lists", "objects", "escaped quotes", "quotes"],
)
def test_time_is_linear_for_whatever_comes(text: bytes) -> None:
    began = time.process_time()
    with pytest.raises(JsonTextError):
        decode(text, depth=8)
    assert time.process_time() - began < 1
