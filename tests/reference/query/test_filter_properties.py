"""Laws of the filter parser over any JSON and over generated filters and rows."""

from typing import Any, TypeAlias

from hypothesis import given, settings
from hypothesis import strategies as st

from dbal_reference.query.capability import needs_capability
from dbal_reference.query.evaluate import holds
from dbal_reference.query.filter import parse_filter
from dbal_reference.query.if_match import parse_if_match
from dbal_reference.query.predicate import Predicate
from dbal_reference.query.select import parse_select
from dbal_reference.query.sort import parse_sort
from dbal_reference.schema.load import load_schema

Json: TypeAlias = Any

SCHEMA = load_schema()
POST = SCHEMA.entities["Post"]
READABLE = frozenset(POST.fields)
CODES = {"unknown_field", "type", "null", "empty", "limit", "unknown_operator", "charset", "format"}
CODES |= {"enum", "min", "max", "unique", "required"}
WORDS = [*POST.fields, "and", "or", "not", "eq", "in", "isNull", "gt", "path", "field", "direction"]

scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
json = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(WORDS) | st.text(), inner, max_size=4)
    ),
    max_leaves=20,
)

texts = st.sampled_from(["", "a", "ab", "B", "é", "%"])
numbers = st.sampled_from([-1, 0, 1, 2**53 - 1])
rows = st.fixed_dictionaries(
    {"title": texts, "slug": st.none() | texts, "views": numbers, "published": st.booleans()}
)


def _conditions(values: st.SearchStrategy[Any], *names: str) -> st.SearchStrategy[Any]:
    several = st.lists(st.none() | values, max_size=3)
    operands = {"in": several, "nin": several, "isNull": st.booleans()}
    operands |= dict.fromkeys(["eq", "ne"], st.none() | values)
    chosen = {name: operands.get(name, values) for name in names}
    return st.none() | values | st.fixed_dictionaries({}, optional=chosen).filter(bool)


ORDERING = ("gt", "gte", "lt", "lte")
members = st.fixed_dictionaries(
    {},
    optional={
        "title": _conditions(texts, "eq", "ne", "in", "nin", "contains", "endsWith", *ORDERING),
        "slug": _conditions(texts, "eq", "ne", "in", "nin", "isNull", "startsWith", *ORDERING),
        "views": _conditions(numbers, "eq", "ne", "in", "nin", "isNull", *ORDERING),
        "published": _conditions(st.booleans(), "eq", "ne", "isNull"),
    },
)
filters = st.recursive(
    members.filter(bool),
    lambda inner: (
        st.fixed_dictionaries({"and": st.lists(inner, min_size=1, max_size=3)})
        | st.fixed_dictionaries({"or": st.lists(inner, min_size=1, max_size=3)})
        | st.fixed_dictionaries({"not": inner})
    ),
    max_leaves=4,
)


def meaning(raw: Json) -> Predicate:
    predicate, findings = parse_filter(SCHEMA, POST, raw, READABLE)
    assert findings == []
    return predicate


@settings(max_examples=300)
@given(json)
def test_no_json_crashes_a_parser(raw: Json) -> None:
    found = [
        *parse_filter(SCHEMA, POST, raw, READABLE)[1],
        *parse_sort(SCHEMA, POST, raw, READABLE)[1],
        *parse_select(POST, raw, READABLE)[1],
        *parse_if_match(POST, raw, READABLE)[1],
    ]
    assert {finding.code for finding in found} <= CODES
    assert all(finding.message and finding.field for finding in found)
    assert needs_capability(raw, raw) in (None, "joins", "jsonQueries")


@given(filters, rows)
def test_a_filter_and_its_not_divide_the_rows(raw: Json, row: dict[str, Any]) -> None:
    assert holds(meaning({"not": raw}), row) != holds(meaning(raw), row)


@given(filters, rows)
def test_not_not_is_nothing(raw: Json, row: dict[str, Any]) -> None:
    assert holds(meaning({"not": {"not": raw}}), row) == holds(meaning(raw), row)


@given(filters, filters, rows)
def test_logic_joins_what_its_parts_mean(left: Json, right: Json, row: dict[str, Any]) -> None:
    one, other = holds(meaning(left), row), holds(meaning(right), row)
    assert holds(meaning({"and": [left, right]}), row) == (one and other)
    assert holds(meaning({"or": [left, right]}), row) == (one or other)


@given(st.lists(st.none() | texts, max_size=4), rows)
def test_in_is_any_eq_and_nin_its_opposite(values: list[str | None], row: dict[str, Any]) -> None:
    any_equal = any(holds(meaning({"slug": {"eq": value}}), row) for value in values)
    assert holds(meaning({"slug": {"in": values}}), row) == any_equal
    assert holds(meaning({"slug": {"nin": values}}), row) != any_equal
