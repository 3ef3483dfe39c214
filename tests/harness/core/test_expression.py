import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbal_conform.core.errors import InputError
from dbal_conform.core.expression import compile_expression, names_of

NAMES = names_of(("users.create/Duplicate-name[role=admin]", "slow", "sql.tag"))


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("users", True),
        ("USERS", True),
        ("duplicate-NAME", True),
        ("pages", False),
        ("not pages", True),
        ("not not users", True),
        ("users and slow", True),
        ("users and not slow", False),
        ("pages or slow", True),
        ("pages or posts", False),
        ("pages and users or slow", True),
        ("pages and (users or slow)", False),
        ("not (pages or slow)", False),
        ("role=admin", True),
        ("users and slow and tag", True),
        ("(users)", True),
        ("__import__", False),
    ],
)
def test_an_expression_selects(*, text: str, holds: bool) -> None:
    assert compile_expression(text)(NAMES) is holds


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "a word is missing"),
        ("and", "a word is missing"),
        ("a and", "a word is missing"),
        ("a or or b", "a word is missing"),
        ("not", "a word is missing"),
        ("()", "a word is missing"),
        ("(a", "not closed"),
        ("a b", "nothing may follow before 'b'"),
        ("a)", r"nothing may follow before '\)'"),
        ("(" * 60 + "a" + ")" * 60, "nested deeper than 50"),
        ("not " * 60 + "a", "nested deeper than 50"),
    ],
)
def test_what_is_no_expression_is_refused(text: str, why: str) -> None:
    with pytest.raises(InputError, match=why):
        compile_expression(text)


@given(st.text(alphabet="ab() andornt", max_size=80))
def test_no_text_does_worse_than_be_refused(text: str) -> None:
    try:
        test = compile_expression(text)
    except InputError:
        return
    assert test(NAMES) in (True, False)
