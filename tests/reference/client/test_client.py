"""The client as a library: whole programs on an empty database."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dbal_reference import (
    Auth,
    CapabilityError,
    ConflictError,
    DatabaseError,
    DBALClient,
    ForbiddenError,
    NotFoundError,
    RateLimitError,
    UnauthorizedError,
    ValidationFailedError,
)
from dbal_reference.adapters.memory import MemoryAdapter

TENANT = "21234567-89ab-4def-8123-456789abcdef"


def alice(client: DBALClient, **more: Any) -> dict[str, Any]:  # noqa: ANN401 -- any value
    return client.users.create({"username": "alice", "email": "alice@example.com", **more})


def test_a_row_lives_from_create_to_delete(client: DBALClient) -> None:
    user = alice(client)
    assert client.users.read(user["id"]) == user
    changed = client.users.update(user["id"], {"bio": "hello"}, if_match={"bio": None})
    assert changed == {**user, "bio": "hello"}
    with pytest.raises(ConflictError) as caught:
        client.users.update(user["id"], {"bio": "late"}, if_match={"bio": None})
    assert caught.value.details == {"reason": "precondition"}
    assert client.users.delete(user["id"]) is True
    with pytest.raises(NotFoundError):
        client.users.read(user["id"])


def test_lists_are_filtered_sorted_and_paged(client: DBALClient) -> None:
    posts = [{"title": f"t{n}", "views": n % 3} for n in range(7)]
    assert client.posts.create_many(posts) == 7
    page = client.posts.list(
        filter={"views": {"gt": 0}}, sort={"title": "desc"}, limit=2, select=["title"]
    )
    assert [row["title"] for row in page] == ["t5", "t4"]
    assert (page.total, page.page, page.limit, page.has_more) == (4, 1, 2, True)
    following = client.posts.list(
        filter={"views": {"gt": 0}}, sort={"title": "desc"}, limit=2, cursor=page.next_cursor
    )
    assert [row["title"] for row in following] == ["t2", "t1"]
    assert (following.total, following.page, following.next_cursor) == (None, None, None)
    every = client.posts.iterate(sort=[{"field": "views"}, {"field": "title"}], limit=3)
    assert [row["title"] for row in every] == ["t0", "t3", "t6", "t1", "t4", "t2", "t5"]
    assert client.posts.count() == 7
    assert client.posts.count({"views": 0}) == 3


def test_rows_are_found_by_field(client: DBALClient) -> None:
    user = alice(client)
    assert client.users.find_by_field("username", "alice") == user
    assert client.users.find_by_field("bio", None, select=["id"]) == {"id": user["id"]}
    assert client.users.find_by_field("username", "bob") is None
    assert client.users.find_first(filter={"role": "user"}, sort={"username": "asc"}) == user
    changed = client.users.update_by_field("username", "alice", {"bio": "x"})
    assert changed["bio"] == "x"
    create = {"email": "bob@example.com"}
    bob = client.users.upsert("username", "bob", create=create, update={"bio": "y"})
    assert bob["bio"] is None
    assert client.users.upsert("username", "bob", create=create, update={"bio": "y"})["bio"] == "y"
    assert client.users.delete_by_field("username", "bob") is True


def test_many_rows_change_at_once(client: DBALClient) -> None:
    client.posts.create_many([{"title": "a"}, {"title": "b"}, {"title": "c"}])
    assert client.posts.update_many({"title": {"ne": "c"}}, {"published": True}) == 2
    assert client.posts.delete_many({"published": True}) == 2
    with pytest.raises(ValidationFailedError) as caught:
        client.posts.delete_many({})
    assert [(f["field"], f["code"]) for f in caught.value.details["fields"]] == [
        ("filter", "empty")
    ]
    assert client.posts.count() == 1


def test_long_integers_are_plain_on_both_ways(client: DBALClient) -> None:
    post = client.posts.create({"title": "a", "views": 2**60 + 1, "data": {"$bigint": "5"}})
    assert post["views"] == 2**60 + 1
    assert post["data"] == {"$bigint": "5"}
    assert client.posts.count({"views": {"in": [2**60 + 1]}}) == 1
    assert client.posts.count({"views": 2**60}) == 0
    assert client.posts.read(post["id"]) == post


def test_operations_of_an_entity_are_methods(client: DBALClient) -> None:
    alice(client)
    assert client.credentials.set("alice", "correct horse") is True
    anonymous = client.acting_as(Auth.anonymous())
    assert anonymous.credentials.verify(password="correct horse", username="alice") is True
    page = {"path": "/a", "title": "A", "componentTree": "{}", "level": 1, "requiresAuth": False}
    home = client.page_configs.create(page)
    assert client.page_configs.get_by_path("/a", select=["title"]) == {
        "id": home["id"],
        "title": "A",
    }
    assert [row["path"] for row in anonymous.page_configs.list_by_level(1)] == ["/a"]
    node = client.component_nodes.create({"pageId": home["id"], "type": "box"})
    assert client.component_nodes.get_tree(home["id"]) == [{**node, "children": []}]
    assert client.call("ComponentNode.getTree", {"pageId": home["id"]})[0]["id"] == node["id"]


def test_every_identity_passes_the_same_checks(client: DBALClient) -> None:
    user = alice(client)
    other = client.users.create({"username": "bob", "email": "bob@example.com"})
    me = client.acting_as(Auth.user(user["id"].upper()))
    assert [row["username"] for row in me.users.list()] == ["alice"]
    with pytest.raises(ForbiddenError):
        me.users.update(other["id"], {"bio": "x"})
    with pytest.raises(UnauthorizedError):
        client.acting_as(Auth.anonymous()).users.list()
    client.users.update(user["id"], {"role": "admin"})
    assert me.users.count() == 2  # the role is read at every call
    client.users.delete(user["id"])
    with pytest.raises(UnauthorizedError):
        me.users.list()


def test_a_session_token_is_an_identity(client: DBALClient) -> None:
    user = alice(client)
    token = "a token of more than 16 characters"
    client.sessions.create({"userId": user["id"], "token": token, "expiresAt": 2**52})
    assert client.acting_as(Auth.token(token)).users.count() == 1
    with pytest.raises(UnauthorizedError):
        client.acting_as(Auth.token("another of more than 16 characters")).users.count()
    assert token not in repr(client.acting_as(Auth.token(token)))


@pytest.mark.parametrize("token", ["", "system", "bootstrap"])
def test_no_token_is_the_system(client: DBALClient, token: str) -> None:
    with pytest.raises(UnauthorizedError):
        client.acting_as(Auth.token(token)).users.count()


def test_a_tenant_narrows_the_client(client: DBALClient) -> None:
    inside = client.acting_as(Auth.system(), tenant=TENANT)
    assert alice(inside)["tenantId"] == TENANT
    client.users.create({"username": "bob", "email": "bob@example.com"})
    assert [row["username"] for row in inside.users.list()] == ["alice"]
    assert client.users.count() == 2


def test_errors_tell_name_code_and_details(client: DBALClient) -> None:
    with pytest.raises(ValidationFailedError) as caught:
        client.users.create({"username": "al", "nope": 1})
    error = caught.value
    assert (error.name, error.code, error.retryable) == ("VALIDATION_ERROR", 422, False)
    assert [(f["field"], f["code"]) for f in error.details["fields"]] == [
        ("username", "min_length"),
        ("email", "required"),
        ("nope", "unknown_field"),
    ]
    with pytest.raises(ValidationFailedError) as caught:
        client.call("Users.create", {"data": {}})
    assert (caught.value.code, caught.value.details) == (-32601, {"reason": "method_not_found"})
    alice(client)
    client.credentials.set("alice", "correct horse")
    for _ in range(5):
        with pytest.raises(UnauthorizedError):
            client.credentials.verify("alice", "wrong")
    with pytest.raises(RateLimitError) as limited:
        client.credentials.verify("alice", "correct horse")
    assert 1 <= limited.value.details["retryAfter"] <= 300


@pytest.mark.parametrize(
    ("call", "capability"),
    [
        (lambda client: client.posts.search("word"), "fullTextSearch"),
        (lambda client: client.posts.aggregate({"n": {"fn": "count"}}), "aggregations"),
        (lambda client: client.posts.list(include=["owner"]), "relations"),
        (lambda client: client.posts.list(filter={"owner.username": "a"}), "joins"),
        (lambda client: client.posts.count({"data": {"path": ["a"], "eq": 1}}), "jsonQueries"),
    ],
)
def test_what_is_not_claimed_is_refused(
    monkeypatch: pytest.MonkeyPatch, call: Callable[[DBALClient], object], capability: str
) -> None:
    monkeypatch.setattr(MemoryAdapter, "capabilities", frozenset())
    with (
        DBALClient(adapter="memory", auth=Auth.system()) as client,
        pytest.raises(CapabilityError) as caught,
    ):
        call(client)
    assert caught.value.details == {"capability": capability}


def test_a_file_keeps_its_rows(tmp_path: Path) -> None:
    path = tmp_path / "app.db"
    with DBALClient(database=path, auth=Auth.system()) as client:
        alice(client)
    with DBALClient(database=str(path), auth=Auth.system()) as client:
        assert client.users.count() == 1


def test_a_closed_client_answers_nothing(client: DBALClient) -> None:
    other = client.acting_as(Auth.system())
    other.close()
    assert client.users.count() == 0  # the database is not the other's to close
    client.close()
    client.close()
    with pytest.raises(DatabaseError):
        client.users.count()
