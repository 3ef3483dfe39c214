import pytest

from dbal_conform.core.binding import ClockNeededError, Scope, UnboundError
from dbal_conform.core.contract import Tolerances
from dbal_conform.core.errors import InputError
from dbal_conform.core.messages import Json
from dbal_conform.core.patterns import match
from dbal_conform.core.verdict import Mismatch

TOLERANCES = Tolerances(1000, 1e-6, 1e-12)
NOW = 1_700_000_000_000
UUID = "6fa459ea-ee8a-4ca4-894e-db77e160355e"
SCOPE = Scope(
    names={"big": {"$bigint": "9007199254740993"}, "five": 5, "word": "m", "obj": {"a": 1}},
    now_ms=NOW,
)


def found(pattern: Json, actual: Json) -> list[Mismatch]:
    return match(pattern, actual, tolerances=TOLERANCES, now_ms=NOW, scope=SCOPE)


@pytest.mark.parametrize(
    ("pattern", "actual"),
    [
        ({"$any": True}, None),
        ({"a": {"$absent": True}}, {}),
        ({"$type": "integer"}, 1.0),
        ({"$type": ["null", "array"]}, []),
        ({"$type": "object"}, {}),
        ({"$uuid": True}, UUID),
        ({"$now": True}, NOW + 1000),
        ("$now", NOW),
        ({"$match": "a|b+"}, "bbb"),
        ({"$match": "."}, "é"),
        ({"$gt": "$five"}, 5.5),
        ({"$gte": {"$bigint": "9007199254740993"}}, 9007199254740993),
        ({"$lte": "$big"}, 9007199254740993),
        ({"$lt": "$word"}, "l"),
        ({"$gt": {"$now": "-1s"}}, NOW),
        ({"$approx": "$five"}, 5.0000001),
        ({"$len": 0}, {}),
        ({"$bigint": "5"}, 5),
        ({"$bigint": 7}, 7.0),
        (0.1 + 0.2, 0.3),
        (1e300, 1e300 * (1 + 1e-13)),
        (-0.0, 0),
    ],
)
def test_it_matches(pattern: Json, actual: Json) -> None:
    assert found(pattern, actual) == []


@pytest.mark.parametrize(
    ("pattern", "actual", "why"),
    [
        ({"$type": "integer"}, 1.5, "is number, not integer"),
        ({"$type": ["string", "null"]}, True, "is boolean, not string or null"),
        ({"$uuid": True}, UUID.upper(), "is no uuid of version 4 in lower case"),
        ({"$uuid": True}, 4, "is no uuid of version 4 in lower case"),
        ({"$now": True}, NOW - 1001, "is -1001 ms from the target's clock, more than 1000 ms"),
        ({"$now": True}, "now", "is string, not epoch ms"),
        ({"$now": True}, True, "is boolean, not epoch ms"),
        ({"$match": "a"}, "a\n", "does not match"),
        ({"$match": "."}, "\ud800", "does not match"),
        ({"$lt": 5}, 5, "is not less"),
        ({"$lte": 5}, 6, "is not less or equal"),
        ({"$gte": "b"}, "a", "is not greater or equal"),
        ({"$gt": 0}, True, "is boolean, which has no order with integer"),
        ({"$gt": None}, 1, "is integer, which has no order with null"),
        ({"$approx": 1}, True, "is not about that"),
        ({"$approx": True}, 1, "is not about that"),
        ({"$approx": "1"}, 1, "is not about that"),
        ({"$approx": 1}, 10**400, "is not about that"),
        ({"$approx": 1}, -(10**400), "is not about that"),
        ({"$len": 1}, 5, "is integer, which has no length"),
        ({"$bigint": "5"}, True, "differs"),
        ({"$bigint": "5"}, 6, "differs"),
        (1, 2**53 + 1, "differs"),
        (2**53, 2**53 + 1, "differs"),
        (2.0**53, 2**53 + 1, "differs"),
        (0.5, 10**400, "differs"),
        (True, 1, "is integer, not boolean"),
        (True, False, "differs"),
        (None, False, "is boolean, not null"),
        ("é", "e\u0301", "differs"),
    ],
)
def test_it_tells_why_it_does_not_match(pattern: Json, actual: Json, why: str) -> None:
    assert [miss.why for miss in found(pattern, actual)] == [why]


@pytest.mark.parametrize(
    "pattern",
    [{"$any": True}, {"$type": "string"}, {"$uuid": True}, {"$now": True}, {"$match": "a"},
     {"$gt": 1}, {"$approx": 1}, {"$len": 1}, {"$bigint": "1"}, {"$each": 1}, {"$contains": 1},
     {"$unordered": [1]}, {"$not": 1}, {"$one_of": [1]}, {"$exact": {}}, {"x": "$any"}, ["$any"],
     1, "a", None, [1], {"b": 1}, "$five"],
)  # fmt: skip
def test_nothing_but_absent_matches_what_is_not_there(pattern: Json) -> None:
    assert {miss.path for miss in found({"a": pattern}, {})} == {"/a"}
    assert found({"a": "$absent"}, {}) == []


@pytest.mark.parametrize(
    "pattern",
    [{"$any": False}, {"$absent": 1}, {"$uuid": None}, {"$type": "text"}, {"$type": ["any"]},
     {"$match": 5}, {"$match": "("}, {"$bigint": "five"}, {"$now": "soon"}, {"$nope": 1},
     {"$gt": 1, "plain": 2}, {"$all_of": 1}, {"$one_of": []}, {"$unordered": {}}],
)  # fmt: skip
def test_a_malformed_operator_is_the_authors_mistake(pattern: Json) -> None:
    with pytest.raises(InputError):
        found(pattern, 1)


def test_a_regex_bomb_is_linear() -> None:
    assert found({"$match": "(a+)+$"}, "a" * 5000 + "b") != []


def test_time_is_not_judged_without_a_clock() -> None:
    with pytest.raises(ClockNeededError):
        match({"$now": True}, NOW, tolerances=TOLERANCES)


def test_a_reference_in_a_pattern_must_name_something() -> None:
    with pytest.raises(UnboundError):
        found({"$gt": "$nobody"}, 1)
