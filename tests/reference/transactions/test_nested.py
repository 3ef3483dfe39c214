"""Transactions within transactions (TXN-NEST)."""

import pytest
from tests.reference.talk import Refusal, Talk
from tests.reference.transactions.transacting import POST, begin, count, gone, within


def test_a_child_that_is_rolled_back_takes_its_own_writes_alone(talk: Talk) -> None:
    tx = begin(talk)
    talk.call("Post.create", "admin", meta=tx, data=POST)
    child = within(talk, tx)
    talk.call("Post.create", "admin", meta=child, data=POST)
    assert (count(talk, child), count(talk)) == (2, 0)
    talk.call("dbal.rollback", "admin", **child)
    assert gone(talk, child)
    assert count(talk, tx) == 1
    talk.call("dbal.commit", "admin", **tx)
    assert count(talk) == 1


def test_a_child_that_is_committed_is_part_of_its_parent(talk: Talk) -> None:
    tx = begin(talk)
    child = within(talk, tx)
    talk.call("Post.create", "admin", meta=child, data=POST)
    talk.call("dbal.commit", "admin", **child)
    assert (count(talk, tx), count(talk)) == (1, 0)
    talk.call("dbal.rollback", "admin", **tx)
    assert count(talk) == 0


def test_nothing_is_done_in_a_parent_while_its_child_is_open(talk: Talk) -> None:
    tx = begin(talk)
    talk.call("Post.create", "admin", meta=tx, data=POST)
    child = within(talk, tx)
    for refusal in (
        talk.refused("Post.create", "admin", meta=tx, data={}),  # before its data is judged
        talk.refused("Post.count", "admin", meta=tx),
        talk.refused("dbal.commit", "admin", **tx),
        talk.refused("dbal.begin", "admin", parent=tx["tx"]),
    ):
        assert (refusal.name, refusal.reason) == ("CONFLICT", "open_child")
    assert talk.refused("Post.count", "god", meta=tx).name == "NOT_FOUND"
    talk.call("dbal.commit", "admin", **child)
    assert count(talk, tx) == 1


def test_a_rollback_of_the_parent_ends_all_below(talk: Talk) -> None:
    tx = begin(talk)
    middle = within(talk, tx)
    talk.call("Post.create", "admin", meta=middle, data=POST)
    inner = within(talk, middle)
    talk.call("Post.create", "admin", meta=inner, data=POST)
    talk.call("dbal.rollback", "admin", **middle)
    assert gone(talk, middle)
    assert gone(talk, inner)
    assert count(talk, tx) == 0
    again = within(talk, tx)
    talk.call("dbal.rollback", "admin", **tx)
    assert gone(talk, again)
    assert count(talk) == 0


def test_eight_levels_and_many_more_but_not_endless(talk: Talk) -> None:
    levels = [begin(talk)]
    while len(levels) < 32:
        talk.call("Post.create", "admin", meta=levels[-1], data=POST)
        levels.append(within(talk, levels[-1]))
    refusal = talk.refused("dbal.begin", "admin", parent=levels[-1]["tx"])
    assert refusal.fields == {"parent": "limit"}
    for place, level in enumerate(reversed(levels)):
        method = "dbal.rollback" if place % 2 else "dbal.commit"
        talk.call(method, "admin", **level)
    assert count(talk) == 0


def test_a_failure_inside_a_child_leaves_all_usable(talk: Talk) -> None:
    tx = begin(talk)
    talk.call("Post.create", "admin", meta=tx, data={"title": "a", "slug": "s"})
    child = within(talk, tx)
    refusal = talk.refused("Post.create", "admin", meta=child, data={"title": "b", "slug": "s"})
    assert (refusal.name, refusal.fields) == ("CONFLICT", {"slug": "unique"})
    talk.call("Post.create", "admin", meta=child, data={"title": "b", "slug": "t"})
    talk.call("dbal.commit", "admin", **child)
    talk.call("dbal.commit", "admin", **tx)
    assert count(talk) == 2


def test_a_timeout_in_a_child_ends_every_level(talk: Talk) -> None:
    tx = begin(talk)
    talk.call("Post.create", "admin", meta=tx, data=POST)
    child = within(talk, tx)
    talk.call("conformance.fault", "system", kind="database", count=1)
    with pytest.raises(Refusal):
        talk.call("Post.count", "admin", meta=child)
    assert gone(talk, child)
    assert gone(talk, tx)
    assert count(talk) == 0


def test_a_parent_is_ones_own(talk: Talk) -> None:
    tx = begin(talk)
    assert talk.refused("dbal.begin", "god", parent=tx["tx"]).name == "NOT_FOUND"
    assert talk.refused("dbal.begin", "admin", parent="unknown").name == "NOT_FOUND"
    assert talk.refused("dbal.begin", "admin", parent=5).fields == {"parent": "type"}
    talk.call("dbal.commit", "admin", **tx)
    assert talk.refused("dbal.begin", "admin", parent=tx["tx"]).name == "NOT_FOUND"


def test_a_call_in_a_child_keeps_the_whole_awake(talk: Talk) -> None:
    talk.call("conformance.clock", "system", frozen=True)
    tx = begin(talk)
    child = within(talk, tx)
    for _ in range(3):
        talk.call("conformance.clock", "system", advance=20_000)
        count(talk, child)
    talk.call("dbal.commit", "admin", **child)
    assert not gone(talk, tx)
    talk.call("conformance.clock", "system", advance=30_000)
    assert gone(talk, tx)


def test_a_digest_of_a_parent_sees_what_its_child_has_written(talk: Talk) -> None:
    tx = begin(talk)
    child = within(talk, tx)
    talk.call("Post.create", "admin", meta=child, data=POST)
    assert talk.call("conformance.digest", "system", **tx)["Post"]["count"] == 1
