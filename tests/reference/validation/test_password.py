import pytest

from dbal_reference.model import Schema
from dbal_reference.validation import validate_password


@pytest.mark.parametrize(
    "password",
    ["12345678", "a" * 128, "😀" * 8, " " * 7 + "x", "pass\nword", "'; DROP--"],
)
def test_a_password_of_8_to_128_code_points_is_accepted(schema: Schema, password: str) -> None:
    assert validate_password(schema, password) == []


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("", "min_length"),
        ("1234567", "min_length"),
        ("😀" * 7, "min_length"),
        ("x" * 129, "max_length"),
        (" " * 8, "pattern"),
        ("\t\n\u00a0\u2003    ", "pattern"),
        ("1234567\x00", "charset"),
        ("12345678\ud800", "charset"),
        (12345678, "type"),
        (None, "type"),
        (["12345678"], "type"),
    ],
)
def test_another_is_refused_without_echo(schema: Schema, password: object, code: str) -> None:
    (finding,) = validate_password(schema, password)
    assert (finding.field, finding.code) == ("password", code)
    assert not (isinstance(password, str) and password.strip() and password in finding.message)
