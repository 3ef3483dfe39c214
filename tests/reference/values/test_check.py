import gc
import weakref
from collections.abc import Callable, Iterable
from types import CellType, FunctionType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbal_reference.model import Entity, Field, Schema
from dbal_reference.per_object import per_object
from dbal_reference.values import check_key, check_operand, check_value, encode_row
from dbal_reference.values.check import JSON_DEPTH

UUID = "0f0e0d0c-0b0a-4908-8706-050403020100"

texts = st.text(st.characters(codec=None))


def test_null_is_for_nullable_fields_only_even_beside_a_default() -> None:
    assert check_value(Field("f", "string", nullable=True), None) == (None, None)
    assert check_value(Field("f", "string", default="x"), None) == (None, "null")


@pytest.mark.parametrize(
    ("value", "code"),
    [(7, "type"), ("\x00" * 9, "charset"), ("!", "min_length"), ("!!!!!!", "max_length"),
     ("!!!", "pattern"), ("aaa", None)],
)  # fmt: skip
def test_the_first_thing_that_breaks_is_told(value: object, code: str | None) -> None:
    field = Field("f", "string", min_length=2, max_length=5, pattern="[a-z]+")
    assert check_value(field, value)[1] == code


def test_the_types_of_the_contract_are_the_types_of_the_code(schema: Schema) -> None:
    """The email length, the depth and the passwords' bounds have their home in contract.yaml."""
    assert schema.limits["json_depth"] == JSON_DEPTH
    assert set(schema.operators) == {
        *("uuid", "string", "text", "email", "integer", "bigint", "double"),
        *("boolean", "datetime", "enum", "json", "json_path"),
    }


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("uuid", UUID.upper(), (UUID, None)),
        ("uuid", "nonsense", ("nonsense", None)),
        ("uuid", 5, (None, "type")),
        ("email", "nonsense", ("nonsense", None)),
        ("string", "a" * 100, ("a" * 100, None)),
        ("string", "\x00", (None, "charset")),
        ("string", 5, (None, "type")),
        ("string", None, (None, "null")),
        ("enum", "a", ("a", None)),
        ("enum", "z", (None, "enum")),
        ("datetime", "2024-01-01T00:00:00Z", ("2024-01-01T00:00:00.000Z", None)),
        ("datetime", "yesterday", (None, "format")),
        ("integer", 1000, (1000, None)),
        ("integer", 2**31, (None, "max")),
        ("integer", {"$bigint": "1"}, (None, "type")),
        ("bigint", {"$bigint": str(2**60)}, (2**60, None)),
        ("bigint", 2**60, (None, "type")),
        ("double", 1, (1.0, None)),
        ("boolean", 1, (None, "type")),
        ("json", {}, (None, "type")),
    ],
)
def test_an_operand_is_judged_for_its_type_alone(
    kind: str, value: object, expected: object
) -> None:
    field = Field("f", kind, max_length=3, pattern="b", min=1, max=3, values=("a",))
    assert check_operand(field, value) == expected


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        (Field("id", "uuid"), UUID.upper(), (UUID, None)),
        (Field("id", "uuid"), "nonexistent-id", (None, None)),
        (Field("id", "uuid"), "", (None, "empty")),
        (Field("id", "uuid"), 1, (None, "type")),
        (Field("id", "uuid"), None, (None, "type")),
        (Field("id", "uuid"), "\x00", (None, "charset")),
        (Field("id", "string", pattern="[A-Z]+"), "A", ("A", None)),
        (Field("id", "string", pattern="[A-Z]+"), "a", (None, None)),
        (Field("id", "integer", min=1), 5.0, (5, None)),
        (Field("id", "integer", min=1), 0, (None, None)),
        (Field("id", "integer", min=1), "5", (None, "type")),
        (Field("id", "bigint"), {"$bigint": "5"}, (5, None)),
    ],
)
def test_an_impossible_key_is_one_that_no_row_has(
    field: Field, value: object, expected: object
) -> None:
    assert check_key(field, value) == expected


def test_a_row_is_replied_in_schema_order_without_what_is_hidden_or_sensitive() -> None:
    fields = {
        name: Field(name, "bigint", sensitive=name == "secret")
        for name in ("b", "a", "secret", "c")
    }
    entity = Entity("E", "1", fields, fields["a"], tenancy=None, operations=(),  # type: ignore[arg-type]  # not looked at
                    default_limit=1, max_limit=1)  # fmt: skip
    row = {"a": 1, "b": None, "c": 2**60, "secret": 3, "extra": 4}
    assert list(encode_row(entity, row, {"c", "a", "b", "secret"}).items()) == [
        ("b", None),
        ("a", 1),
        ("c", {"$bigint": str(2**60)}),
    ]
    assert encode_row(entity, row, {"a"}) == {"a": 1}


def test_work_done_for_an_object_is_done_once_and_not_for_its_equals() -> None:
    built: list[object] = []

    @per_object
    def build(source: Field) -> int:
        built.append(source)
        return len(built)

    first, equal = Field("f", "json"), Field("f", "json")
    assert (build(first), build(first), build(equal), build(first)) == (1, 1, 2, 1)
    assert first == equal


def test_work_done_for_an_object_goes_with_it() -> None:
    made: list[weakref.ref[Callable[[], int]]] = []

    @per_object
    def build(source: Field) -> Callable[[], int]:
        count = len(source.values)

        def closure() -> int:
            return count

        made.append(weakref.ref(closure))
        return closure

    field = Field("f", "enum", values=("a", "b"))
    assert build(field)() == 2
    del field
    assert [ref() for ref in made] == [None]


@pytest.mark.parametrize(
    "field",
    [
        Field("f", "integer", min=1, max=2),
        Field("f", "string", pattern="[a-z]+", max_length=9),
        Field("f", "string", format="json", json="array", items="string"),
        Field("f", "string", format="semver"),
        Field("f", "enum", values=("a", "b")),
        Field("f", "json"),
    ],
    ids=lambda field: f"{field.type}-{field.format}",
)
def test_a_check_does_not_hold_its_field(field: Field) -> None:
    check_value(field, "[]")
    assert held_by(field.__dict__.values(), field) == 0


def held_by(kept: Iterable[object], field: Field) -> int:
    """How often what is kept for a field holds it, closures within closures too."""
    waiting, held = list(kept), 0
    assert waiting
    while waiting:
        for inner in gc.get_referents(waiting.pop()):
            held += inner is field
            if isinstance(inner, tuple | CellType | FunctionType):
                waiting.append(inner)
    return held


@given(
    st.sampled_from(["uuid", "string", "text", "email", "integer", "bigint", "double", "boolean",
                     "datetime", "enum", "json"]),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | texts,
        lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.just("$bigint"), inner),
    ),
)  # fmt: skip
def test_no_value_crashes_any_type_and_what_is_accepted_stays_so(kind: str, value: object) -> None:
    field = Field("f", kind, nullable=True, values=("a", "b"))
    for check in (check_value, check_operand, check_key):
        check(field, value)
    stored, code = check_value(field, value)
    if code is None:
        assert check_value(field, stored, tagged=False) == (stored, None)
