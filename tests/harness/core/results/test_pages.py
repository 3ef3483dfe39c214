import pytest
from tests.harness.core.play.scripted import page, row, uuid
from tests.harness.core.results.judging import breaches, judged

from dbal_conform.core.messages import Json


def rows(*numbers: int) -> list[Json]:
    return [row("Post", id=uuid(number)) for number in numbers]


@pytest.mark.parametrize(
    ("members", "args", "found"),
    [
        ({}, {}, []),
        ({"total": 2.0}, {}, []),
        ({"hasMore": 0}, {}, [("/hasMore", "QRY-PAGE-006"), ("/hasMore", "QRY-PAGE-006")]),
        ({"total": "2"}, {}, [("/total", "QRY-PAGE-005")]),
        ({"total": -1}, {}, [("/total", "QRY-PAGE-005")]),
        ({"total": True}, {}, [("/total", "QRY-PAGE-005")]),
        ({"limit": True}, {"limit": 1}, [("/limit", "QRY-PAGE-002"), ("/data", "QRY-PAGE-002"),
         ("/data", "QRY-PAGE-005"), ("/hasMore", "QRY-PAGE-006")]),
        ({"nextCursor": 7}, {}, [("/nextCursor", "QRY-PAGE-007")]),
        ({"limit": 2, "page": "x"}, {"limit": 2, "page": "x"}, [("/page", "QRY-PAGE-004")]),
        ({"page": None, "total": None}, {"cursor": "c"}, []),
        ({"total": None}, {"cursor": "c"}, [("/page", "QRY-PAGE-008")]),
    ],
)  # fmt: skip
def test_the_envelope_adds_up(
    members: dict[str, Json], args: dict[str, Json], found: list[tuple[str, str]]
) -> None:
    assert breaches("Post.list", page(rows(1, 2), **members), args=args) == found


def test_what_is_no_page() -> None:
    assert breaches("Post.list", []) == [("", "QRY-PAGE-001")]
    assert breaches("Post.list", page([]) | {"data": None}) == [("/data", "QRY-PAGE-001")]
    assert breaches("Post.list", page([7])) == [("/data/0", "CPT-TOL-004")]


def test_where_others_write_meanwhile_the_total_is_not_held_against_the_rows() -> None:
    told = page(rows(1), total=9)
    assert breaches("Post.list", told, alone=False) == []
    assert breaches("Post.list", told) != []


def test_search_has_no_cursors_and_an_order_of_its_own() -> None:
    told = page(rows(2, 1), limit=2, total=5, hasMore=True)
    assert breaches("Post.search", told, args={"query": "x", "limit": 2}) == []


def test_a_sort_decides_the_order() -> None:
    assert breaches("Post.list", page(rows(2, 1)), args={"sort": {"title": "asc"}}) == []
    assert breaches("Post.list", page(rows(2, 1))) == [("/data", "QRY-SORT-003")]


def test_rows_of_a_page_are_decoded() -> None:
    told = page([row("Post", views={"$bigint": "9007199254740993"})])
    decoded, _ = judged("Post.list", told)
    assert isinstance(decoded, dict)
    assert decoded["data"] == [row("Post", views=9007199254740993)]
