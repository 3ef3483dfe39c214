"""The client's queries beyond the basics: relations, joins, places in JSON, words, aggregates."""

from typing import Any

import pytest

from dbal_reference import Auth, DBALClient, Group, Groups, Page, ValidationFailedError

LONG = 2**62


@pytest.fixture
def world(client: DBALClient) -> DBALClient:
    """Ann with two posts, Bob with none, and a post of nobody."""
    ann = client.users.create({"username": "ann", "email": "ann@example.com"})
    client.users.create({"username": "bob", "email": "bob@example.com"})
    data: dict[str, Any] = {"theme": {"color": "red"}, "sizes": [1, 2.5]}
    client.posts.create_many(
        [
            {"title": "The Cat sat", "views": LONG, "ownerId": ann["id"], "data": data},
            {"title": "A dog stood", "views": LONG, "ownerId": ann["id"], "rating": 0.5},
            {"title": "Nobody's cat", "slug": "stray"},
        ]
    )
    return client


def titles(rows: Page | list[dict[str, Any]]) -> set[str]:
    return {row["title"] for row in rows}


def test_related_rows_hang_on_the_rows_that_refer_to_them(world: DBALClient) -> None:
    posts = world.posts.list(include=["owner.posts"], filter={"views": LONG}, select=["title"])
    assert [row["owner"]["username"] for row in posts] == ["ann", "ann"]
    assert all(titles(row["owner"]["posts"]) == titles(posts) for row in posts)
    assert {row["views"] for post in posts for row in post["owner"]["posts"]} == {LONG}
    stray = world.posts.find_by_field("slug", "stray", include=["owner"])
    assert stray is not None
    assert stray["owner"] is None
    bob = world.users.find_first(filter={"username": "bob"}, include=["posts", "sessions"])
    assert bob is not None
    assert (bob["posts"], bob["sessions"]) == ([], [])
    assert world.users.read(bob["id"], include=["posts"])["posts"] == []
    assert sum(len(user["posts"]) for user in world.users.iterate(limit=1, include=["posts"])) == 2


def test_filters_and_sorts_follow_relations(world: DBALClient) -> None:
    assert len(world.posts.list(filter={"owner.username": "ann"})) == 2
    assert titles(world.posts.list(filter={"owner.username": None})) == {"Nobody's cat"}
    assert world.posts.count({"owner.createdAt": {"lt": LONG}}) == 2
    ordered = list(world.posts.iterate(sort={"owner.username": "asc"}, limit=1))
    assert ordered[0]["title"] == "Nobody's cat"
    assert len(ordered) == 3


def test_filters_look_inside_json(world: DBALClient) -> None:
    assert world.posts.count({"data": {"path": ["theme", "color"], "eq": "red"}}) == 1
    assert world.posts.count({"data": {"path": ["sizes", 1], "gt": 2}}) == 1
    assert world.posts.count({"data": {"path": ["sizes", 2], "isNull": True}}) == 3


def test_words_are_found_whole(world: DBALClient) -> None:
    assert titles(world.posts.search("CAT")) == {"The Cat sat", "Nobody's cat"}
    page = world.posts.search("cat", fields=["title"], filter={"slug": None}, limit=1)
    assert (titles(page), page.total, page.next_cursor) == ({"The Cat sat"}, 1, None)
    with pytest.raises(ValidationFailedError):
        world.posts.search("at")


def test_groups_are_typed_and_sums_exact(world: DBALClient) -> None:
    found = world.posts.aggregate(
        {
            "posts": {"fn": "count"},
            "rating": {"fn": "avg", "field": "rating"},
            "most": {"fn": "max", "field": "views"},
        },
        group_by=["ownerId"],
        filter={"title": {"ne": "A dog stood"}},
    )
    assert isinstance(found, Groups)
    assert [group.values for group in found] == [
        {"posts": 1, "rating": None, "most": 0},
        {"posts": 1, "rating": None, "most": LONG},
    ]
    total = {"total": {"fn": "sum", "field": "views"}}
    dogs = world.posts.aggregate(total, filter={"rating": 0.5})
    assert list(dogs) == [Group({}, {"total": LONG})]
    with pytest.raises(ValidationFailedError) as caught:
        world.posts.aggregate(total)  # 2^63 is no bigint
    assert [entry["code"] for entry in caught.value.details["fields"]] == ["max"]


def test_what_an_actor_may_not_see_is_in_no_relation(world: DBALClient) -> None:
    bob = world.users.find_by_field("username", "bob")
    assert bob is not None
    world.posts.update_many({"title": {"contains": "t"}}, {"published": True})
    with world.acting_as(Auth.user(bob["id"])) as client:
        posts = client.posts.list(include=["owner"])
        assert [row["owner"] for row in posts] == [None, None, None]
        assert client.posts.count({"owner.username": "ann"}) == 0
