from typing import Any

import pytest
from tests.harness.core.play.scripted import NOW, fault
from tests.harness.core.play.store import TOKEN, Store
from tests.harness.core.play.written import call, written

from dbal_conform.core.messages import Json
from dbal_conform.core.suite import Case
from dbal_conform.core.verdict import Verdict

HEALTH = call("dbal.health", expect={"observe": True})
ACTORS = {"al": {"role": "admin"}, "mallory": {"role": "user", "tenant": "other"}}


def case(*steps: dict[str, Any], **members: Any) -> Case:  # noqa: ANN401 -- as written
    return written(*(steps or (HEALTH,)), covers=["QRY-FTS-004"], **members)


def test_actors_are_users_with_sessions_and_nothing_is_left_of_them() -> None:
    store = Store()
    result = store.play(case(call("dbal.health", **{"as": "al"}), actors=ACTORS))
    assert result.verdict is Verdict.OBSERVED, result
    created = [each for each in store.seen if each.method.endswith(".create")]
    assert [each.method for each in created] == [*["User.create"] * 2, *["Session.create"] * 2]
    users = [each.args["data"] for each in created if each.method == "User.create"]
    session: Any = created[2].args["data"]
    assert [user["username"] for user in users] == ["al_", "mallory"]  # type: ignore[call-overload, index]
    assert session["expiresAt"] - 24 * 3_600_000 == NOW + 1
    (health,) = (each for each in store.seen if each.method == "dbal.health")
    assert health.meta["token"] == session["token"] != TOKEN
    assert all(each.meta["token"] == TOKEN for each in created)
    assert not any(store.rows.values())


def test_tokens_and_tenants_are_the_same_in_each_run_and_differ_by_name() -> None:
    def data() -> list[Json]:
        store = Store()
        store.play(case(actors=ACTORS))
        return [each.args["data"] for each in store.seen if each.method.endswith(".create")]

    first: Any = data()
    assert first == data()
    tenants = {first[0]["tenantId"], first[1]["tenantId"]}
    assert len(tenants) == 2
    assert all(tenant[14] == "4" and tenant[19] == "8" for tenant in tenants)
    assert first[2]["token"] != first[3]["token"]


def test_fixtures_are_made_in_order_and_may_name_what_was_made() -> None:
    store = Store()
    fixtures = {
        "User": [{"$as": "bob", "username": "bob", "email": "b@example.com", "tenantId": None}],
        "Credential": [{"username": "bob", "password": "correct horse"}],
        "Post": [{"title": "$$5 of ${bob.username}", "ownerId": "$bob.id"}],
        "Probe": [{"code": "A", "tenantId": "other"}, {"code": "B"}],
    }
    result = store.play(case(actors={"al": {"role": "user", "tenant": None}}, fixtures=fixtures))
    assert result.verdict is Verdict.OBSERVED, result
    made: Any = [(each.method, each.args) for each in store.seen]
    user, bob, post, first, second = (
        args["data"]
        for method, args in made
        if method.endswith(".create") and "Session" not in method
    )
    assert user["tenantId"] is bob["tenantId"] is None
    assert post == {"title": "$5 of bob", "ownerId": post["ownerId"]}
    assert first["tenantId"] != second["tenantId"]
    assert ("Credential.set", {"username": "bob", "password": "correct horse"}) in made
    assert not any(store.rows.values())


@pytest.mark.parametrize(
    ("refused", "members", "reason"),
    [
        ("User.create", {"actors": {"al": {"role": "user"}}}, "actors.al cannot be made without"),
        ("Probe.create", {"fixtures": {"Probe": [{"code": "A"}]}}, r"fixtures.Probe[0] cannot be"),
        ("Post.list", {}, "the system cannot list all that is stored"),
    ],
)
def test_what_public_operations_cannot_do_could_not_run(
    refused: str, members: dict[str, Any], reason: str
) -> None:
    result = Store([refused]).play(case(**members))
    assert (result.verdict, reason in result.reason) == (Verdict.COULD_NOT_RUN, True), result


def test_migrations_cannot_be_taken_back() -> None:
    result = Store().play(case(requires=["migrations"]), claims=["migrations"])
    assert result.verdict is Verdict.COULD_NOT_RUN
    assert "migration cannot be taken back" in result.reason


def test_rows_that_stay_are_told() -> None:
    store = Store(keeps="Probe")
    result = store.play(case(fixtures={"Probe": [{"code": "A"}]}))
    assert result.reason == "rows of Probe cannot be deleted"


def test_what_earlier_trials_have_left_is_deleted_first() -> None:
    store = Store()
    store.rows["Post"] = [{"id": str(number), "title": "x"} for number in range(9)]
    assert store.play(case()).verdict is Verdict.OBSERVED
    assert not store.rows["Post"]
    limits = {each.args["limit"] for each in store.seen if each.method == "Post.list"}
    assert min(map(int, limits)) <= 2  # type: ignore[arg-type]  # any JSON
    assert store.methods().count("Post.delete") == 9


def test_a_failed_call_changed_nothing_that_the_system_can_list() -> None:
    refusal = {"error": "NOT_FOUND", "twin": "none", "because": "of the test"}
    step = call("Post.create", args={"data": {"title": "x"}}, expect=refusal)

    class Half(Store):
        def _create(self, entity: str, data: dict[str, Json]) -> Any:  # noqa: ANN401 -- as the base
            super()._create(entity, data)
            return fault("NOT_FOUND")

    result = Half().play(written(step))
    assert result.broken[0] == "CALL-ATOM-001"
    assert result.invariants["unchanged"] == (1, 0)


def test_a_refused_call_that_changed_nothing_is_well() -> None:
    refusal = {"error": "FORBIDDEN", "twin": "none", "because": "of the test"}
    step = call("Post.create", args={"data": {"title": "x"}}, expect=refusal)
    result = Store(["Post.create"]).play(written(step))
    assert (result.mismatches, result.invariants["unchanged"]) == ((), (1, 0))


def test_beside_an_open_transaction_nothing_is_listed_and_it_is_rolled_back_after() -> None:
    store = Store(["Post.create"])
    store.odd["dbal.begin"] = {"tx": "t-1"}
    refusal = {"error": "FORBIDDEN", "twin": "none", "because": "of the test"}
    steps = ({"begin": "t"}, call("Post.create", **{"in": "t"}, args={"data": {}}, expect=refusal))
    result = store.play(written(*steps))
    assert result.invariants["unchanged"] == (0, 1)
    (ended,) = (each for each in store.seen if each.method == "dbal.rollback")
    assert ended.args == {"tx": "t-1"}


def test_a_row_tells_the_time_and_is_deleted_again() -> None:
    store = Store()
    step = call("dbal.health", expect={"observe": True}, meta={"requestId": "at-${now}"})
    store.play(case(step))
    (asked,) = (each for each in store.seen if each.method == "dbal.health")
    assert asked.meta["requestId"] == f"at-{NOW + 1}"
    assert not store.rows["User"]


def test_a_time_that_nobody_tells_could_not_run() -> None:
    step = call("dbal.health", expect={"observe": True}, meta={"requestId": "at-${now}"})
    result = Store(["User.create"]).play(case(step))
    assert (result.verdict, "clock" in result.reason) == (Verdict.COULD_NOT_RUN, True)


def test_failures_that_still_count_are_no_finding() -> None:
    refusal = {"error": "UNAUTHORIZED", "twin": "none", "because": "of the test"}
    step = call("Post.create", args={"data": {"title": "x"}}, expect=refusal)
    result = Store(most=0).play(written(step))
    assert (result.verdict, "still count" in result.reason) == (Verdict.COULD_NOT_RUN, True)


def test_failures_that_still_count_are_none_of_a_race_either() -> None:
    refusing = Store(["Post.create"])
    race = {
        "parallel": {"a": [call("Post.create", args={"data": {"title": "x"}})]},
        "times": 2,
        "expect": {"outcomes": {"FORBIDDEN": 2}},
    }
    assert not refusing.play(written(race)).mismatches
    result = Store(most=0).play(written(race))
    assert (result.verdict, "still count" in result.reason) == (Verdict.COULD_NOT_RUN, True)


def test_an_entity_of_endless_pages_is_no_target() -> None:
    store = Store()
    store.odd["Post.list"] = {"data": [], "hasMore": True}
    result = store.play(case())
    assert result.reason == "the system cannot list all that is stored"
