"""Writers that wait for each other, through messages and in threads (TXN-BASE-007, -008)."""

import threading
from time import monotonic, sleep

import pytest
from tests.reference.talk import Refusal, Talk
from tests.reference.transactions.transacting import POST, Background, begin, count, gone

from dbal_reference import transactions


def threads() -> set[str]:
    return {thread.name for thread in threading.enumerate()}


def test_the_second_writer_waits_and_writes_onto_the_committed_row(talk: Talk) -> None:
    talk.reset(Probe=[{"code": "A", "amount": 1}])
    first, second = begin(talk), begin(talk, "god")
    talk.call("Probe.update", "admin", meta=first, id="A", data={"amount": 2})
    blocked = Background(
        lambda: talk.call("Probe.update", "god", meta=second, id="A", data={"label": "x"})
    )
    assert blocked.waits
    assert talk.call("Probe.read", "admin", id="A")["amount"] == 1  # readers do not
    talk.call("dbal.commit", "admin", **first)
    row = blocked.join()
    assert isinstance(row, dict)
    assert (row["amount"], row["label"], row["revision"]) == (2, "x", 3)
    talk.call("dbal.commit", "god", **second)


def test_what_a_second_writer_expected_is_judged_after_the_wait(talk: Talk) -> None:
    talk.reset(Probe=[{"code": "A", "amount": 1}])
    first, second = begin(talk), begin(talk, "god")
    assert talk.call("Probe.read", "god", meta=second, id="A")["amount"] == 1
    talk.call("Probe.update", "admin", meta=first, id="A", data={"amount": 2})
    blocked = Background(
        lambda: talk.call(
            "Probe.update", "god", meta=second, id="A", data={"amount": 3}, ifMatch={"amount": 1}
        )
    )
    assert blocked.waits
    talk.call("dbal.commit", "admin", **first)
    refusal = blocked.join()
    assert isinstance(refusal, Refusal)
    assert refusal.reason == "precondition"
    assert not gone(talk, second, "god")


def test_a_single_call_waits_until_its_deadline(talk: Talk) -> None:
    tx = begin(talk)
    talk.call("Post.create", "admin", meta=tx, data=POST)
    begun = monotonic()
    with pytest.raises(Refusal) as caught:
        talk.call("Post.create", "god", meta={"deadlineMs": 300}, data=POST)
    assert caught.value.name == "TIMEOUT"
    assert 0.2 < monotonic() - begun < 1.3
    talk.call("dbal.commit", "admin", **tx)
    assert count(talk) == 1


def test_a_wait_that_times_out_ends_the_transaction(talk: Talk) -> None:
    first, second = begin(talk), begin(talk, "god")
    talk.call("Post.create", "admin", meta=first, data=POST)
    with pytest.raises(Refusal) as caught:
        talk.call("Post.create", "god", meta={**second, "deadlineMs": 200}, data=POST)
    assert caught.value.name == "TIMEOUT"
    assert gone(talk, second, "god")
    talk.call("Post.create", "admin", meta=first, data=POST)
    talk.call("dbal.commit", "admin", **first)
    assert count(talk) == 2


def test_one_who_waits_goes_on_when_an_idle_transaction_ends(talk: Talk) -> None:
    talk.call("conformance.clock", "system", frozen=True)
    tx = begin(talk)
    talk.call("Post.create", "admin", meta=tx, data=POST)
    blocked = Background(lambda: talk.call("Post.create", "god", data=POST))
    assert blocked.waits
    talk.call("conformance.clock", "system", advance=30_000)
    assert isinstance(blocked.join(), dict)
    assert count(talk) == 1


def test_idleness_is_noticed_without_any_call(talk: Talk) -> None:
    talk.call("conformance.clock", "system", advance=1)
    tx = begin(talk)
    talk.call("Post.create", "admin", meta=tx, data=POST)
    opened = talk.target.service._transactions  # noqa: SLF001 -- 30 s are long for a test
    opened._idle_ms = 200  # noqa: SLF001
    opened._alarm.set(0.05)  # noqa: SLF001
    try:
        begun = monotonic()
        talk.call("Post.create", "god", meta={"deadlineMs": 5000}, data=POST)
        assert monotonic() - begun < 3
        assert gone(talk, tx)
    finally:
        opened._idle_ms = 30_000  # noqa: SLF001


def test_calls_in_one_transaction_come_one_after_the_other(talk: Talk) -> None:
    talk.reset(Probe=[{"code": "A"}])
    tx = begin(talk)
    many = [
        Background(
            lambda: talk.call("Probe.update", "admin", meta=tx, id="A", data={"active": True})
        )
        for _ in range(8)
    ]
    revisions = []
    for each in many:
        row = each.join()
        assert isinstance(row, dict)
        revisions.append(row["revision"])
    assert sorted(revisions) == list(range(2, 10))
    talk.call("dbal.commit", "admin", **tx)


def test_no_update_is_lost_among_transactions(talk: Talk) -> None:
    talk.reset(Probe=[{"code": "A", "amount": 0}])

    def count_up() -> None:
        for _ in range(5):
            while True:
                tx = begin(talk)
                row = talk.call("Probe.read", "admin", meta=tx, id="A")
                try:
                    talk.call(
                        "Probe.update",
                        "admin",
                        meta=tx,
                        id="A",
                        data={"amount": row["amount"] + 1},
                        ifMatch={"amount": row["amount"]},
                    )
                except Refusal as refusal:
                    assert refusal.reason == "precondition"  # noqa: PT017 -- any other is a failure
                    talk.call("dbal.rollback", "admin", **tx)
                else:
                    talk.call("dbal.commit", "admin", **tx)
                    break

    for each in [Background(count_up) for _ in range(4)]:
        assert each.join() is None
    assert talk.call("Probe.read", "admin", id="A")["amount"] == 20


def test_whoever_crosses_another_is_let_through_or_told(talk: Talk) -> None:
    """The classical deadlock: one locks all, so that nobody is even in danger here."""
    talk.reset(Probe=[{"code": "A"}, {"code": "B"}])
    gate = threading.Barrier(2)

    def cross(actor: str, order: tuple[str, str]) -> str:
        tx = begin(talk, actor)
        gate.wait(5)
        for code in order:
            talk.call("Probe.update", actor, meta=tx, id=code, data={"label": actor})
        talk.call("dbal.commit", actor, **tx)
        return "done"

    one = Background(lambda: cross("admin", ("A", "B")))
    two = Background(lambda: cross("god", ("B", "A")))
    assert [one.join(), two.join()] == ["done", "done"]
    labels = {row["label"] for row in talk.call("Probe.list", "admin")["data"]}
    assert len(labels) == 1


def test_a_reset_does_not_wait_for_those_who_hold_locks_or_wait_for_them(talk: Talk) -> None:
    first, second = begin(talk), begin(talk, "god")
    talk.call("Post.create", "admin", meta=first, data=POST)
    blocked = Background(lambda: talk.call("Post.create", "god", meta=second, data=POST))
    assert blocked.waits
    begun = monotonic()
    talk.reset()
    assert monotonic() - begun < 2
    blocked.join()
    assert count(talk) == 0
    assert gone(talk, second, "god")


def test_a_rollback_waits_for_the_call_at_work(talk: Talk) -> None:
    first, second = begin(talk), begin(talk, "god")
    talk.call("Post.create", "admin", meta=first, data=POST)
    blocked = Background(lambda: talk.call("Post.create", "god", meta=second, data=POST))
    assert blocked.waits
    undone = Background(lambda: talk.call("dbal.rollback", "god", **second))
    assert undone.waits
    talk.call("dbal.commit", "admin", **first)
    assert isinstance(blocked.join(), dict)
    assert undone.join() is True
    assert count(talk) == 1


def test_open_transactions_cost_no_thread_each_and_leave_none(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dbal_reference.alarm._LINGERS_S", 0.05)
    before = len(threading.enumerate())
    txs = [begin(talk, actor) for actor in ("admin", "god") for _ in range(30)]
    assert len(threading.enumerate()) <= before + 1
    for tx in txs[:30]:
        talk.call("dbal.commit", "admin", **tx)
    talk.reset()
    opened = talk.target.service._transactions  # noqa: SLF001 -- behind the scenes
    assert not opened._by_handle  # noqa: SLF001
    assert not opened._of_owner  # noqa: SLF001


def test_the_whole_server_has_an_end_too(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transactions, "MOST", 3)
    txs = [begin(talk, actor) for actor in ("admin", "god", "user")]
    assert talk.refused("dbal.begin", "moderator").name == "RATE_LIMIT_EXCEEDED"
    talk.call("dbal.rollback", "user", **txs[2])
    begin(talk, "moderator")
    sleep(0)
