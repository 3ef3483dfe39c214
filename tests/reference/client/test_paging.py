"""Paging by cursor, while the world changes and for more than one identity."""

from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dbal_reference import Auth, DBALClient, ValidationFailedError

views = st.integers(0, 3)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    first=st.lists(views, min_size=1, max_size=8),
    later=st.lists(st.tuples(st.booleans(), views), max_size=8),
    limit=st.integers(1, 3),
    descending=st.booleans(),
)
def test_every_row_that_stays_is_visited_once(
    client: DBALClient,
    first: list[int],
    later: list[tuple[bool, int]],
    limit: int,
    descending: bool,  # noqa: FBT001 -- drawn
) -> None:
    client.posts.delete_many({"id": {"isNull": False}})
    keys = [client.posts.create({"title": "a", "views": n})["id"] for n in first]
    staying = set(keys)
    changes = iter(later)
    seen: list[tuple[int, str]] = []
    for row in client.posts.iterate(
        sort={"views": "desc" if descending else "asc"}, limit=limit, select=["views"]
    ):
        seen.append((row["views"], row["id"]))
        match next(changes, None):
            case (True, number):
                client.posts.create({"title": "b", "views": number})
            case (False, number) if len(staying) > 1:
                gone = keys[number % len(keys)]
                if gone in staying and (len(seen) % limit == 0):  # the page in hand is a copy
                    client.posts.delete(gone)
                    staying.discard(gone)
    visited = [key for _, key in seen]
    assert len(visited) == len(set(visited))
    assert staying <= set(visited)
    sign = -1 if descending else 1
    assert all((sign * a[0], a[1]) < (sign * b[0], b[1]) for a, b in pairwise(seen))


def test_a_cursor_outlives_its_row(client: DBALClient) -> None:
    client.posts.create_many([{"title": title} for title in "abcd"])
    page = client.posts.list(sort={"title": "asc"}, limit=2)
    client.posts.update_many({"title": "b"}, {"title": "z"})
    rest = client.posts.list(sort={"title": "asc"}, limit=9, cursor=page.next_cursor)
    assert [row["title"] for row in rest] == ["c", "d", "z"]
    client.posts.delete_many({"title": "z"})
    rest = client.posts.list(sort={"title": "asc"}, limit=9, cursor=page.next_cursor)
    assert [row["title"] for row in rest] == ["c", "d"]


def test_a_cursor_grants_nothing(client: DBALClient) -> None:
    for title, published in (("a", True), ("b", False), ("c", False), ("d", True)):
        client.posts.create({"title": title, "published": published})
    cursor = client.posts.list(sort={"title": "asc"}, limit=1).next_cursor
    anonymous = client.acting_as(Auth.anonymous())
    rest = anonymous.posts.list(sort={"title": "asc"}, cursor=cursor)
    assert [row["title"] for row in rest] == ["d"]


def test_a_cursor_is_of_one_list_only(client: DBALClient) -> None:
    page = {"title": "A", "componentTree": "{}", "level": 1, "requiresAuth": False}
    client.page_configs.create_many([{**page, "path": f"/{n}"} for n in range(3)])
    cursor = client.page_configs.list_by_level(1, limit=1).next_cursor
    assert len(client.page_configs.list_by_level(1, cursor=cursor)) == 2
    for elsewhere in (
        lambda: client.page_configs.list_by_level(2, cursor=cursor),
        lambda: client.page_configs.list(cursor=cursor),
        lambda: client.page_configs.list(cursor=cursor, filter={"level": 1}),
        lambda: client.page_configs.list_by_level(1, cursor=cursor, sort={"path": "asc"}),
        lambda: client.page_configs.list_by_level(1, cursor=f"{cursor}A"),
        lambda: client.page_configs.list_by_level(1, cursor=cursor, page=1),
    ):
        with pytest.raises(ValidationFailedError) as caught:
            elsewhere()
        assert [(f["field"], f["code"]) for f in caught.value.details["fields"]] == [
            ("cursor", "cursor")
        ]
