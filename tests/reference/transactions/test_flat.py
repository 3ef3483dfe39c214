"""Transactions through messages: isolation, rights, and what ends them (TXN-BASE)."""

import json
from time import monotonic

import pytest
from tests.reference.talk import BOOTSTRAP, Json, Refusal, Talk
from tests.reference.transactions.transacting import POST, begin, count, gone

from dbal_reference.wire.jsonrpc import Connection, Handler


def test_a_transaction_is_seen_inside_and_all_at_once_outside(talk: Talk) -> None:
    tx = begin(talk)
    made = talk.call("Post.create", "admin", meta=tx, data=POST)
    talk.call("Post.update", "admin", meta=tx, id=made["id"], data={"title": "y"})
    assert talk.call("Post.read", "admin", meta=tx, id=made["id"])["title"] == "y"
    assert (count(talk, tx), count(talk)) == (1, 0)
    assert talk.call("dbal.commit", "admin", **tx) is True
    assert count(talk) == 1
    assert gone(talk, tx)


def test_a_rollback_leaves_no_trace(talk: Talk) -> None:
    before = talk.call("conformance.digest", "system")
    tx = begin(talk)
    talk.call("Post.createMany", "admin", meta=tx, items=[POST, POST])
    assert talk.call("conformance.digest", "system") == before
    assert talk.call("conformance.digest", "system", **tx)["Post"]["count"] == 2
    assert talk.call("dbal.rollback", "admin", **tx) is True
    assert talk.call("conformance.digest", "system") == before
    assert gone(talk, tx)


@pytest.mark.parametrize("method", ["dbal.commit", "dbal.rollback"])
def test_a_handle_is_its_owners_alone(talk: Talk, method: str) -> None:
    tx = begin(talk)
    talk.call("Post.create", "admin", meta=tx, data=POST)
    for stranger in ("god", "system", "supergod"):
        assert gone(talk, tx, stranger)
        assert talk.refused(method, stranger, **tx).name == "NOT_FOUND"
    assert talk.refused(method, "admin", tx="unknown").name == "NOT_FOUND"
    assert talk.refused("Post.count", None, meta=tx).name == "NOT_FOUND"
    assert talk.call(method, "admin", **tx) is True
    assert talk.refused(method, "admin", **tx).name == "NOT_FOUND"


def test_the_handle_is_judged_after_capabilities_and_before_arguments(talk: Talk) -> None:
    unknown = {"tx": "unknown"}
    assert talk.refused("Post.create", "user", meta=unknown, data={}).name == "NOT_FOUND"
    assert talk.refused("User.create", "user", meta=unknown, data=POST).name == "FORBIDDEN"
    eventual = {**unknown, "consistency": "eventual"}
    refusal = talk.refused("Post.list", "admin", meta=eventual)
    assert refusal.name == "CAPABILITY_NOT_SUPPORTED"
    assert talk.refused("dbal.commit", "admin").fields == {"tx": "required"}
    assert talk.refused("dbal.commit", "admin", tx=7).fields == {"tx": "type"}
    assert talk.refused("dbal.begin", "admin", meta=unknown).fields == {"meta.tx": "unknown_field"}
    assert talk.refused("dbal.begin", None).name == "UNAUTHORIZED"


def test_a_failed_call_inside_undoes_itself_alone(talk: Talk) -> None:
    tx = begin(talk)
    talk.call("Post.create", "admin", meta=tx, data={"title": "kept", "slug": "s"})
    digest = talk.call("conformance.digest", "system", **tx)
    failures: dict[str, tuple[str, Json]] = {
        "CONFLICT": ("Post.createMany", {"items": [POST, {"title": "x", "slug": "s"}]}),
        "VALIDATION_ERROR": ("Post.create", {"data": {"title": ""}}),
        "NOT_FOUND": ("Post.delete", {"id": "00000000-0000-4000-8000-000000000000"}),
    }
    for name, (method, args) in failures.items():
        assert talk.refused(method, "admin", meta=tx, **args).name == name
        assert talk.call("conformance.digest", "system", **tx) == digest
    talk.call("dbal.commit", "admin", **tx)
    assert count(talk) == 1


@pytest.mark.parametrize("kind", ["database", "commit_unknown", "slow"])
def test_an_outage_inside_ends_the_transaction(talk: Talk, kind: str) -> None:
    tx = begin(talk)
    talk.call("Post.create", "admin", meta=tx, data=POST)
    talk.call("conformance.fault", "system", kind=kind, count=1, delayMs=500)
    with pytest.raises(Refusal) as caught:
        talk.call("Post.create", "admin", meta={**tx, "deadlineMs": 200}, data=POST)
    assert caught.value.name == ("TIMEOUT" if kind == "slow" else "DATABASE_ERROR")
    assert gone(talk, tx)
    talk.call("Post.create", "admin", meta={"deadlineMs": 2000}, data=POST)
    assert count(talk) == 1


def test_a_defect_inside_leaves_the_transaction_usable(talk: Talk) -> None:
    tx = begin(talk)
    talk.call("Post.create", "admin", meta=tx, data=POST)
    talk.call("conformance.fault", "system", kind="defect", count=1)
    with pytest.raises(Refusal) as caught:
        talk.call("Post.create", "admin", meta=tx, data=POST)
    assert caught.value.name == "INTERNAL_ERROR"
    talk.call("dbal.commit", "admin", **tx)
    assert count(talk) == 1


def test_nobody_ends_the_transaction_of_another_by_failing(talk: Talk) -> None:
    tx = begin(talk)
    talk.call("conformance.fault", "system", kind="database", count=1)
    with pytest.raises(Refusal):
        talk.call("Post.count", "god", meta=tx)
    assert not gone(talk, tx)


def test_the_outcome_of_a_commit_may_stay_unknown(talk: Talk) -> None:
    tx = begin(talk)
    talk.call("Post.create", "admin", meta=tx, data=POST)
    talk.call("conformance.fault", "system", kind="commit_unknown", count=1)
    with pytest.raises(Refusal) as caught:
        talk.call("dbal.commit", "admin", **tx)
    assert caught.value.details == {"outcome": "unknown"}
    assert gone(talk, tx)
    assert count(talk) == 1  # it was kept; the news of it was lost


def test_an_idle_transaction_ends_by_the_clock_of_the_dbal(talk: Talk) -> None:
    talk.call("conformance.clock", "system", frozen=True)
    first, second = begin(talk), begin(talk, "god")
    talk.call("Post.create", "admin", meta=first, data=POST)
    talk.call("conformance.clock", "system", advance=29_999)
    assert count(talk, first) == 1
    talk.call("conformance.clock", "system", advance=29_999)
    assert gone(talk, second, "god")
    assert not gone(talk, first)
    talk.call("conformance.clock", "system", advance=30_000)
    begun = monotonic()
    talk.call("Post.create", "admin", data=POST)  # nobody holds a lock any more
    assert monotonic() - begun < 1
    assert gone(talk, first)
    assert count(talk) == 1


def test_a_digest_is_no_call_that_keeps_a_transaction_awake(talk: Talk) -> None:
    talk.call("conformance.clock", "system", frozen=True)
    tx = begin(talk)
    talk.call("conformance.clock", "system", advance=20_000)
    talk.call("conformance.digest", "system", **tx)
    talk.call("conformance.clock", "system", advance=20_000)
    assert gone(talk, tx)


def test_a_reset_ends_every_transaction(talk: Talk) -> None:
    txs = [begin(talk, actor) for actor in ("admin", "god", "system")]
    talk.call("Post.create", "system", meta=txs[2], data=POST)
    talk.reset()
    assert all(gone(talk, tx, "system") for tx in txs)
    with pytest.raises(Refusal):
        talk.call("conformance.digest", "system", **txs[2])


def test_who_may_not_write_outside_may_not_inside(talk: Talk) -> None:
    post = talk.call("Post.create", "admin", data={"title": "x", "published": True})
    tx = begin(talk, "user")
    assert talk.call("Post.read", "user", meta=tx, id=post["id"])["title"] == "x"
    refusal = talk.refused("Post.update", "user", meta=tx, id=post["id"], data={"title": "y"})
    assert refusal.name == "FORBIDDEN"
    secret = talk.call("Post.create", "admin", data=POST)
    assert talk.refused("Post.read", "user", meta=tx, id=secret["id"]).name == "FORBIDDEN"


def test_who_calls_is_what_is_committed(talk: Talk) -> None:
    tx = begin(talk, "system")
    key = talk.actors["admin"]["id"]
    talk.call("User.update", "system", meta=tx, id=key, data={"role": "user"})
    assert talk.call("User.list", "admin", limit=1)["data"]
    talk.call("User.update", "system", meta=tx, id=key, data={"role": "supergod"})
    own = begin(talk, "admin")
    assert talk.refused("InstalledPackage.list", "admin", meta=own).name == "FORBIDDEN"
    talk.call("dbal.commit", "system", **tx)
    assert talk.call("InstalledPackage.list", "admin", meta=own)["total"] == 0


def test_audit_and_failures_of_verify_stay_when_all_else_is_undone(talk: Talk) -> None:
    talk.call("Credential.set", "system", username="user", password="long-enough")
    since = talk.audit()[-1]["seq"]
    tx = begin(talk, "system")
    talk.call("Post.create", "system", meta=tx, data=POST)
    for _ in range(5):
        with pytest.raises(Refusal):
            talk.call("Credential.verify", "system", meta=tx, username="user", password="wrong-one")
    talk.call("dbal.rollback", "system", **tx)
    with pytest.raises(Refusal) as caught:
        talk.call("Credential.verify", username="user", password="long-enough")
    assert caught.value.name == "RATE_LIMIT_EXCEEDED"
    told = [(entry["operation"], entry["code"]) for entry in talk.audit(since)]
    assert told == [
        ("begin", None),
        ("create", None),
        *[("verify", "UNAUTHORIZED")] * 5,
        ("rollback", None),
        ("verify", "RATE_LIMIT_EXCEEDED"),
    ]


def test_a_handle_works_over_any_connection_and_ends_with_its_own(talk: Talk) -> None:
    handler = Handler(talk.target.service)
    first, second = Connection(BOOTSTRAP), Connection(BOOTSTRAP)

    def say(connection: Connection, method: str, **params: Json) -> Json:
        request = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        return json.loads(handler.handle(json.dumps(request).encode(), connection))

    tx = say(first, "dbal.begin")["result"]
    other = say(second, "dbal.begin")["result"]
    assert "result" in say(second, "Post.create", data=POST, meta=tx)
    handler.leave(first)
    assert say(second, "Post.count", meta=tx)["error"]["data"]["name"] == "NOT_FOUND"
    assert say(second, "Post.count", meta=other)["result"] == 0
    handler.leave(second)


def test_there_is_an_end_to_how_many_a_user_holds(talk: Talk) -> None:
    most = 64
    for _ in range(most):
        begin(talk, "user")
    refusal = talk.refused("dbal.begin", "user")
    assert refusal.name == "RATE_LIMIT_EXCEEDED"
    tx = begin(talk)
    talk.call("dbal.commit", "admin", **tx)
    assert count(talk) == 0
