import contextlib
import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbal_reference.model import Field
from dbal_reference.values import JsonDefect, check_value, read_json

FIELD = Field("f", "string", format="json")
ARRAY = Field("f", "string", format="json", json="array", items="string")
OBJECT = Field("f", "string", format="json", json="object")


@pytest.mark.parametrize(
    "text",
    [
        "null",
        "true",
        "0",
        "-0",
        "1.5e-3",
        "1e308",
        "1e-999",
        '""',
        '"a\\u0041"',
        '"\\ud83d\\ude00"',
        '"😀"',
        " [1, 2 ]\n",
        '{"a": {"b": []}}',
        '{"a": 1, "A": 2}',
        "[" * 32 + "]" * 32,
        "[" + "[]," * 100 + "{}]",
        '["' + "[" * 1000 + '"]',
        '["\\"' + "[" * 1000 + '"]',
        "1" * 300,
    ],
)
def test_json_text_is_kept_code_point_for_code_point(text: str) -> None:
    assert check_value(FIELD, text) == (text, None)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "nul",
        "NaN",
        "Infinity",
        "-Infinity",
        "[NaN]",
        "1e309",
        "-1e309",
        "1" * 310,
        "1" * 100_000,
        "01",
        "+1",
        "1.",
        ".5",
        "0x1",
        "[1,]",
        "{a: 1}",
        "{'a': 1}",
        '{"a": 1} x',
        "1 2",
        '{"a": 1, "a": 1}',
        '[{"b": {"a": 1, "\\u0061": 2}}]',
        '"\x00"',
        '"\\u0000"',
        '{"\\u0000": 1}',
        '"\\ud800"',
        '["\\udc00\\ud800"]',
        '{"a": {"\\ud800": 1}}',
        '"\ud800"',
        '"a\nb"',
        '"a\tb"',
        '"\\x41"',
        '"a',
        "\ufeff1",
        "\u00a01",
        "// no\n1",
        "[1] /* no */",
        "]",
        "[}",
    ],
)
def test_what_is_not_one_json_text_is_refused(text: str) -> None:
    assert check_value(FIELD, text) == (None, "json")


@pytest.mark.parametrize(
    "text",
    [
        "[" * 33 + "]" * 33,
        '{"a":' * 33 + "1" + "}" * 33,
        "[" * 100_000 + "]" * 100_000,
        '{"a":' * 100_000 + "1" + "}" * 100_000,
        "[" * 100_000,
        '["\\\\",' + "[" * 32 + "]" * 33,
    ],
)
def test_nesting_beyond_32_is_limit_at_once(text: str) -> None:
    started = time.process_time()
    assert check_value(FIELD, text) == (None, "limit")
    assert time.process_time() - started < 0.5


def test_nesting_counts_brackets_outside_strings_only() -> None:
    text = "[" * 31 + '["]]]]", "[[[[", "\\"[[["]' + "]" * 31
    assert check_value(FIELD, text) == (text, None)


@pytest.mark.parametrize(
    ("text", "code"),
    [("[]", None), ('["a"]', None), ("{}", "json"), ("[1]", "json"), ('["a", 1]', "json")],
)
def test_an_array_of_strings_is_asked_for_by_shape(text: str, code: str | None) -> None:
    assert check_value(ARRAY, text)[1] == code


@pytest.mark.parametrize(("text", "code"), [("{}", None), ('{"a": 1}', None), ("[]", "json"),
                                            ("null", "json"), ('"{}"', "json")])  # fmt: skip
def test_an_object_is_asked_for_by_shape(text: str, code: str | None) -> None:
    assert check_value(OBJECT, text)[1] == code


def test_length_comes_before_form() -> None:
    assert check_value(Field("f", "string", format="json", max_length=3), "nope") == (
        None,
        "max_length",
    )


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")),
    lambda inner: st.lists(inner) | st.dictionaries(st.text("ab"), inner),
    max_leaves=20,
)


@given(value=json_values, ascii_only=st.booleans())
def test_what_a_json_writer_writes_is_kept_as_it_is(value: object, *, ascii_only: bool) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only)
    assert check_value(FIELD, text) == (text, None)
    assert read_json(text, 32) == value


@given(
    st.text(st.sampled_from('[]{}":,\\ue0d8-+.1tfn \n'), max_size=60)
    | st.text(st.characters(codec=None))
)
def test_no_text_crashes_the_reader_and_what_it_accepts_a_strict_reader_accepts(text: str) -> None:
    with contextlib.suppress(JsonDefect):
        assert read_json(text, 32) == json.loads(text)
