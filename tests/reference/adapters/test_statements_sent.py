"""How many statements a call takes, on each SQL database: as many for many rows as for few."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from tests.reference.talk import Talk, open_talk

from dbal_reference.adapters.open import open_adapter
from dbal_reference.adapters.sql.server_connection import ServerConnection
from dbal_reference.adapters.sqlite_connection import SqliteConnection
from dbal_reference.schema.load import load_schema

Count = Callable[..., int]

# Those of WHO come first: the session with its user.
WHO = 1
FEW, MANY = 2, 40


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts of statements, each once however many parameters it is given."""
    texts: list[str] = []
    for kind in (SqliteConnection, ServerConnection):
        for name in ("query", "execute", "execute_many", "leave"):
            _spy(monkeypatch, kind, name, texts)
    return texts


def _spy(monkeypatch: pytest.MonkeyPatch, kind: type, name: str, texts: list[str]) -> None:
    work = getattr(kind, name)

    def spied(self: Any, text: str, *more: Any) -> Any:  # noqa: ANN401 -- as the method
        if not text.startswith(("SAVEPOINT", "RELEASE", "PRAGMA")):
            texts.append(text)
        before = len(texts)
        found = work(self, text, *more)
        del texts[before:]  # what it did by others of these methods
        return found

    monkeypatch.setattr(kind, name, spied)


@pytest.fixture
def sql(request: pytest.FixtureRequest, database_url: Callable[[str, str], str]) -> str:
    """The URL of each SQL database."""
    kind = str(request.param)
    return kind if kind.startswith("sqlite:") else database_url(kind, "counted")


@pytest.fixture
def talk(sql: str) -> Iterator[Talk]:
    """A service on it, in a new world each time."""
    left = open_adapter(load_schema(None), sql)
    left.clear()
    left.close()
    yield from open_talk(sql)


def world(talk: Talk, rows: int) -> None:
    """So many posts, each of a user of its own, with a probe each, and a tree."""
    users = [{"$as": f"u{n}", "username": f"user{n}", "email": f"u{n}@x.io"} for n in range(rows)]
    posts = [{"$as": f"p{n}", "title": "t", "ownerId": f"$u{n}.id"} for n in range(rows)]
    probes = [{"code": f"C{n:03}", "postId": f"$p{n}.id"} for n in range(rows)]
    pages = [
        {"$as": "page", "path": "/p", "title": "t", "level": 1, "requiresAuth": False}
        | {"componentTree": "[]"}
    ]
    nodes = [{"$as": f"n{n}", "pageId": "$page.id", "type": "box", "order": n} for n in range(rows)]
    for n in range(1, rows):
        nodes[n]["parentId"] = f"$n{(n - 1) // 2}.id"
    talk.reset(User=users, Post=posts, Probe=probes, PageConfig=pages, ComponentNode=nodes)


def counted(talk: Talk, sent: list[str], method: str, **args: Any) -> int:  # noqa: ANN401 -- any JSON
    sent.clear()
    talk.call(method, "supergod", **args)
    return len(sent)


@pytest.mark.parametrize(
    ("method", "args", "statements"),
    [
        ("Post.list", {"limit": 50}, 1),
        ("Post.list", {"limit": 1, "include": ["owner", "probes"]}, 3),
        ("Post.list", {"limit": 50, "include": ["owner.posts.probes"]}, 4),
        ("Post.findFirst", {}, 1),
        ("Post.count", {}, 1),
        ("User.list", {"limit": 50, "filter": {"username": {"startsWith": "user"}}}, 1),
        ("Post.updateMany", {"filter": {"title": "t"}, "data": {"title": "u"}}, 2),
        ("Post.deleteMany", {"filter": {"title": "none"}}, 1),
    ],
)
def test_they_do_not_grow_with_the_rows(
    talk: Talk, sent: list[str], method: str, args: dict[str, Any], statements: int
) -> None:
    for rows in (FEW, MANY):
        world(talk, rows)
        assert counted(talk, sent, method, **args) == WHO + statements, "\n".join(sent)


def test_a_tree_is_read_by_one(talk: Talk, sent: list[str]) -> None:
    numbers = []
    for rows in (FEW, MANY):
        world(talk, rows)
        numbers.append(counted(talk, sent, "ComponentNode.getTree", pageId=talk.rows["page"]["id"]))
    assert numbers[0] == numbers[1] <= WHO + 2, "\n".join(sent)


def test_bulk_calls_take_as_many_for_many_as_for_few(talk: Talk, sent: list[str]) -> None:
    numbers: list[tuple[int, ...]] = []
    for rows in (FEW, MANY):
        world(talk, rows)
        owners = [talk.rows[f"u{n}"]["id"] for n in range(rows)]
        items = [{"title": f"new {n}", "ownerId": owner} for n, owner in enumerate(owners)]
        made = counted(talk, sent, "Post.createMany", items=items)
        codes = {"code": {"in": [f"C{n:03}" for n in range(rows)]}}
        numbers.append((made, counted(talk, sent, "Probe.deleteMany", filter=codes)))
    assert numbers[0] == numbers[1]
    assert numbers[0][0] == WHO + 2  # the owners, and all rows
    assert numbers[0][1] <= WHO + 3
