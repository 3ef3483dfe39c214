import pytest

from dbal_conform.core.point import Point, point_of


@pytest.mark.parametrize(
    ("text", "point"),
    [
        ("commit", Point("commit")),
        ("write reply", Point("write", 1, reply=True)),
        ("statement 3", Point("statement", 3)),
        ("statement 9999 reply", Point("statement", 9999, reply=True)),
    ],
)
def test_a_point_is_read_and_written(text: str, point: Point) -> None:
    assert point_of(text) == point
    assert str(point) == text


@pytest.mark.parametrize(
    "text",
    ["", "read", "commit 0", "commit 01", "commit 10000", "reply", "commit reply 2", "Commit"],
)
def test_anything_else_is_none(text: str) -> None:
    with pytest.raises(ValueError, match="at is statement, write or commit"):
        point_of(text)
