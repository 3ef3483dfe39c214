"""dbal.migrate through messages (SYS-MIG)."""

import copy
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests import servers
from tests.reference.talk import Json, Talk, open_talk
from tests.reference.transactions.transacting import Background

TICKET: Json = {
    "entity": "Ticket",
    "version": "1.0",
    "tenancy": {"field": "tenantId"},
    "fields": {
        "id": {"type": "uuid", "primary": True, "generated": True},
        "tenantId": {"type": "uuid", "nullable": True, "immutable": True},
        "title": {"type": "string", "required": True, "max_length": 20},
        "state": {"type": "enum", "values": ["open", "shut"], "default": "open"},
        "openUntil": {"type": "bigint", "nullable": True, "ttl": True},
    },
}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    images = [image for image in metafunc.config.getoption("--databases").split(",") if image]
    kinds = [
        *("memory:", "sqlite:", "sqlite:FILE"),
        *(pytest.param(image, marks=pytest.mark.database) for image in images),
    ]
    if "opened" in metafunc.fixturenames:
        metafunc.parametrize("opened", kinds, indirect=True, scope="module")


@pytest.fixture(scope="module")
def opened(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, worker_id: str
) -> Iterator[Talk]:
    kind = str(request.param)
    if kind.startswith(("memory:", "sqlite:")):
        place: Path = tmp_path_factory.mktemp("database") / "rows.db"
        yield from open_talk(kind.replace("FILE", str(place)))
    else:
        yield from open_talk(servers.url_of(kind, f"migrate_{worker_id}"))


@pytest.fixture
def talk(opened: Talk) -> Talk:
    return opened.reset(Probe=[{"code": "A", "label": "x"}, {"code": "B"}])


def migrate(talk: Talk, *entities: Json, **more: Json) -> Json:
    return talk.call("dbal.migrate", "system", entities=list(entities), **more)


def definition(talk: Talk, entity: str) -> Json:
    """As dbal.schema tells it, to be altered."""
    return copy.deepcopy(talk.call("dbal.schema", "system", entity=entity)[0])


def names(talk: Talk) -> list[str]:
    return [each["entity"] for each in talk.call("dbal.schema", "system")]


def test_a_new_entity_has_every_generic_operation_at_once(talk: Talk) -> None:
    assert migrate(talk, TICKET) == {
        "changes": [{"entity": "Ticket", "change": "add_entity"}],
        "applied": True,
    }
    row = talk.call("Ticket.create", "system", data={"title": "a"})
    assert row["state"] == "open"
    key = row["id"]
    talk.call("Ticket.update", "system", id=key, data={"state": "shut"})
    talk.call("Ticket.createMany", "system", items=[{"title": "b"}, {"title": "c"}])
    assert talk.call("Ticket.list", "system", sort={"title": "desc"})["total"] == 3
    assert talk.call("Ticket.findFirst", "system", filter={"state": "shut"})["id"] == key
    talk.call("Ticket.updateMany", "system", filter={"title": "b"}, data={"openUntil": 5})
    assert talk.call("Ticket.count", "system") == 2
    assert talk.call("Ticket.deleteMany", "system", filter={"title": "c"}) == 1
    assert talk.call("Ticket.delete", "system", id=key) is True
    assert talk.refused("Ticket.list", "supergod").name == "FORBIDDEN"
    assert talk.call("conformance.digest", "system")["Ticket"]["count"] == 1
    talk.call("conformance.sweep", "system")
    assert talk.call("conformance.digest", "system")["Ticket"]["count"] == 0


def test_existing_rows_stay_and_read_the_default(talk: Talk) -> None:
    probe = definition(talk, "Probe")
    probe["fields"]["weight"] = {"type": "double", "default": 1.5}
    probe["fields"]["fresh"] = {"type": "boolean", "default": True}
    probe["fields"]["extra"] = {"type": "json", "nullable": True}
    probe["fields"]["big"] = {"type": "bigint", "default": 7}
    before = talk.call("Probe.list", "system")["data"]
    changes = migrate(talk, probe)["changes"]
    assert [each["field"] for each in changes] == ["weight", "fresh", "extra", "big"]
    added = {"weight": 1.5, "fresh": True, "extra": None, "big": 7}
    assert talk.call("Probe.list", "system")["data"] == [{**row, **added} for row in before]
    assert talk.call("Probe.count", "admin", filter={"fresh": True, "weight": {"gt": 1}}) == 2
    assert talk.call("Probe.create", "admin", data={"code": "C", "big": 8})["weight"] == 1.5
    assert talk.refused("Probe.create", "admin", data={"code": "D", "fresh": 1}).fields == {
        "fresh": "type"
    }


def test_constraints_keep_working_on_a_table_made_anew(talk: Talk) -> None:
    post = definition(talk, "Post")
    post["fields"]["more"] = {
        "type": "string",
        "nullable": True,
        "unique": True,
        "max_length": 9,
    }
    row = talk.call("Post.create", "admin", data={"title": "a", "slug": "s"})
    talk.call("Probe.update", "admin", id="A", data={"postId": row["id"]})
    migrate(talk, post)
    refusal = talk.refused("Post.create", "admin", data={"title": "b", "slug": "s"})
    assert refusal.fields == {"slug": "unique"}
    talk.call("Post.update", "admin", id=row["id"], data={"more": "m"})
    refusal = talk.refused("Post.create", "admin", data={"title": "b", "more": "m"})
    assert refusal.fields == {"more": "unique"}
    assert talk.refused("Post.delete", "admin", id=row["id"]).reason == "referenced"
    talk.call("Probe.delete", "admin", id="A")
    assert talk.call("Post.delete", "admin", id=row["id"]) is True


def test_wider_constraints_take_what_they_refused(talk: Talk) -> None:
    probe = definition(talk, "Probe")
    assert talk.refused("Probe.update", "admin", id="A", data={"amount": 1001}).fields == {
        "amount": "max"
    }
    probe["fields"]["amount"]["max"] = 2000
    probe["fields"]["active"]["nullable"] = True
    assert migrate(talk, probe)["changes"] == [
        {"entity": "Probe", "change": "widen_field", "field": "amount"},
        {"entity": "Probe", "change": "widen_field", "field": "active"},
    ]
    row = talk.call("Probe.update", "admin", id="A", data={"amount": 1001, "active": None})
    assert (row["amount"], row["active"], row["label"]) == (1001, None, "x")


def test_an_enum_takes_new_values(talk: Talk) -> None:
    migrate(talk, TICKET)
    wider = copy.deepcopy(TICKET)
    wider["fields"]["state"]["values"] = ["open", "waiting", "shut"]
    data = {"title": "a", "state": "waiting"}
    assert talk.refused("Ticket.create", "system", data=data).fields == {"state": "enum"}
    assert migrate(talk, wider)["changes"] == [
        {"entity": "Ticket", "change": "add_enum_value", "field": "state"}
    ]
    assert talk.call("Ticket.create", "system", data=data)["state"] == "waiting"


def test_repeating_changes_nothing(talk: Talk) -> None:
    migrate(talk, TICKET)
    talk.call("Ticket.create", "system", data={"title": "a"})
    digest = talk.call("conformance.digest", "system")
    nothing = {"changes": [], "applied": False}
    assert migrate(talk, TICKET) == nothing
    assert migrate(talk, definition(talk, "Probe"), TICKET) == nothing
    assert migrate(talk) == nothing
    assert talk.call("conformance.digest", "system") == digest


def test_a_dry_run_tells_and_changes_nothing(talk: Talk) -> None:
    before = names(talk)
    told = migrate(talk, TICKET, dryRun=True)
    assert told == {"changes": [{"entity": "Ticket", "change": "add_entity"}], "applied": False}
    assert names(talk) == before
    assert talk.refused("Ticket.count", "system").reason == "method_not_found"
    assert migrate(talk, TICKET)["applied"] is True


def test_nothing_of_a_refused_request_is_applied(talk: Talk) -> None:
    probe = definition(talk, "Probe")
    probe["fields"]["fine"] = {"type": "string", "nullable": True}
    del probe["fields"]["secretNote"]
    probe["fields"]["amount"]["max"] = 10
    before = names(talk)
    refusal = talk.refused("dbal.migrate", "system", entities=[TICKET, probe])
    assert refusal.fields == {
        "entities[1].fields.secretNote": "immutable",
        "entities[1].fields.amount.max": "immutable",
    }
    assert names(talk) == before
    assert "fine" not in talk.call("Probe.read", "system", id="A")
    refusal = talk.refused("dbal.migrate", "system", entities=[TICKET], dryRun=1)
    assert refusal.fields == {"dryRun": "type"}


def test_a_reset_takes_away_what_was_migrated(talk: Talk) -> None:
    before = talk.call("dbal.schema", "system")
    probe = definition(talk, "Probe")
    probe["fields"]["more"] = {"type": "string", "default": "d"}
    migrate(talk, TICKET, probe)
    talk.call("Ticket.create", "system", data={"title": "a"})
    talk.reset(Probe=[{"code": "A"}])
    assert talk.call("dbal.schema", "system") == before
    assert "more" not in talk.call("Probe.read", "system", id="A")
    assert talk.refused("Ticket.count", "system").reason == "method_not_found"
    assert migrate(talk, TICKET)["applied"] is True
    assert talk.call("Ticket.count", "system") == 0


def test_only_system_migrates_and_never_inside(talk: Talk) -> None:
    assert talk.refused("dbal.migrate", "supergod", entities=[TICKET]).name == "FORBIDDEN"
    assert talk.refused("dbal.migrate", None, entities=[TICKET]).name == "UNAUTHORIZED"
    tx = talk.call("dbal.begin", "system")
    refusal = talk.refused("dbal.migrate", "system", meta=tx, entities=[TICKET])
    assert refusal.fields == {"meta.tx": "unknown_field"}
    talk.call("dbal.rollback", "system", **tx)


def test_a_migration_waits_for_writers_and_for_no_reader(talk: Talk) -> None:
    tx = talk.call("dbal.begin", "admin")
    reading = talk.call("dbal.begin", "god")
    assert talk.call("Probe.count", "god", meta=reading) == 2
    talk.call("Probe.create", "admin", meta=tx, data={"code": "C"})
    refusal = talk.refused("dbal.migrate", "system", meta={"deadlineMs": 300}, entities=[TICKET])
    assert refusal.name == "TIMEOUT"
    assert "Ticket" not in names(talk)
    talk.call("dbal.commit", "admin", **tx)
    assert migrate(talk, TICKET)["applied"] is True
    assert talk.call("Probe.count", "god", meta=reading) == 3
    talk.call("Probe.create", "god", meta=reading, data={"code": "D"})
    talk.call("dbal.commit", "god", **reading)


def test_calls_in_flight_are_judged_by_the_schema_that_they_meet(talk: Talk) -> None:
    probe = definition(talk, "Probe")
    probe["fields"]["more"] = {"type": "string", "default": "d"}
    tx = talk.call("dbal.begin", "admin")
    talk.call("Probe.create", "admin", meta=tx, data={"code": "C"})
    migrating = Background(lambda: migrate(talk, probe))
    writing = [
        Background(
            lambda n=number: talk.call("Probe.create", "admin", data={"code": f"N{n}"})  # type: ignore[misc]  # bound now
        )
        for number in range(6)
    ]
    assert migrating.waits
    talk.call("dbal.commit", "admin", **tx)
    assert migrating.join() == {
        "changes": [{"entity": "Probe", "change": "add_field", "field": "more"}],
        "applied": True,
    }
    for each in writing:
        assert isinstance(each.join(), dict)
    rows = talk.call("Probe.list", "system", limit=10)["data"]
    assert [row["more"] for row in rows] == ["d"] * 9


def test_of_two_who_migrate_alike_one_changes_something(talk: Talk) -> None:
    both = [Background(lambda: migrate(talk, TICKET)["applied"]) for _ in range(4)]
    assert sorted(str(each.join()) for each in both) == ["False", "False", "False", "True"]


def test_the_audit_log_tells_of_it(talk: Talk) -> None:
    since = talk.audit()[-1]["seq"] if talk.audit() else 0
    migrate(talk, TICKET)
    (record,) = talk.audit(since)
    told = {key: record[key] for key in ("operation", "entity", "id", "success", "user")}
    assert told == {
        "operation": "migrate",
        "entity": None,
        "id": None,
        "success": True,
        "user": "system",
    }


def test_a_migration_whose_commit_was_lost_is_completed_by_repeating(talk: Talk) -> None:
    talk.call("conformance.fault", "system", kind="commit_unknown", count=1)
    refusal = talk.refused("dbal.migrate", "system", entities=[])
    assert refusal.details == {"outcome": "unknown"}
    assert migrate(talk, TICKET)["applied"] is True
