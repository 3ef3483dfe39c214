"""The order of checks, arguments, meta and capabilities (ORD, CALL, CAP, SYS)."""

import pytest
from tests.reference.talk import Json, Refusal, Talk

MISSING = "00000000-0000-4000-8000-000000000000"


def test_the_lowest_failing_check_answers(talk: Talk) -> None:
    """One call with everything wrong with it; each fault is taken away in turn."""
    talk.reset(Probe=[{"code": "A", "amount": 13}, {"code": "B", "amount": 1}])
    args: Json = {"id": "A", "data": {"amount": "x", "ratio": 1}, "ttlSeconds": 1, "ifMatch": {}}
    meta: Json = {"token": "bad", "zzz": 1, "tenant": talk.tenants["other"]}

    def answer() -> Refusal:
        return talk.refused("Probe.update", meta=meta, **args)

    assert answer().fields == {"meta.zzz": "unknown_field"}
    del meta["zzz"]
    assert answer().name == "UNAUTHORIZED"
    meta["token"] = talk.token("moderator")
    assert answer().name == "FORBIDDEN"  # the tenant
    del meta["tenant"]
    assert answer().name == "FORBIDDEN"  # ratio and, by ttlSeconds, expiresAt are named
    del args["data"]["ratio"]
    assert answer().name == "FORBIDDEN"
    meta["token"] = talk.token("admin")
    meta["consistency"] = "eventual"
    assert answer().name == "CAPABILITY_NOT_SUPPORTED"
    del meta["consistency"]
    meta["tx"] = "unknown"
    if "ttl" not in talk.call("dbal.hello")["capabilities"]:
        assert answer().name == "CAPABILITY_NOT_SUPPORTED"
    del args["ttlSeconds"]
    assert answer().name == "NOT_FOUND"  # between 4 and 5
    del meta["tx"]
    assert answer().fields == {"amount": "type", "ifMatch": "empty"}
    args["data"]["amount"] = 13
    args["ifMatch"] = {"label": "other"}
    meta["token"] = talk.token("moderator")
    assert answer().name == "FORBIDDEN"  # the value leads out of the rule
    args["data"] = {"amount": 1}
    assert answer().name == "NOT_FOUND"  # a row outside the filter
    args["id"] = "B"
    args["data"]["label"] = "x"
    assert answer().reason == "precondition"
    args["ifMatch"] = {"amount": 1}
    assert talk.call("Probe.update", meta=meta, **args)["label"] == "x"


def test_anonymous_callers_are_told_to_log_in_wherever_others_are_forbidden(talk: Talk) -> None:
    talk.reset(Post=[{"$as": "p", "title": "t"}])
    key = talk.rows["p"]["id"]
    assert talk.refused("Post.read", id=key).name == "UNAUTHORIZED"
    assert talk.refused("Post.read", "public", id=key).name == "FORBIDDEN"
    assert talk.refused("Post.read", id=MISSING).name == "NOT_FOUND"


@pytest.mark.parametrize(
    ("meta", "fields"),
    [
        ({"deadlineMs": 0}, {"meta.deadlineMs": "min"}),
        ({"deadlineMs": 300001}, {"meta.deadlineMs": "max"}),
        ({"deadlineMs": 1.5}, {"meta.deadlineMs": "type"}),
        ({"deadlineMs": "5"}, {"meta.deadlineMs": "type"}),
        ({"deadlineMs": True}, {"meta.deadlineMs": "type"}),
        ({"tenant": "default"}, {"meta.tenant": "format"}),
        ({"tenant": 5}, {"meta.tenant": "type"}),
        ({"consistency": "weak"}, {"meta.consistency": "enum"}),
        ({"contract": "1"}, {"meta.contract": "pattern"}),
        ({"contract": "1.0\n"}, {"meta.contract": "pattern"}),
        ({"requestId": ""}, {"meta.requestId": "min_length"}),
        ({"requestId": "x" * 129}, {"meta.requestId": "max_length"}),
        ({"token": 5, "a": 1}, {"meta.token": "type", "meta.a": "unknown_field"}),
        ({"tx": 5}, {"meta.tx": "type"}),
    ],
)
def test_meta_is_judged_before_the_token(talk: Talk, meta: Json, fields: Json) -> None:
    refusal = talk.refused("User.list", meta=meta)
    assert (refusal.name, refusal.fields) == ("VALIDATION_ERROR", fields)


def test_null_in_meta_is_as_left_out(talk: Talk) -> None:
    names = ("token", "tenant", "deadlineMs", "tx", "requestId", "consistency", "contract")
    assert talk.call("PageConfig.count", meta=dict.fromkeys(names)) == 0


@pytest.mark.parametrize(
    ("meta", "capability"),
    [
        ({"consistency": "eventual"}, "readReplicas"),
        ({"contract": "2.0"}, "contract"),
        ({"contract": "0.9"}, "contract"),
    ],
)
def test_meta_that_asks_too_much_is_refused_after_rights(
    talk: Talk, meta: Json, capability: str
) -> None:
    refusal = talk.refused("User.list", "admin", meta=meta, limit=0)
    assert refusal.details == {"capability": capability}
    assert talk.refused("User.list", meta=meta).name == "UNAUTHORIZED"
    assert talk.call("User.count", "admin", meta={"contract": "1.7", "consistency": "strong"}) == 7


@pytest.mark.parametrize(
    ("method", "actor", "name"),
    [
        ("dbal.begin", None, "UNAUTHORIZED"),
        ("dbal.commit", None, "UNAUTHORIZED"),
        ("dbal.rollback", None, "UNAUTHORIZED"),
        ("dbal.migrate", "supergod", "FORBIDDEN"),
        ("dbal.schema", "god", "FORBIDDEN"),
        ("dbal.schema", None, "UNAUTHORIZED"),
    ],
)
def test_system_methods_say_who_may(talk: Talk, method: str, actor: str | None, name: str) -> None:
    assert talk.refused(method, actor).name == name


def test_migrations_are_refused_where_nothing_could_be_kept(talk: Talk) -> None:
    refusal = talk.refused("dbal.migrate", "system")
    if "migrations" in talk.call("dbal.hello")["capabilities"]:
        assert refusal.fields == {"entities": "required"}
    else:
        assert refusal.details == {"capability": "migrations"}


def test_transactions_are_no_member_of_meta_for_system_methods(talk: Talk) -> None:
    for method in ("dbal.migrate", "dbal.hello"):
        assert talk.refused(method, "system", meta={"tx": "t"}).fields == {
            "meta.tx": "unknown_field"
        }


def test_hello_claims_and_limits(talk: Talk) -> None:
    hello = talk.call("dbal.hello")
    assert hello["contract"] == "1.0"
    assert hello["conformance"] is True
    assert hello["capabilities"] == [
        *("transactions.flat", "transactions.nested", "joins", "relations", "fullTextSearch"),
        *("jsonQueries", "aggregations", "ttl", "migrations", "schemaIntrospection"),
    ]
    assert hello["limits"] == {
        "maxRequestBytes": 1048576,
        "maxReplyBytes": 16777216,
        "defaultDeadlineMs": 30000,
        "maxInFlight": 32,
    }
    assert hello["implementation"]["name"] == "dbal-reference"
    assert set(hello["backend"]) == {"name", "version"}
    assert talk.refused("dbal.hello", zzz=1).fields == {"zzz": "unknown_field"}
    assert talk.call("dbal.health") == {"status": "ok", "database": True}


def test_the_schema_can_be_asked_for(talk: Talk) -> None:
    every = talk.call("dbal.schema", "supergod")
    assert {one["entity"] for one in every} >= {"User", "Probe", "Session"}
    (one,) = talk.call("dbal.schema", "system", entity="Probe")
    assert one in every
    assert one["fields"]["pin"]["sensitive"] is True
    assert talk.refused("dbal.schema", "system", entity="Nope").fields == {"entity": "enum"}


@pytest.mark.parametrize(
    "method",
    ["User.nope", "Nope.read", "user.read", "User", "dbal.nope", "", "Credential.update"],
)
def test_an_unknown_method_is_a_matter_of_the_envelope(talk: Talk, method: str) -> None:
    refusal = talk.refused(method)
    assert (refusal.name, refusal.code, refusal.details) == (
        "VALIDATION_ERROR",
        -32601,
        {"reason": "method_not_found"},
    )
