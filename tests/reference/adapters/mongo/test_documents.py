import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.reference.adapters.query_strategies import JSON, NAMES
from tests.reference.adapters.world import WORLD, thing

from dbal_reference.adapters.mongo.documents import (
    Codec,
    instant,
    member_name,
    plain_json,
    stored_json,
)
from dbal_reference.values.datetimes import datetime_of_ms

THINGS = Codec(WORLD.entities["Thing"])
ODD = ["$where", "$", "$ref", "$id", "a.b", ".", "", "%", "%24", "%--", "%2E", "é", "$$NOW", "_id"]
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)


def names_in(value: Any) -> list[str]:  # noqa: ANN401 -- any JSON
    if isinstance(value, dict):
        return [*value, *(name for member in value.values() for name in names_in(member))]
    return [name for member in value for name in names_in(member)] if type(value) is list else []


def written(value: Any) -> str:  # noqa: ANN401 -- any JSON
    """Tells 1 from 1.0 and from True, and the order of members."""
    return json.dumps(value)


@given(name=st.sampled_from([*ODD, *NAMES]) | TEXT)
def test_no_name_in_a_document_is_an_operator_a_path_or_empty(name: str) -> None:
    stored = member_name(name)
    assert stored
    assert not stored.startswith("$")
    assert not {".", "\0"} & set(stored)
    assert plain_json({stored: 1}) == {name: 1}


@given(names=st.lists(st.sampled_from(ODD) | TEXT, unique=True))
def test_names_that_differ_differ_in_a_document(names: list[str]) -> None:
    assert len({member_name(name) for name in names}) == len(names)


@given(value=JSON | st.dictionaries(st.sampled_from(ODD), JSON))
def test_json_comes_back_as_it_was_to_the_order_of_members(value: Any) -> None:  # noqa: ANN401 -- any JSON
    stored = stored_json(value)
    assert written(plain_json(stored)) == written(value)
    assert not [name for name in names_in(stored) if name.startswith("$")]


def test_a_document_that_looks_like_a_reference_stays_data() -> None:
    value = {"$ref": "users", "$id": 1, "$db": "admin"}
    assert stored_json(value) == {"%24ref": "users", "%24id": 1, "%24db": "admin"}


@given(ms=st.integers(-62135596800000, 253402300799999))
def test_instants_are_dates_to_the_millisecond(ms: int) -> None:
    assert int(instant(datetime_of_ms(ms))) == ms


def test_null_is_a_field_that_is_not_there() -> None:
    document = THINGS.document(thing("1", label="x"))
    assert document == {"_id": "1", "label": "x", "amount": 0}
    assert THINGS.row(document) == thing("1", label="x")
    assert THINGS.row({**document, "flag": None}) == thing("1", label="x")  # as others write it


def test_the_value_of_a_json_text_stands_beside_it() -> None:
    text = '{"a": [1, {"$set": 2e0}]}'
    document = THINGS.document(thing("1", written=text))
    assert document["written"] == text
    assert document["_parsed"] == {"written": {"a": [1.0, {"%24set": 2.0}]}}


@pytest.mark.parametrize(
    ("changes", "update"),
    [
        ({"label": "$x"}, {"$set": {"label": "$x"}}),
        ({"label": None}, {"$unset": {"label": ""}}),
        ({"data": {"$inc": 1}}, {"$set": {"data": {"%24inc": 1}}}),
        ({"written": "7"}, {"$set": {"written": "7", "_parsed.written": 7.0}}),
        ({"written": None}, {"$unset": {"written": "", "_parsed.written": ""}}),
        ({"id": "1"}, {}),
    ],
)
def test_a_change_names_fields_of_the_schema_alone(
    changes: dict[str, Any], update: dict[str, Any]
) -> None:
    assert THINGS.change(changes) == update
