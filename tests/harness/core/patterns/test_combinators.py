import pytest
from tests.harness.core.patterns.test_operators import found

from dbal_conform.core.messages import Json


@pytest.mark.parametrize(
    ("pattern", "actual"),
    [
        ({"$unordered": []}, []),
        ({"$unordered": [{"$gt": 0}, {"$gt": 1}, {"$gt": 2}]}, [3, 1, 2]),
        ({"$contains": "b"}, "abc"),
        ({"$contains": []}, [1]),
        ({"$contains": [{"$gt": 1}, 1]}, [1, 2]),
        ({"$each": {"a": 1}}, [{"a": 1, "b": 2}]),
        ({"$exact": {"a": {"$unordered": [{"b": 1}]}}}, {"a": [{"b": 1}]}),
        ({"$exact": {"a": "$any", "$$b": "$absent"}}, {"a": 1}),
        ({"$not": {"a": 1}}, {"a": 2}),
        ({"$all_of": [{"a": 1}, {"b": 2}]}, {"a": 1, "b": 2}),
        ({"$one_of": [1, 2, {"$type": "string"}]}, "x"),
        ({"$gt": 1, "$lt": 3}, 2),
        ({"$repeat": ["ab", 2]}, "abab"),
        (["$five", {"$any": True}], [5, None]),
        ({"a": "${word}-${five}"}, {"a": "m-5"}),
    ],
)
def test_it_matches(pattern: Json, actual: Json) -> None:
    assert found(pattern, actual) == []


@pytest.mark.parametrize(
    ("pattern", "actual", "misses"),
    [
        ({"$unordered": [1, 2]}, [2, 1, 1], [("/2", "no pattern is left for it")]),
        ({"$unordered": [1, 2]}, [1], [("", "no item matches")]),
        ({"$unordered": [{"a": 1}, 2]}, [2, {"a": 3}], [("/1/a", "differs")]),
        ({"$unordered": [1]}, {"a": 1}, [("", "is object, not array")]),
        ({"$contains": "z"}, "abc", [("", "does not contain it")]),
        ({"$contains": 5}, 5, [("", "is integer, not array")]),
        ({"$contains": [1, 2]}, [3], [("", "no item matches"), ("", "no item matches")]),
        ({"$each": 1}, "abc", [("", "is string, not array")]),
        ({"$exact": [{"a": "$any"}]}, [{"a": 1, "b": 2}], [("/0/b", "must not be there")]),
        ({"$exact": {"$each": {"b": 1}}}, [{"b": 1, "c": 1}], [("/0/c", "must not be there")]),
        ({"$exact": "$obj"}, {}, [("/a", "is missing")]),
        ({"$not": "$any"}, 1, [("", "matches what it must not")]),
        ({"$all_of": [1, 2]}, 3, [("", "differs"), ("", "differs")]),
        ({"$gt": 5, "$lt": 3}, 4, [("", "is not greater"), ("", "is not less")]),
        ({"a": "$any"}, [1], [("", "is array, not object")]),
        (["$any"], {}, [("", "is object, not array")]),
        (["$any", 2], [1], [("", "has 1 items, not 2")]),
        ({"a~/b": {"c": [1]}}, {"a~/b": {"c": [2]}}, [("/a~0~1b/c/0", "differs")]),
    ],
)  # fmt: skip
def test_it_tells_where_and_why_it_does_not_match(
    pattern: Json, actual: Json, misses: list[tuple[str, str]]
) -> None:
    assert [(miss.path, miss.why) for miss in found(pattern, actual)] == misses
