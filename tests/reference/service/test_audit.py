"""The audit log (AUD)."""

import json
import re
from contextlib import suppress

import pytest
from tests.reference.talk import BOOTSTRAP, Json, Refusal, Talk

MISSING = "00000000-0000-4000-8000-00000000000A"
MEMBERS = {
    "seq",
    "timestamp",
    "user",
    "role",
    "tenant",
    "operation",
    "entity",
    "id",
    "success",
    "code",
    "requestId",
    "securityIncident",
}


def left(
    talk: Talk, method: str, actor: str | None = None, meta: Json = None, **args: Json
) -> Json:
    """The one record that the call leaves, or None."""
    last = talk.call("conformance.audit", "system")["next"]
    with suppress(Refusal):
        talk.call(method, actor, meta=meta, **args)
    records = talk.audit(last)
    assert len(records) <= 1
    return records[0] if records else None


def test_a_record_says_who_did_what_and_how_it_ended(talk: Talk) -> None:
    me = talk.actors["admin"]
    record = left(talk, "User.read", "admin", {"requestId": "r-1"}, id=me["id"])
    assert record.keys() == MEMBERS
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", record.pop("timestamp"))
    assert record.pop("seq") > 0
    assert record == {
        "user": me["id"],
        "role": "admin",
        "tenant": talk.tenants["default"],
        "operation": "read",
        "entity": "User",
        "id": me["id"],
        "success": True,
        "code": None,
        "requestId": "r-1",
        "securityIncident": False,
    }


def test_every_way_to_fail_leaves_one_record(talk: Talk) -> None:
    cases: list[tuple[str, str | None, Json, Json, Json]] = [
        ("User.read", "admin", None, {"id": MISSING}, ("NOT_FOUND", MISSING.lower())),
        ("User.read", None, None, {"id": "Odd-Key"}, ("UNAUTHORIZED", "Odd-Key")),
        ("User.read", "user", None, {"id": 5.5}, ("VALIDATION_ERROR", None)),
        ("User.delete", "user", None, {"id": MISSING}, ("FORBIDDEN", MISSING.lower())),
        ("User.create", "admin", None, {"data": {}}, ("VALIDATION_ERROR", None)),
        ("User.list", "admin", {"tx": "x"}, {}, ("NOT_FOUND", None)),
        (
            "User.list",
            "admin",
            {"consistency": "eventual"},
            {},
            ("CAPABILITY_NOT_SUPPORTED", None),
        ),
        ("User.list", "admin", {"zzz": 1}, {}, ("VALIDATION_ERROR", None)),
        ("User.list", None, {"token": "bad"}, {}, ("UNAUTHORIZED", None)),
        ("dbal.begin", "user", None, {"parent": "x"}, ("NOT_FOUND", None)),
        ("dbal.migrate", "user", None, {}, ("FORBIDDEN", None)),
        (
            "Credential.verify",
            None,
            None,
            {"username": "Joe", "password": "x"},
            ("UNAUTHORIZED", "Joe"),
        ),
        ("Credential.set", "user", None, {"username": "user"}, ("FORBIDDEN", "user")),
    ]
    for method, actor, meta, args, (code, key) in cases:
        record = left(talk, method, actor, meta, **args)
        assert (record["success"], record["code"], record["id"]) == (False, code, key), method
        entity, _, operation = method.partition(".")
        assert record["operation"] == operation
        assert record["entity"] == (None if entity == "dbal" else entity)


def test_who_is_not_known_is_anonymous(talk: Talk) -> None:
    record = left(talk, "User.list", meta={"token": "bad"})
    assert (record["user"], record["role"], record["tenant"]) == ("anonymous", "public", None)
    meta = {"tenant": talk.tenants["other"]}
    assert left(talk, "PageConfig.list", meta=meta)["tenant"] == talk.tenants["other"]
    record = left(talk, "User.list", "system")
    assert (record["user"], record["role"], record["tenant"]) == ("system", "system", None)


def test_the_row_that_was_found_or_made_is_named(talk: Talk) -> None:
    data = {"code": "A", "label": "x"}
    assert left(talk, "Probe.create", "admin", data=data)["id"] == "A"
    assert left(talk, "Probe.create", "admin", data=data)["id"] is None
    by_field = {"field": "code", "value": "A"}
    assert left(talk, "Probe.findByField", "admin", **by_field)["id"] == "A"
    assert left(talk, "Probe.updateByField", "admin", **by_field, data={"label": "y"})["id"] == "A"
    assert left(talk, "Probe.upsert", "admin", **by_field, create={}, update={})["id"] == "A"
    assert left(talk, "Probe.findFirst", "admin")["id"] == "A"
    assert left(talk, "Probe.findFirst", "admin", filter={"label": "z"})["id"] is None
    assert left(talk, "Probe.deleteByField", "admin", **by_field)["id"] == "A"
    assert left(talk, "Probe.deleteByField", "admin", **by_field)["id"] is None
    assert left(talk, "Probe.createMany", "admin", items=[data])["id"] is None
    assert left(talk, "Probe.list", "admin")["id"] is None


@pytest.mark.parametrize("method", ["dbal.hello", "dbal.health", "conformance.clock", "User.nope"])
def test_what_leaves_no_record(talk: Talk, method: str) -> None:
    assert left(talk, method, "system") is None


def test_stored_code_that_is_refused_is_an_incident(talk: Talk) -> None:
    data = {"name": "w", "edges": "[]", "nodes": '[{"id": "<script>"}]'}
    record = left(talk, "Workflow.create", "god", data=data)
    assert (record["code"], record["securityIncident"]) == ("MALICIOUS_CODE_DETECTED", True)
    data["nodes"] = '[{"id": "a", "type": "shell.run"}]'
    record = left(talk, "Workflow.create", "god", data=data)
    assert (record["code"], record["securityIncident"]) == ("SANDBOX_VIOLATION", True)


def test_params_that_are_no_object_leave_a_record_of_a_known_method_only(talk: Talk) -> None:
    last = talk.call("conformance.audit", "system")["next"]
    for method, params in (("User.read", []), ("User.nope", []), ("User.list", {"meta": 5})):
        with pytest.raises(Refusal) as caught:
            talk.send({"method": method, "params": params})
        assert (caught.value.code, caught.value.reason) == (-32602, "invalid_params")
    records = talk.audit(last)
    assert [(r["operation"], r["code"], r["user"]) for r in records] == [
        ("read", "VALIDATION_ERROR", "anonymous"),
        ("list", "VALIDATION_ERROR", "anonymous"),
    ]


def test_no_record_holds_a_secret(talk: Talk) -> None:
    secret = "hush-hush-hush-hush"
    data = {"userId": talk.actors["user"]["id"], "token": secret, "expiresAt": 1}
    talk.call("Session.create", "system", data=data)
    talk.call("Session.findFirst", "system")
    for method, args in (
        ("Session.getByToken", {"token": secret}),
        ("Credential.verify", {"username": "user", "password": secret}),
        ("Session.findByField", {"field": "token", "value": secret}),
        ("User.list", {"meta": {"token": secret}}),
    ):
        talk.refused(method, None if "User" in method or "verify" in method else "system", **args)
    text = json.dumps(talk.audit())
    assert secret not in text
    assert BOOTSTRAP not in text
    assert str(talk.token("user")) not in text


def test_a_key_that_cannot_be_written_is_left_out(talk: Talk) -> None:
    assert left(talk, "User.read", "admin", id="\ud800")["id"] is None


def test_records_are_in_order_and_since_is_exclusive(talk: Talk) -> None:
    for _ in range(5):
        talk.call("User.count", "admin")
    first = talk.call("conformance.audit", "system", limit=2)
    assert [record["seq"] for record in first["records"]] == [first["next"] - 1, first["next"]]
    rest = talk.call("conformance.audit", "system", since=first["next"])
    assert [r["seq"] for r in rest["records"]] == [first["next"] + n for n in (1, 2, 3)]
    none = talk.call("conformance.audit", "system", since=rest["next"])
    assert none == {"records": [], "next": rest["next"]}
    assert talk.call("conformance.audit", "system", since=10**9)["records"] == []
    talk.reset()
    talk.call("User.count", "admin")
    (record,) = talk.audit()
    assert record["seq"] == rest["next"] + 1  # the seq goes on after a reset
