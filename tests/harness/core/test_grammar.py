import pytest

from dbal_conform.core import grammar
from dbal_conform.core.finding import Finding
from dbal_conform.core.messages import Json


def complaints(found: list[Finding]) -> list[str]:
    return [item.message for item in found]


@pytest.mark.parametrize(
    "node",
    [
        "plain",
        "a $5 note",
        "$$5",
        "$$",
        "$${x}",
        "$$${bob.id}",
        "$bob",
        "$bob.id",
        "$page.data[0].id",
        "$steps[2].id",
        "$w[3].row",
        "a${bob.id}b${i}",
        "${bob.id}",
        7,
        None,
        [1, "$bob"],
        {"a": {"b": "$bob"}},
        {"$$where": "1"},
        {"$now": "+1h30m"},
        {"$now": True},
        {"$now": "-500ms"},
        {"$bigint": "not a number, on purpose"},
        {"$repeat": ["a", 3]},
        {"$repeat": [{"x": "$bob"}, 0]},
    ],
)
def test_what_may_be_sent_is_let_through(node: Json) -> None:
    assert list(grammar.value(node, ())) == []


@pytest.mark.parametrize(
    ("node", "complaint"),
    [
        ("$5", "$5 begins like a reference and is none: write $$5 for the text, or $name.member"),
        ("$", "$ begins like a reference"),
        ("$bob id", "$bob id begins like a reference"),
        ("$" + "x" * 60 + " y", "... begins like a reference"),
        ("a${", "${ names nothing"),
        ("a${b", "${b names nothing"),
        ("a${}", "${} names nothing"),
        ("${a b}", "${a b} names nothing"),
        (["$5"], "begins like a reference"),
        ({"a": "$5"}, "begins like a reference"),
        ({"$where": 1}, "$where is no generator: generators are $now, $bigint, $repeat"),
        ({"$gt": 1}, "$gt is no generator"),
        ({"$set": 1}, "`$set` stands only in a twin's patch"),
        ({"$now": "+1h", "x": 1}, "$now stands alone"),
        ({"x": 1, "$now": "+1h"}, "$now stands alone"),
        ({"$now": "1 hour"}, "$now takes true or an offset"),
        ({"$now": None}, "$now takes true or an offset"),
        ({"$bigint": 1}, "$bigint takes text"),
        ({"$repeat": "a"}, "$repeat takes [what, how often]"),
        ({"$repeat": ["a", True]}, "$repeat takes"),
        ({"$repeat": ["a", -1]}, "$repeat takes"),
        ({"$repeat": ["a", "$n"]}, "$repeat takes"),
        ({"$repeat": ["$5", 1]}, "begins like a reference"),
    ],
)
def test_what_may_not_be_sent_is_told(node: Json, complaint: str) -> None:
    (message,) = complaints(list(grammar.value(node, ())))
    assert complaint in message


def test_a_patch_may_set_anything() -> None:
    assert (
        list(grammar.value({"a": {"$set": None}, "b": [{"$set": {"c": "$bob"}}]}, (), patch=True))
        == []
    )
    (message,) = complaints(list(grammar.value({"a": {"$set": "$5"}}, (), patch=True)))
    assert "begins like a reference" in message
    (message,) = complaints(list(grammar.value({"a": {"$sett": 1}}, (), patch=True)))
    assert "$now, $bigint, $repeat, $set" in message


@pytest.mark.parametrize(
    "node",
    [
        "$any",
        "$absent",
        "$uuid",
        "$now",
        "$bob.id",
        "text",
        1,
        [],
        {"a": ["$any", {"$type": "string"}]},
        {"$any": True},
        {"$absent": True},
        {"$uuid": True},
        {"$type": "integer"},
        {"$type": ["null", "string"]},
        {"$now": "-1h"},
        {"$match": "[a-z]+"},
        {"$gt": 1, "$lte": "$bob.n"},
        {"$gte": {"$now": "+1h"}, "$lt": {"$bigint": "9"}},
        {"$approx": 0.1},
        {"$approx": "$x"},
        {"$len": 0},
        {"$len": {"$gt": 1}},
        {"$len": "$n"},
        {"$unordered": []},
        {"$contains": "x"},
        {"$contains": [{"a": 1}]},
        {"$each": {"a": "$any"}},
        {"$exact": {"a": {"$len": 1}}},
        {"$not": None},
        {"$all_of": [1]},
        {"$one_of": [None, {"$type": "string"}]},
        {"$repeat": ["a", 3]},
        {"$bigint": "9"},
        {"$$odd": 1},
    ],
)
def test_a_pattern_is_let_through(node: Json) -> None:
    assert list(grammar.pattern(node, ())) == []


@pytest.mark.parametrize(
    ("node", "complaint"),
    [
        ("$5", "begins like a reference"),
        (["$5"], "begins like a reference"),
        ({"a": {"b": "$5"}}, "begins like a reference"),
        ({"$anyy": True}, "$anyy is no operator: did you mean $any? A member of that name is"),
        ({"$zzz": True}, "known are $any, $absent,"),
        ({"$gt": 1, "a": 1}, "operators ($gt) and plain keys in one mapping"),
        ({"$any": False}, "$any takes true"),
        ({"$absent": 1}, "$absent takes true"),
        ({"$uuid": "x"}, "$uuid takes true"),
        ({"$type": "int"}, "$type takes one of"),
        ({"$type": []}, "$type takes one of"),
        ({"$now": 5}, "$now takes true"),
        ({"$match": 1}, "$match takes a regular expression"),
        ({"$match": "("}, "RE2 refuses the expression: missing ): ("),
        ({"$match": "(?=a)"}, "RE2 refuses the expression: invalid perl operator: (?="),
        ({"$gt": True}, "$gt takes a number or a text"),
        ({"$gt": None}, "$gt takes a number or a text"),
        ({"$lt": [1]}, "$lt takes a number or a text"),
        ({"$gte": "$5"}, "begins like a reference"),
        ({"$len": -1}, "$len takes a number from 0"),
        ({"$len": True}, "$len takes a number from 0"),
        ({"$len": 1.5}, "$len takes a number from 0"),
        ({"$len": {"$nope": 1}}, "$nope is no operator"),
        ({"$approx": True}, "$approx takes a number"),
        ({"$approx": None}, "$approx takes a number"),
        ({"$unordered": 1}, "$unordered takes a list of patterns"),
        ({"$unordered": [{"$nope": 1}]}, "$nope is no operator"),
        ({"$all_of": []}, "$all_of takes a list of at least one pattern"),
        ({"$one_of": 1}, "$one_of takes a list of at least one pattern"),
        ({"$one_of": [{"$nope": 1}]}, "$nope is no operator"),
        ({"$each": {"$nope": 1}}, "$nope is no operator"),
        ({"$repeat": 1}, "$repeat takes"),
    ],
)
def test_a_bad_pattern_is_told(node: Json, complaint: str) -> None:
    (message,) = complaints(list(grammar.pattern(node, ())))
    assert complaint in message


def test_all_that_is_wrong_is_told_with_its_path() -> None:
    found = list(grammar.pattern({"a": {"$nope": 1}, "b": [{"$type": "int"}, "$5"]}, ("ok",)))
    assert [item.path for item in found] == [
        ("ok", "a", "$nope"),
        ("ok", "b", 0, "$type"),
        ("ok", "b", 1),
    ]
    assert [item.key for item in found] == [True, False, False]


@pytest.mark.parametrize("name", [7, "a-b", "", None])
def test_a_fixture_is_named_by_a_name(name: Json) -> None:
    (found,) = grammar.fixture({"$as": name, "title": "x"}, ("fixtures",))
    assert (found.path, "a name is made of" in found.message) == (("fixtures", "$as"), True)


def test_a_fixture_may_go_without_name_and_holds_values() -> None:
    assert list(grammar.fixture({"title": "x", "ownerId": "$actor.bob.id"}, ())) == []
    assert list(grammar.fixture({"$as": "row", "at": {"$now": "+1h"}}, ())) == []
    (found,) = grammar.fixture({"title": "$5"}, ())
    assert found.path == ("title",)


@pytest.mark.parametrize(
    ("node", "found"),
    [
        ("$bob.id", [("bob", "$bob.id")]),
        ("a${bob.id}${i}", [("bob", "$bob.id"), ("i", "$i")]),
        ("$$bob", []),
        ("$${bob}", []),
        ("$$${bob}", [("bob", "$bob")]),
        ("$any", []),
        ("plain", []),
        ("a${b c}", []),
        ([{"$gt": "$x"}, 1], [("x", "$x")]),
    ],
)
def test_references_are_found_wherever_they_stand(node: Json, found: list[tuple[str, str]]) -> None:
    assert [(root, whole) for _, root, whole in grammar.references(node)] == found


def test_words_of_re2_are_told_as_text() -> None:
    assert grammar.said(ValueError(b"missing ): (")) == "missing ): ("
    assert grammar.said(ValueError("text")) == "text"
