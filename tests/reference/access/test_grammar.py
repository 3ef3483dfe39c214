"""The grammar of row filters: what is read, and where reading stops."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbal_reference.access.grammar import (
    MAX_DEPTH,
    Comparison,
    Conjunction,
    Disjunction,
    Expression,
    FieldTerm,
    LiteralTerm,
    Membership,
    Negation,
    UserTerm,
    parse,
)
from dbal_reference.access.tokens import FilterSyntaxError, tokens


def equal(name: str, at: int, value: str | int | None = 1) -> Comparison:
    return Comparison(FieldTerm(name, at), "=", LiteralTerm(value, at + 4))


READ: dict[str, Expression] = {
    "a = 1": equal("a", 1),
    "a = 'it''s'": equal("a", 1, "it's"),
    "a = ''": equal("a", 1, ""),
    "a = -5": equal("a", 1, -5),
    "a = NULL": equal("a", 1, None),
    "a=tRuE": Comparison(FieldTerm("a", 1), "=", LiteralTerm(value=True, at=3)),
    "1 < a": Comparison(LiteralTerm(1, 1), "<", FieldTerm("a", 5)),
    "a >= $user.level": Comparison(FieldTerm("a", 1), ">=", UserTerm("level", 6)),
    "a != b": Comparison(FieldTerm("a", 1), "!=", FieldTerm("b", 6)),
    "a in ('x', null)": Membership(FieldTerm("a", 1), (LiteralTerm("x", 7), LiteralTerm(None, 12))),
    "$user.role IN $user.roles": Membership(UserTerm("role", 1), None),
    "a = 1 or b = 1 and c = 1": Disjunction(
        (equal("a", 1), Conjunction((equal("b", 10), equal("c", 20))))
    ),
    "(a = 1 or b = 1) and c = 1": Conjunction(
        (Disjunction((equal("a", 2), equal("b", 11))), equal("c", 22))
    ),
    "not a = 1 and b = 1": Conjunction((Negation(equal("a", 5)), equal("b", 15))),
    "not (a = 1 and b = 1)": Negation(Conjunction((equal("a", 6), equal("b", 16)))),
    "NOT NOT a = 1": Negation(Negation(equal("a", 9))),
    "android = 1": Comparison(FieldTerm("android", 1), "=", LiteralTerm(1, 11)),
    "\n a\t=\r\n1 ": Comparison(FieldTerm("a", 3), "=", LiteralTerm(1, 8)),
}

REFUSED: dict[str, tuple[int, str]] = {
    "": (1, "a term is wanted"),
    "a": (2, "one of = != < <= > >= IN"),
    "a =": (4, "a term"),
    "a == 1": (4, "a value"),
    "a = 1 b": (7, "AND, OR or the end"),
    "a = 1 and": (10, "a term"),
    "(a = 1": (7, "')'"),
    "a = 1)": (6, "AND, OR or the end"),
    "a = 'x": (5, "no closing quote"),
    'a = "x"': (5, "has no meaning"),
    "a = 1; drop": (6, "has no meaning"),
    "a <> 1": (4, "a value"),
    "a in 1": (6, "'('"),
    "a in ()": (7, "a value"),
    "a in (1,)": (9, "a value"),
    "a in (b)": (7, "a value"),
    "a in (1": (8, "','"),
    "a = $user.roles": (5, "only after IN"),
    "a = $user.password": (5, "has no password"),
    "a = $session.id": (5, "only $user"),
    "a = 1.5": (6, "has no meaning"),
    "len(a) = 1": (4, "one of = != < <= > >= IN"),
    "a.b = 1": (2, "has no meaning"),
    "not": (4, "a term"),
    "a = 9223372036854775808": (5, "64 bits"),
    "a = -9999999999999999999999": (5, "64 bits"),
    "a = é": (5, "has no meaning"),
    "(" * (MAX_DEPTH + 1) + "a = 1": (MAX_DEPTH + 2, "nested deeper"),
    "not " * 100_000 + "a = 1": (4 * MAX_DEPTH + 5, "nested deeper"),
}


@pytest.mark.parametrize("source", READ)
def test_a_filter_is_read(source: str) -> None:
    assert parse(source) == READ[source]


@pytest.mark.parametrize("source", REFUSED, ids=lambda source: source[:30])
def test_what_is_not_of_the_grammar_is_refused_with_its_place(source: str) -> None:
    at, problem = REFUSED[source]
    with pytest.raises(FilterSyntaxError) as caught:
        parse(source)
    assert caught.value.at == at
    assert problem in str(caught.value)
    assert str(caught.value).startswith(f"character {at}: ")


def test_a_long_filter_is_no_deep_one() -> None:
    match parse(" or ".join(["a = 1"] * 10_000)):
        case Disjunction(parts=parts):
            assert len(parts) == 10_000
        case other:
            pytest.fail(repr(other))


WORDS = st.sampled_from(
    [*"()=,a5", "'x'", "<=", "!=", "and", "or", "not", "in", "null", "$user.id"]
)


@given(st.text() | st.lists(WORDS, max_size=12).map(" ".join))
def test_no_text_crashes_it(source: str) -> None:
    with suppress(FilterSyntaxError):
        parse(source)


@given(st.lists(WORDS, max_size=12).map(" ".join))
def test_a_place_is_within_the_filter(source: str) -> None:
    places = [token.at for token in tokens(source)]
    assert places == sorted(set(places))
    assert places[-1] == len(source) + 1
