"""Values there and back (GRPC-VAL)."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbal_reference.values import Int64, TaggedBigint, encode_value
from dbal_reference.values.numbers import MAX_SAFE, check_bigint
from dbal_reference.wire.protobuf import dbal_pb2 as pb
from dbal_reference.wire.protobuf.values import NoKindError, Verbatim, read_value, write_value

texts = st.text(st.characters(exclude_categories=["Cs"]))
values: st.SearchStrategy[Any] = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(2**63), 2**63 - 1),
        st.floats(allow_nan=False),
        texts,
    ),
    lambda inner: st.one_of(st.lists(inner), st.dictionaries(texts, inner)),
    max_leaves=20,
)


def passed(value: Any) -> Any:  # noqa: ANN401 -- any value
    """What is read of what is written."""
    message = pb.Value()
    write_value(value, message)
    return read_value(pb.Value.FromString(message.SerializeToString()))


@given(values)
def test_what_is_written_is_read(value: Any) -> None:  # noqa: ANN401 -- any value
    again = passed(value)
    assert again == value
    assert isinstance(again, type(value))


def test_whole_doubles_stay_doubles_and_integers_integers() -> None:
    assert [type(passed(value)) for value in (1, 1.0, True)] == [int, float, bool]


@pytest.mark.parametrize("number", [2**53, 2**63 - 1, -(2**63)])
def test_a_long_bigint_is_tagged_in_json_and_plain_here(number: int) -> None:
    tagged = encode_value(number)
    assert tagged == {"$bigint": str(number)}
    message = pb.Value()
    write_value(tagged, message)
    assert message.int64_value == number
    read = read_value(message)
    assert isinstance(read, Int64)
    assert check_bigint(read, tagged=True) == (number, None)
    assert type(check_bigint(read, tagged=True)[0]) is int


def test_what_looks_like_a_tag_is_an_object_like_any_other() -> None:
    looks = {"$bigint": "5"}
    assert passed(looks) == looks
    assert isinstance(passed(looks), Verbatim)
    assert check_bigint(passed(looks), tagged=True) == (None, "type")
    assert check_bigint(looks, tagged=True) == (5, None)
    assert not isinstance(passed(looks), TaggedBigint)


def test_short_integers_need_no_mark() -> None:
    assert [type(passed(value)) for value in (MAX_SAFE, -MAX_SAFE)] == [int, int]


def test_a_value_without_kind_is_none_at_any_depth() -> None:
    lists = pb.Value()
    lists.list_value.items.add()
    for message in (pb.Value(), lists):
        with pytest.raises(NoKindError):
            read_value(message)


def test_bytes_are_read_as_bytes_and_not_a_number_as_it_is() -> None:
    assert read_value(pb.Value(bytes_value=b"\xff")) == b"\xff"
    assert math.isnan(read_value(pb.Value(double_value=math.nan)))


def test_what_no_reply_holds_cannot_be_written() -> None:
    with pytest.raises(TypeError):
        write_value(object(), pb.Value())
    with pytest.raises(ValueError, match="out of range"):
        write_value(2**63, pb.Value())
