"""What the backend does not claim is refused, whole, before arguments are judged (CAP-CLAIM)."""

from collections.abc import Iterator
from typing import Any

import pytest
from tests.reference.talk import Talk, open_talk

from dbal_reference.adapters.memory import MemoryAdapter


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> Iterator[Talk]:
    """A target on a database that claims nothing."""
    monkeypatch.setattr(MemoryAdapter, "capabilities", frozenset())
    for talk in open_talk("memory:"):
        yield talk.reset()


@pytest.mark.parametrize(
    ("args", "capability"),
    [
        ({"include": []}, "relations"),
        ({"include": None, "limit": 0}, "relations"),
        ({"filter": {"post.title": "x"}, "limit": 0}, "joins"),
        ({"sort": [{"field": "post.title"}]}, "joins"),
        ({"filter": {"label": {"path": ["a"], "eq": 1}}}, "jsonQueries"),
        ({"filter": {"post.data": {"path": ["a"], "eq": 1}}}, "joins"),
    ],
)
def test_unclaimed_syntax_is_refused_before_other_arguments(
    bare: Talk, args: dict[str, Any], capability: str
) -> None:
    refusal = bare.refused("Probe.list", "admin", **args)
    assert (refusal.name, refusal.details) == (
        "CAPABILITY_NOT_SUPPORTED",
        {"capability": capability},
    )


def test_a_place_inside_json_of_a_related_row_needs_both(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MemoryAdapter, "capabilities", frozenset({"joins"}))
    for talk in open_talk("memory:"):
        talk.reset()
        place = {"post.data": {"path": ["a"], "eq": 1}}
        refusal = talk.refused("Probe.list", "admin", filter=place)
        assert refusal.details == {"capability": "jsonQueries"}
        assert talk.call("Probe.count", "admin", filter={"post.data": None}) == 0


@pytest.mark.parametrize(
    ("operation", "capability"), [("search", "fullTextSearch"), ("aggregate", "aggregations")]
)
def test_unclaimed_operations_are_refused_to_those_who_could_list(
    bare: Talk, operation: str, capability: str
) -> None:
    refusal = bare.refused(f"Probe.{operation}", "admin", nonsense=1)
    assert refusal.details == {"capability": capability}
    assert bare.refused(f"Session.{operation}", "admin").name == "FORBIDDEN"


def test_relations_to_what_one_may_not_list_are_forbidden_claimed_or_not(bare: Talk) -> None:
    assert bare.refused("User.list", "admin", include=["sessions"]).name == "FORBIDDEN"
    assert bare.refused("User.list", "admin", include=["posts"]).name == "CAPABILITY_NOT_SUPPORTED"
