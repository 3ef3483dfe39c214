import pytest

from dbal_conform.core.contract import Field
from dbal_conform.core.messages import Json
from dbal_conform.core.results import Asked, Report
from dbal_conform.core.results.values import value_form

UUID = "00000000-0000-1000-8000-000000000001"


def check(field: Field, value: Json) -> tuple[Json, list[str]]:
    report = Report(Asked("Post.read"))
    decoded = value_form(field)(value, "/x", report)
    assert all(found.path == "/x" for found in report.found)
    return decoded, [found.requirement for found in report.found]


def field(kind: str, **members: object) -> Field:
    return Field("x", kind, **members)  # type: ignore[arg-type]  # members of many types


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("uuid", UUID), ("string", ""), ("text", "\n"), ("email", "none"), ("integer", -(2**31)),
        ("integer", 2**31 - 1), ("bigint", 2**53 - 1), ("double", 1), ("double", 1.5),
        ("boolean", False), ("datetime", "2026-02-30T00:00:00.000Z"), ("json", None),
        ("json", {"$bigint": 1}),
    ],
)  # fmt: skip
def test_a_value_of_the_type_is_returned_as_it_is(kind: str, value: Json) -> None:
    assert check(field(kind, nullable=kind == "json"), value) == (value, [])


@pytest.mark.parametrize(
    ("kind", "value", "decoded"),
    [
        ("integer", 3.0, 3),
        ("bigint", 5.0, 5),
        ("bigint", {"$bigint": "9007199254740992"}, 2**53),
        ("bigint", {"$bigint": "-9223372036854775808"}, -(2**63)),
    ],
)
def test_whole_numbers_are_decoded_by_type(kind: str, value: Json, decoded: int) -> None:
    got, found = check(field(kind), value)
    assert (got, type(got), found) == (decoded, int, [])


@pytest.mark.parametrize(
    ("kind", "value", "requirement"),
    [
        ("uuid", UUID.upper().replace("0", "A"), "TYP-UUID-002"),
        ("uuid", 1, "TYP-NUM-006"),
        ("string", 1, "TYP-NUM-006"),
        ("integer", 1.5, "TYP-NUM-001"),
        ("integer", True, "TYP-NUM-001"),
        ("integer", "1", "TYP-NUM-001"),
        ("integer", 2**31, "TYP-NUM-002"),
        ("integer", {"$bigint": "1"}, "TYP-NUM-001"),
        ("bigint", 2**53, "TYP-NUM-003"),
        ("bigint", [], "TYP-NUM-001"),
        ("bigint", {"$bigint": "01"}, "TYP-NUM-003"),
        ("bigint", {"$bigint": 5}, "TYP-NUM-003"),
        ("bigint", {"$bigint": "9007199254740992", "x": 1}, "TYP-NUM-003"),
        ("bigint", {"$bigint": "9223372036854775808"}, "TYP-NUM-002"),
        ("bigint", {"$bigint": "9" * 5000}, "TYP-NUM-002"),
        ("bigint", {"$bigint": "7"}, "TYP-NUM-003"),
        ("double", "1", "TYP-NUM-006"),
        ("double", True, "TYP-NUM-006"),
        ("double", float("inf"), "TYP-NUM-007"),
        ("boolean", 0, "TYP-NUM-006"),
        ("datetime", "2026-01-01T00:00:00Z", "TYP-DATE-001"),
        ("datetime", 0, "TYP-NUM-006"),
        ("text", None, "TYP-NULL-003"),
        ("json", None, "TYP-NULL-003"),
    ],
)
def test_a_value_of_another_type_is_told(kind: str, value: Json, requirement: str) -> None:
    assert check(field(kind), value)[1] == [requirement]


def test_null_is_a_value_where_the_field_may_be_null() -> None:
    assert check(field("integer", nullable=True), None) == (None, [])


def test_an_enum_holds_its_values_only() -> None:
    colours = field("enum", values=("red", "blue"))
    assert check(colours, "red") == ("red", [])
    assert check(colours, "Red")[1] == ["ENT-GEN-001"]
    assert check(colours, 1)[1] == ["TYP-NUM-006"]


def test_json_as_text_is_text() -> None:
    nodes = field("string", format="json")
    assert check(nodes, "[]") == ("[]", [])
    assert check(nodes, [])[1] == ["TYP-JSON-003"]
