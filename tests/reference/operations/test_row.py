"""read, update and delete of one row (GEN-READ, GEN-UPDATE, GEN-DELETE, ORD-CHK-003/004)."""

import pytest
from tests.reference.talk import Json, Talk

MISSING = "00000000-0000-4000-8000-000000000000"


@pytest.mark.parametrize("operation", ["read", "update", "delete"])
@pytest.mark.parametrize(
    ("key", "name", "fields"),
    [
        (MISSING, "NOT_FOUND", {}),
        ("nonexistent-id", "NOT_FOUND", {}),
        ("", "VALIDATION_ERROR", {"id": "empty"}),
        (5, "VALIDATION_ERROR", {"id": "type"}),
        (None, "VALIDATION_ERROR", {"id": "type"}),
        ("a\0", "VALIDATION_ERROR", {"id": "charset"}),
    ],
)
def test_a_key_that_leads_nowhere(
    talk: Talk,
    operation: str,
    key: Json,
    name: str,
    fields: dict[str, str],
) -> None:
    args = {"data": {"bio": "x"}} if operation == "update" else {}
    refusal = talk.refused(f"User.{operation}", "admin", id=key, **args)
    assert (refusal.name, refusal.fields) == (name, fields)


def test_keys_in_upper_case_mean_the_lower_case_ones(talk: Talk) -> None:
    key = talk.actors["user"]["id"]
    assert talk.call("User.read", "admin", id=key.upper())["id"] == key


def test_select_gives_the_named_fields_and_the_key(talk: Talk) -> None:
    key = talk.actors["user"]["id"]
    row = talk.call("User.read", "admin", id=key, select=["role"])
    assert row == {"id": key, "role": "user"}
    refusal = talk.refused("User.read", "admin", id=key, select=["role", "role", "nope"])
    assert refusal.fields == {"select[1]": "unique", "select[2]": "unknown_field"}


def test_update_changes_the_given_fields_and_no_other(talk: Talk) -> None:
    key = talk.actors["user"]["id"]
    before = talk.call("User.read", "admin", id=key)
    after = talk.call("User.update", "admin", id=key, data={"bio": "new"})
    assert after == {**before, "bio": "new"}
    assert talk.call("User.read", "admin", id=key) == after
    assert talk.call("User.update", "admin", id=key, data={"bio": None})["bio"] is None


def test_a_failing_update_changes_nothing(talk: Talk) -> None:
    key = talk.actors["user"]["id"]
    data = {"bio": "fine", "username": "x", "email": None}
    refusal = talk.refused("User.update", "admin", id=key, data=data)
    assert refusal.fields == {"username": "min_length", "email": "null"}


def test_what_cannot_be_updated_is_said_by_field(talk: Talk) -> None:
    talk.reset(Workflow=[{"$as": "flow", "name": "w", "nodes": "[]", "edges": "[]"}])
    flow = talk.rows["flow"]
    refusal = talk.refused("Workflow.update", "god", id=flow["id"], data=flow)
    assert refusal.fields == {
        "id": "read_only",
        "tenantId": "immutable",
        "version": "read_only",
        "createdAt": "read_only",
        "updatedAt": "read_only",
        "createdBy": "immutable",
    }
    assert talk.refused("Workflow.update", "god", id=flow["id"], data={}).fields == {
        "data": "empty"
    }


def test_updated_at_grows_though_the_clock_stands_and_the_version_by_one(talk: Talk) -> None:
    talk.reset(Workflow=[{"$as": "flow", "name": "w", "nodes": "[]", "edges": "[]"}])
    talk.call("conformance.clock", "system", frozen=True)
    key, before = talk.rows["flow"]["id"], talk.rows["flow"]["updatedAt"]
    for version in (2, 3):
        row = talk.call("Workflow.update", "god", id=key, data={"enabled": True})
        assert row["version"] == version
        assert row["updatedAt"] > before
        before = row["updatedAt"]


def test_a_counter_at_its_end_never_wraps(talk: Talk) -> None:
    last = 2**31 - 1
    talk.reset(Probe=[{"code": "A", "revision": last}])
    refusal = talk.refused("Probe.update", "admin", id="A", data={"label": "x"})
    assert refusal.fields == {"revision": "max"}


def test_a_present_unique_value_may_be_set_again_and_a_taken_one_not(talk: Talk) -> None:
    key = talk.actors["user"]["id"]
    data = {"username": talk.actors["user"]["username"]}
    assert talk.call("User.update", "admin", id=key, data=data)["id"] == key
    data = {"username": talk.actors["neighbour"]["username"]}
    refusal = talk.refused("User.update", "admin", id=key, data=data)
    assert (refusal.reason, refusal.fields) == ("unique", {"username": "unique"})
    assert talk.refused("User.update", "admin", id=MISSING, data=data).name == "NOT_FOUND"


def test_if_match_lets_only_the_known_row_be_written(talk: Talk) -> None:
    talk.reset(Probe=[{"code": "A", "label": "old", "amount": 1}])
    args = {"id": "A", "data": {"label": "new"}}
    refusal = talk.refused("Probe.update", "admin", **args, ifMatch={"label": "other"})
    assert (refusal.name, refusal.reason) == ("CONFLICT", "precondition")
    assert (
        talk.refused("Probe.delete", "admin", id="A", ifMatch={"ratio": 1}).reason == "precondition"
    )
    match = {"label": "old", "ratio": None, "revision": 1.0}
    assert talk.call("Probe.update", "admin", **args, ifMatch=match)["label"] == "new"
    assert talk.call("Probe.delete", "admin", id="A", ifMatch={"label": "new"}) is True


def test_if_match_names_fields_that_can_be_compared_and_seen(talk: Talk) -> None:
    talk.reset(Probe=[{"code": "A", "amount": 1}])
    args = {"id": "A", "data": {"label": "x"}}
    assert talk.refused("Probe.update", "admin", **args, ifMatch={}).fields == {"ifMatch": "empty"}
    match = {"pin": "1", "nope": 1}
    fields = talk.refused("Probe.update", "admin", **args, ifMatch=match).fields
    assert fields == {"ifMatch.pin": "unknown_field", "ifMatch.nope": "unknown_field"}
    fields = talk.refused("Probe.update", "moderator", **args, ifMatch={"secretNote": "x"}).fields
    assert fields == {"ifMatch.secretNote": "unknown_field"}


def test_delete_is_true_once(talk: Talk) -> None:
    key = talk.actors["neighbour"]["id"]
    assert talk.call("User.delete", "admin", id=key) is True
    assert talk.refused("User.read", "admin", id=key).name == "NOT_FOUND"
    assert talk.refused("User.delete", "admin", id=key).name == "NOT_FOUND"
    data = {"username": "neighbour", "email": "neighbour@actors.example"}
    assert talk.call("User.create", "admin", data=data)["username"] == "neighbour"


@pytest.mark.parametrize("operation", ["read", "update", "delete"])
def test_rows_of_other_tenants_are_not_there(talk: Talk, operation: str) -> None:
    args = {"data": {"bio": "x"}} if operation == "update" else {}
    key = talk.actors["stranger"]["id"]
    assert talk.refused(f"User.{operation}", "admin", id=key, **args).name == "NOT_FOUND"


def test_a_row_outside_the_filter_is_forbidden_where_keys_are_made_by_the_server(
    talk: Talk,
) -> None:
    key = talk.actors["neighbour"]["id"]
    assert talk.refused("User.read", "user", id=key).name == "FORBIDDEN"
    assert talk.refused("User.update", "user", id=key, data={"bio": "x"}).name == "FORBIDDEN"


def test_a_row_outside_the_filter_is_missing_where_callers_choose_keys(talk: Talk) -> None:
    talk.reset(
        Probe=[{"code": "SHUT", "amount": 13}, {"code": "OPEN", "amount": 13, "label": "open"}]
    )
    assert talk.refused("Probe.read", "moderator", id="SHUT").name == "NOT_FOUND"
    args = {"data": {"amount": 1}}
    assert talk.refused("Probe.update", "moderator", id="SHUT", **args).name == "NOT_FOUND"
    # Rule 26 lets him read this one, so there is nothing to hide (ORD-CHK-004).
    assert talk.call("Probe.read", "moderator", id="OPEN")["code"] == "OPEN"
    assert talk.refused("Probe.update", "moderator", id="OPEN", **args).name == "FORBIDDEN"


def test_a_change_may_not_lead_out_of_the_rule(talk: Talk) -> None:
    talk.reset(Probe=[{"code": "A", "amount": 1}])
    refusal = talk.refused("Probe.update", "moderator", id="A", data={"amount": 13})
    assert refusal.name == "FORBIDDEN"
    # The values alone decide it, so it comes before the row is looked for (check 7).
    assert (
        talk.refused("Probe.update", "moderator", id="B", data={"amount": 13}).name == "FORBIDDEN"
    )
    assert talk.refused("Probe.update", "moderator", id="B", data={"amount": 1}).name == "NOT_FOUND"


def test_sensitive_fields_are_in_no_reply(talk: Talk) -> None:
    row = talk.call("Probe.create", "admin", data={"code": "A", "pin": "1234"})
    assert "pin" not in row
    assert "pin" not in talk.call("Probe.read", "system", id="A")
    assert "pin" not in talk.call("Probe.update", "admin", id="A", data={"pin": "4321"})


def test_bigints_beyond_the_safe_ones_are_tagged_in_replies(talk: Talk) -> None:
    for value in (2**63 - 1, -(2**63), 2**53):
        tagged = {"$bigint": str(value)}
        data = {"title": "t", "views": tagged}
        row = talk.call("Post.create", "admin", data=data)
        assert row["views"] == tagged
        assert talk.call("Post.read", "admin", id=row["id"])["views"] == tagged
    assert (
        talk.call("Post.create", "admin", data={"title": "t", "views": 2**53 - 1})["views"]
        == 2**53 - 1
    )


def test_a_double_stays_a_double_and_an_integer_an_integer(talk: Talk) -> None:
    row = talk.call("Probe.create", "admin", data={"code": "A", "ratio": 1, "amount": 1.0})
    assert (type(row["ratio"]), type(row["amount"])) == (float, int)
    assert talk.call("Probe.read", "admin", id="A") == row
