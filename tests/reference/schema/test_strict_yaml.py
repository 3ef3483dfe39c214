import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbal_reference.schema.strict_yaml import YamlDefect, parse, places_in


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("null", None),
        ("true", True),
        ("-0", 0),
        ("12", 12),
        ("1.5", 1.5),
        ("1e3", 1000.0),
        ("'12'", "12"),
        ('"yes"', "yes"),
        ("plain text", "plain text"),
        ("/a/b", "/a/b"),
        ("[a, 1, {b: null}]", ["a", 1, {"b": None}]),
        ("a: {}\nb: []\n", {"a": {}, "b": []}),
        ("a: |\n  1\n", {"a": "1\n"}),
        ("# only\na: b # comment", {"a": "b"}),
        ("---\na: b\n", {"a": "b"}),
        ("'': 1", {"": 1}),
    ],
)
def test_the_data_model_of_json_is_read(text: str, value: object) -> None:
    found = parse(text)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("", (1, 1), "the file is empty"),
        ("# nothing\n", (2, 1), "the file is empty"),
        ("a: 1\na: 2", (2, 1), "a is given twice"),
        ("a: {b: 1, 'b': 2}", (1, 11), "b is given twice"),
        ("a: &x 1\nb: *x", (1, 4), "anchors and aliases"),
        ("a: *x", (1, 4), "anchors and aliases"),
        ("&k a: 1", (1, 1), "a key must be plain text"),
        ("a: !!str 1", (1, 4), "tags are not allowed"),
        ("a: !x {b: 1}", (1, 4), "tags are not allowed"),
        ("a: ! b", (1, 4), "tags are not allowed"),
        ("!!str a: 1", (1, 1), "a key must be plain text"),
        ("[1, 2]: 3", (1, 1), "a key must be plain text"),
        ("1: 2", (1, 1), "the key 1 is not text"),
        ("true: 2", (1, 1), "the key true is not text"),
        ("null: 2", (1, 1), "the key null is not text"),
        ("on: 2", (1, 1), "on is text to some"),
        ("a:", (1, 3), "is empty"),
        ("a: 1\n---\nb: 2", (2, 1), "one document"),
        ("a: [1", (2, 1), ""),
        ("a: }", (1, 4), ""),
        ("a: 'b", (2, 1), ""),
        ("\tb: 1", (1, 1), ""),
        *(
            (f"a: {word}", (1, 4), "quote it")
            for word in ("yes", "No", "off", "TRUE", "Null", "~", "010", "0x1F", "0o7", ".5",
                         "+1", "1.", ".inf", "-.INF", ".NaN", "2024-01-01", "12:30:00", "=")
        ),
        ("a: {<<: {b: 1}}", (1, 5), "quote it"),
    ],
)  # fmt: skip
def test_what_readers_of_yaml_differ_on_is_refused_with_its_place(
    text: str, place: tuple[int, int], message: str
) -> None:
    with pytest.raises(YamlDefect) as caught:
        parse(text)
    assert message in str(caught.value)
    if message:
        assert caught.value.place == place


def test_nesting_that_would_exhaust_the_stack_is_refused_at_once() -> None:
    started = time.process_time()
    with pytest.raises(YamlDefect):
        parse("a: " + "[" * 100_000)
    with pytest.raises(YamlDefect, match="nested too deeply"):
        parse("a: " + "[" * 500 + "]" * 500)
    assert time.process_time() - started < 5


def test_control_characters_are_refused() -> None:
    with pytest.raises(YamlDefect):
        parse("a: \x01b")


def test_places_are_those_of_keys_and_values() -> None:
    places = places_in("a:\n  - b: 1\n    c:   two\n")
    assert places.keys[("a",)] == (1, 1)
    assert places.values[("a",)] == (2, 3)
    assert places.values[("a", 0, "b")] == (2, 8)
    assert places.keys[("a", 0, "c")] == (3, 5)
    assert places.values[("a", 0, "c")] == (3, 10)


@given(st.text(st.sampled_from("ab1:- \n[]{},\"'&*!|>#~.e+\t"), max_size=30))
def test_no_text_ends_in_anything_but_a_value_or_a_defect(text: str) -> None:
    try:
        value = parse(text)
    except YamlDefect as defect:
        line, column = defect.place
        assert (line, column) >= (1, 1)
    else:
        assert value is None or isinstance(value, (str, int, float, list, dict))
