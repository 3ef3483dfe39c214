"""Patterns that match whole texts, whether the answer is kept or not."""

import re
from uuid import UUID

import pytest

from dbal_reference.values.uuids import new_uuid
from dbal_reference.values.whole import whole


@pytest.mark.parametrize("length", [1, 256, 257, 5000])
def test_a_text_matches_from_end_to_end_however_long(length: int) -> None:
    matches = whole("a+")
    assert matches("a" * length)
    assert matches("a" * length)
    assert not matches("a" * length + "b")
    assert not matches("b" + "a" * length)


def test_answers_are_kept_for_each_pattern_alone() -> None:
    assert whole("a+")("a")
    assert not whole("b+")("a")


def test_code_points_count_and_not_bytes() -> None:
    assert whole(".")("ä")
    assert whole(".{2}")("ää")


def test_new_uuids_are_random_ones_in_canonical_form() -> None:
    made = [new_uuid() for _ in range(1000)]
    assert len(set(made)) == len(made)
    for text in made:
        assert str(UUID(text)) == text
        assert UUID(text).version == 4
    assert {text[19] for text in made} == set("89ab")
    assert all(re.fullmatch(r"[0-9a-f-]{36}", text) for text in made)
