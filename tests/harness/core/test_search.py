"""A name half remembered finds its thing, or the like of it."""

import pytest

from dbal_conform.core.search import matching, similar

NAMES = [
    "users.create/bad-name[name=a.b]",
    "users.create/bad-name[name=c]",
    "users.read/own",
    "User",
]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("users.read/own", ["users.read/own"]),
        ("users.create/bad-name[name=c]", ["users.create/bad-name[name=c]"]),
        ("users.create/", NAMES[:2]),
        ("users.*/*[name=?]", [NAMES[1]]),
        ("USERS.READ/", ["users.read/own"]),
        ("user", NAMES[:3]),
        ("uSER", ["User"]),
        ("*.B]", [NAMES[0]]),
        ("nothing", []),
    ],
)
def test_a_name_its_beginning_or_a_glob_finds(wanted: str, found: list[str]) -> None:
    assert matching(wanted, NAMES) == found


def test_an_exact_name_is_alone_though_others_begin_so() -> None:
    assert matching("a", ["ab", "a"]) == ["a"]


@pytest.mark.parametrize(
    ("wanted", "first"),
    [("own", "users.read/own"), ("users.red/own", "users.read/own"), ("User.", None), ("", None)],
)
def test_what_is_like_it_is_suggested(wanted: str, first: str | None) -> None:
    found = similar(wanted, NAMES)
    assert (found[0] if found else None) == (first or (found[0] if wanted == "User." else None))
    assert len(similar("users", [f"users.{n}" for n in range(50)])) == 5
