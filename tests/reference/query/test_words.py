import pytest

from dbal_reference.model import Schema
from dbal_reference.query.predicate import FALSE
from dbal_reference.query.words import MOST_WORDS, found_by, parse_query, words_of


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", []),
        ("ab 12", []),
        ("The CAT-sat, x1Y", ["the", "cat", "sat", "x1y"]),
        ("foo_bar", ["foo", "bar"]),
        ("éclair", ["clair"]),
        ("\u212aelvin", ["elvin"]),  # a sign that Unicode folds to k is no ASCII letter
        ("\uff41\uff42\uff43 \u0661\u0662\u0663", []),  # letters and digits of other scripts
    ],
)
def test_words_are_runs_of_ascii(text: str, words: list[str]) -> None:
    assert words_of(text) == words


def test_a_query_has_each_word_once_and_not_too_many() -> None:
    assert parse_query("fox FOX dog") == (("fox", "dog"), [])
    many = " ".join(f"word{n}" for n in range(MOST_WORDS))
    assert len(parse_query(many)[0]) == MOST_WORDS
    assert [finding.code for finding in parse_query(f"{many} more")[1]] == ["limit"]
    assert parse_query(f"{many} word0")[1] == []


def test_without_fields_nothing_is_found(schema: Schema) -> None:
    assert schema.entities["Session"].searchable == ()
    assert found_by(("word",), ()) == FALSE
