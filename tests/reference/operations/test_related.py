"""Relations and joins: how many statements they take, and what vectors cannot show."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.reference.talk import Talk, open_talk

from dbal_reference.adapters.sqlite_connection import SqliteConnection
from dbal_reference.schema.locate import packaged_schema

Count = Callable[[Callable[[], Any]], int]


@pytest.fixture
def count(monkeypatch: pytest.MonkeyPatch) -> Count:
    """How many statements of SQLite a call takes."""
    texts: list[str] = []
    query = SqliteConnection.query

    def spy(self: SqliteConnection, text: str, *more: Any) -> Any:  # noqa: ANN401 -- as query
        texts.append(text)
        return query(self, text, *more)

    monkeypatch.setattr(SqliteConnection, "query", spy)

    def measure(call: Callable[[], Any]) -> int:
        texts.clear()
        call()
        return len(texts)

    return measure


@pytest.fixture
def library() -> Iterator[Talk]:
    """SQLite with 100 posts of 100 users, and 100 probes on them."""
    for talk in open_talk("sqlite:"):
        users = [{"$as": f"u{n}", "username": f"user{n}", "email": f"u{n}@x.io"} for n in range(99)]
        posts = [{"$as": f"p{n}", "title": "t", "ownerId": f"$u{n}.id"} for n in range(99)]
        probes = [{"code": f"C{n:03}", "postId": f"$p{n}.id"} for n in range(99)]
        yield talk.reset(User=users, Post=posts, Probe=probes)


LOOKS_WHO_CALLS = 1  # the session with its user


@pytest.mark.parametrize(
    ("method", "args", "statements"),
    [
        ("Post.list", {}, 1),
        ("Post.list", {"include": ["owner"]}, 2),
        ("Post.list", {"include": ["owner", "probes"]}, 3),
        ("Post.list", {"include": ["owner.posts.probes"]}, 4),
        ("Post.list", {"include": ["owner", "owner.posts", "owner.posts.probes", "probes"]}, 5),
        ("Post.findFirst", {"include": ["owner.posts"]}, 3),
        ("Post.findByField", {"field": "title", "value": "t", "include": ["owner"]}, 2),
        ("Post.list", {"filter": {"owner.username": {"startsWith": "user"}}}, 1),
        ("Post.list", {"sort": {"owner.username": "asc"}}, 1),
        ("Post.search", {"query": "word"}, 1),
        ("Post.aggregate", {"metrics": {"n": {"fn": "count"}}, "groupBy": ["title"]}, 1),
    ],
)
def test_statements_are_as_many_as_relations_whatever_the_page(
    library: Talk, count: Count, method: str, args: dict[str, Any], statements: int
) -> None:
    for limit in (1, 50) if method == "Post.list" else (None,):
        paged = {} if limit is None else {"limit": limit}
        told = count(lambda paged=paged: library.call(method, "admin", **args, **paged))  # type: ignore[misc]  # mypy cannot type a lambda's default
        assert told == LOOKS_WHO_CALLS + statements


def test_a_relation_of_nobody_takes_no_statement(library: Talk, count: Count) -> None:
    library.call("Post.create", "admin", data={"title": "lonely"})
    lonely = {"title": "lonely"}
    told = count(
        lambda: library.call("Post.findFirst", "admin", filter=lonely, include=["owner.posts"])
    )
    assert told == LOOKS_WHO_CALLS + 1


LOAN = """\
entity: Loan
version: "1.0"
tenancy: none
fields:
  id: {type: uuid, primary: true, generated: true}
  note: {type: string, nullable: true, max_length: 20}
  probeCode:
    type: string
    nullable: true
    foreign_key: {entity: Probe, field: code, on_delete: set_null, as: probe, inverse: loans}
  by:
    type: string
    nullable: true
    foreign_key: {entity: User, field: username, on_delete: set_null, on_update: cascade, as: who}
"""
RULES = """\
  - {entity: Loan, role: [admin], operations: [create, read, update, delete, list]}
  - {entity: Loan, role: [moderator], operations: [read, list], hide_fields: [probeCode]}
"""


@pytest.fixture(params=["memory:", "sqlite:"])
def loans(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Talk]:
    """Loans of probes that expire, whose reference is hidden from moderators."""
    root = tmp_path / "schema"
    shutil.copytree(packaged_schema(), root)
    (root / "entities" / "loan.yaml").write_text(LOAN)
    with (root / "acl.yaml").open("a") as rules:
        rules.write(RULES)
    for talk in open_talk(str(request.param), schema=root):
        yield talk.reset(
            Probe=[{"code": "SOON", "amount": 1, "expiresAt": {"$bigint": str(2**53)}}],
            Loan=[
                {"note": "one", "probeCode": "SOON", "by": "$actor.admin.username"},
                {"note": "two"},
            ],
        )


def test_an_expired_row_counts_as_missing(loans: Talk) -> None:
    both = {"filter": {"probe.amount": 1}, "include": ["probe"]}
    assert loans.call("Loan.list", "admin", **both)["data"][0]["probe"]["code"] == "SOON"
    now = loans.call("conformance.clock", "system")["now"]
    loans.call("Probe.update", "system", id="SOON", data={"expiresAt": now + 1000})
    loans.call("conformance.clock", "system", advance=2000)
    assert loans.call("Loan.count", "admin", filter={"probe.amount": 1}) == 0
    assert loans.call("Loan.count", "admin", filter={"probe.amount": None}) == 2
    rows = loans.call("Loan.list", "admin", include=["probe"], sort={"probe.amount": "desc"})
    assert [row["probe"] for row in rows["data"]] == [None, None]


def test_a_relation_over_a_hidden_reference_does_not_exist(loans: Talk) -> None:
    for args in (
        {"include": ["probe"]},
        {"filter": {"probe.amount": 1}},
        {"sort": {"probe.amount": "asc"}},
    ):
        assert list(loans.refused("Loan.list", "moderator", **args).fields.values()) == [
            "unknown_field"
        ]
    back = loans.refused("Probe.list", "moderator", include=["loans"])
    assert back.fields == {"include[0]": "unknown_field"}
    assert len(loans.call("Probe.read", "admin", id="SOON", include=["loans"])["loans"]) == 1
    assert loans.refused("Probe.list", "user", include=["loans"]).name == "FORBIDDEN"


def test_relations_go_over_unique_fields_as_well_as_keys(loans: Talk) -> None:
    name = loans.actors["admin"]["username"]
    found = loans.call("Loan.list", "admin", filter={"who.username": name}, include=["who"])
    assert [row["who"]["id"] for row in found["data"]] == [loans.actors["admin"]["id"]]
    order = loans.call("Loan.list", "admin", sort={"who.createdAt": "desc"})
    assert [row["note"] for row in order["data"]] == ["one", "two"]


def test_a_cursor_outlives_what_its_filter_depends_on(loans: Talk) -> None:
    for note in ("three", "four"):
        loans.call("Loan.create", "admin", data={"note": note, "probeCode": "SOON"})
    asked = {"filter": {"probe.amount": 1}, "limit": 1}
    page = loans.call("Loan.list", "admin", **asked)
    loans.call("conformance.clock", "system", advance=5000)  # what has expired, has moved
    rest = loans.call("Loan.list", "admin", **{**asked, "cursor": page["nextCursor"]})
    assert (len(rest["data"]), rest["hasMore"]) == (1, True)
