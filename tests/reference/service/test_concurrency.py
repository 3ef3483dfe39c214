"""Parallel calls (CON, ENT-GEN-006, GEN-UPDATE-008, GEN-UPSERT-005/006, CMP-MOVE-004)."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from tests.reference.talk import Json, Refusal, Talk

AT_ONCE = 12


def together(call: Callable[[int], Json]) -> Counter[str]:
    """What came of so many calls released at once."""
    barrier = Barrier(AT_ONCE)

    def run(place: int) -> str:
        barrier.wait()
        try:
            call(place)
        except Refusal as refusal:
            return refusal.reason or refusal.name
        return "ok"

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return Counter(pool.map(run, range(AT_ONCE)))


def test_one_of_many_creates_with_one_value_succeeds(talk: Talk) -> None:
    def create(place: int) -> Json:
        data = {"username": "same", "email": f"{place}@example.com"}
        return talk.call("User.create", "admin", data=data)

    assert together(create) == {"ok": 1, "unique": AT_ONCE - 1}


def test_one_of_many_updates_with_one_precondition_succeeds(talk: Talk) -> None:
    talk.reset(Probe=[{"code": "A"}])

    def update(place: int) -> Json:
        args = {"id": "A", "data": {"amount": place}, "ifMatch": {"revision": 1}}
        return talk.call("Probe.update", "admin", **args)

    assert together(update) == {"ok": 1, "precondition": AT_ONCE - 1}


def test_no_update_of_a_counter_is_lost(talk: Talk) -> None:
    talk.reset(Probe=[{"code": "A"}])
    done = together(lambda p: talk.call("Probe.update", "admin", id="A", data={"amount": p}))
    assert done == {"ok": AT_ONCE}
    assert talk.call("Probe.read", "admin", id="A")["revision"] == AT_ONCE + 1


def test_upserts_of_one_value_leave_one_row_and_all_succeed(talk: Talk) -> None:
    def upsert(place: int) -> Json:
        halves = {"create": {}, "update": {"amount": place}}
        return talk.call("Probe.upsert", "admin", field="code", value="A", **halves)

    assert together(upsert) == {"ok": AT_ONCE}
    assert talk.call("Probe.count", "admin") == 1


def test_one_of_many_deletes_succeeds(talk: Talk) -> None:
    talk.reset(Probe=[{"code": "A"}])
    done = together(lambda _: talk.call("Probe.delete", "admin", id="A"))
    assert done == {"ok": 1, "NOT_FOUND": AT_ONCE - 1}


@pytest.mark.parametrize("_round", range(5))
def test_crossing_moves_never_make_a_cycle(talk: Talk, _round: int) -> None:
    page = {"title": "P", "componentTree": "{}", "level": 1, "requiresAuth": False, "path": "/p"}
    nodes = [{"$as": name, "pageId": "$p.id", "type": name} for name in "ab"]
    talk.reset(PageConfig=[{"$as": "p", **page}], ComponentNode=nodes)
    keys = [talk.rows[name]["id"] for name in "ab"]

    def move(place: int) -> Json:
        here, there = keys[place % 2], keys[1 - place % 2]
        args = {"id": here, "newParentId": there, "order": 0}
        return talk.call("ComponentNode.move", "god", **args)

    together(move)
    roots = talk.call("ComponentNode.getTree", "god", pageId=talk.rows["p"]["id"])
    assert len(roots) == 1
    assert len(roots[0]["children"]) == 1


def test_readers_see_whole_bulk_writes_only(talk: Talk) -> None:
    items = [{"code": f"P{n}"} for n in range(50)]
    seen: set[int] = set()

    def either(place: int) -> Json:
        if place == 0:
            return talk.call("Probe.createMany", "admin", items=items)
        for _ in range(10):
            seen.add(talk.call("Probe.count", "admin"))
        return None

    assert together(either) == {"ok": AT_ONCE}
    assert seen <= {0, 50}


def test_a_row_that_leaves_the_filter_is_not_written(talk: Talk) -> None:
    """Check and write are one step: whoever comes second sees what the first left (ACL-ROW-003)."""
    talk.reset(Probe=[{"code": "A", "amount": 1}])

    def write(place: int) -> Json:
        if place == 0:
            return talk.call("Probe.update", "admin", id="A", data={"amount": 13})
        return talk.call("Probe.update", "moderator", id="A", data={"label": "mine"})

    done = together(write)
    assert done["ok"] + done["NOT_FOUND"] == AT_ONCE
    row = talk.call("Probe.read", "admin", id="A")
    assert row["amount"] == 13
    assert row["revision"] == 1 + done["ok"]
