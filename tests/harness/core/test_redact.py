"""A secret is found by its value, however it is spelled and wherever it stands."""

import html
import json
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbal_conform.core.messages import Json
from dbal_conform.core.redact import MARK, Redactor, harvest, secrets_of_url

SECRET = 'pa"ss wörd/<&>+%\\\u2028'
SPELLED = {
    "plain": SECRET,
    "json": json.dumps(SECRET),
    "json, not only ascii": json.dumps(SECRET, ensure_ascii=False),
    "json, slashes escaped": json.dumps(SECRET).replace("/", "\\/"),
    "json in json": json.dumps(json.dumps(SECRET)),
    "url": quote(SECRET, safe=""),
    "url, small letters": quote(SECRET, safe="").lower(),
    "url, slashes kept": quote(SECRET),
    "form": quote_plus(SECRET),
    "html": html.escape(SECRET),
    "html text": html.escape(SECRET, quote=False),
}


@pytest.mark.parametrize("how", SPELLED)
def test_every_spelling_is_found(how: str) -> None:
    text = f"the password is <{SPELLED[how]}>."
    clean = Redactor([SECRET]).text(text)
    assert MARK in clean
    assert "rd" not in clean.replace("password", "").replace(MARK, "")


def test_upper_case_escapes_of_json_are_found() -> None:
    text = json.dumps("wörd-of-mine").replace("\\u00f6", "\\u00F6")
    assert Redactor(["wörd-of-mine"]).text(text) == f'"{MARK}"'


def test_other_text_stays_as_it_is() -> None:
    assert Redactor([SECRET]).text("nothing here") == "nothing here"
    assert Redactor().text("nothing here") == "nothing here"
    assert Redactor([""]).text("nothing here") == "nothing here"


def test_of_two_secrets_the_longer_is_taken_out_whole() -> None:
    assert Redactor(["secret", "secret-and-more"]).text("a secret-and-more b") == f"a {MARK} b"


def test_a_short_secret_is_taken_out_where_it_stands_alone() -> None:
    redactor = Redactor(["no"])
    assert redactor.text("no") == MARK
    assert redactor.text("no way, notice") == "no way, notice"


def test_values_and_keys_of_json_are_cleaned() -> None:
    redactor = Redactor(["hunter2222"])
    value: Json = {
        "a": ["hunter2222", 1, None, True, {"hunter2222": "x", "not hunter2222": 2}],
        "b": 1.5,
    }
    assert redactor.json(value) == {
        "a": [MARK, 1, None, True, {MARK: "x", f"not {MARK}": 2}],
        "b": 1.5,
    }


def test_two_secret_keys_stay_two() -> None:
    redactor = Redactor(["secret-one", "secret-two", "secret-three"])
    clean = redactor.json({"secret-one": 1, "secret-two": 2, "secret-three": 3})
    assert clean == {MARK: 1, f"{MARK}#2": 2, f"{MARK}#3": 3}


def test_a_redactor_that_knows_more_forgets_nothing() -> None:
    redactor = Redactor(["first-secret"]).knowing(["second-secret"])
    assert redactor.text("first-secret second-secret") == f"{MARK} {MARK}"


def test_secrets_are_harvested_by_name() -> None:
    value: Json = {
        "data": {"password": "correct horse", "username": "ann"},
        "list": [{"token": "t0ken-t0ken"}, "text"],
        "passwordHash": {"password": "inside-of-it"},
        "newPassword": 12345678,
        "token": "short",
    }
    assert set(harvest(value)) == {"correct horse", "t0ken-t0ken", "inside-of-it"}


@pytest.mark.parametrize(
    ("url", "secrets"),
    [
        ("memory:", ()),
        ("sqlite:/tmp/x.db", ()),
        ("postgresql://host/db", ("postgresql://host/db",)),
        ("mysql://u:p%40ss@host/db", ("mysql://u:p%40ss@host/db", "p%40ss", "p@ss")),
        ("postgresql://postgres:postgres@h/d", ("postgresql://postgres:postgres@h/d",)),
        ("mysql://u:pw@[broken/db", ("mysql://u:pw@[broken/db",)),
    ],
)
def test_the_password_of_a_url_is_secret_both_ways(url: str, secrets: tuple[str, ...]) -> None:
    assert secrets_of_url(url) == secrets


@given(st.text(min_size=4, max_size=30), st.text(max_size=20), st.text(max_size=20))
def test_no_secret_survives_in_any_text(secret: str, before: str, after: str) -> None:
    redactor = Redactor([secret])
    for spelled in (secret, json.dumps(secret), html.escape(secret)):
        clean = redactor.text(before + spelled + after)
        assert secret not in clean.split(MARK)
        assert MARK in clean


@given(st.characters(min_codepoint=0xD800, max_codepoint=0xDFFF, categories=["Cs"]))
def test_a_lone_surrogate_breaks_nothing(letter: str) -> None:
    assert Redactor([f"abc{letter}def"]).text(f"x abc{letter}def y") == f"x {MARK} y"
