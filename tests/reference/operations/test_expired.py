"""An expired row does not exist, for any operation (GEN-TTL-002, SES-EXP)."""

import pytest
from tests.reference.talk import Json, Talk


@pytest.fixture
def probes(talk: Talk) -> Talk:
    """One row that lives, one that has just expired."""
    now = talk.call("conformance.clock", "system", frozen=True)["now"]
    rows = [{"code": "LIVE", "expiresAt": now + 10_000}, {"code": "GONE", "expiresAt": now + 5000}]
    talk.reset(Probe=[*rows, {"code": "EVER"}])
    talk.call("conformance.clock", "system", advance=7000)
    return talk


def test_no_read_sees_it(probes: Talk) -> None:
    listed = probes.call("Probe.list", "admin")
    assert ([row["code"] for row in listed["data"]], listed["total"]) == (["EVER", "LIVE"], 2)
    assert probes.call("Probe.list", "admin", limit=1)["total"] == 2
    assert probes.call("Probe.count", "admin") == 2
    args = {"field": "code", "value": "GONE"}
    assert probes.call("Probe.findByField", "admin", **args) is None
    assert probes.call("Probe.findFirst", "admin", filter={"code": {"gt": "F"}})["code"] == "LIVE"
    assert probes.refused("Probe.read", "admin", id="GONE").name == "NOT_FOUND"


@pytest.mark.parametrize(
    ("operation", "args"),
    [
        ("update", {"id": "GONE", "data": {"label": "x"}}),
        ("delete", {"id": "GONE"}),
        ("updateByField", {"field": "code", "value": "GONE", "data": {"label": "x"}}),
        ("deleteByField", {"field": "code", "value": "GONE"}),
    ],
)
def test_no_write_finds_it(probes: Talk, operation: str, args: Json) -> None:
    assert probes.refused(f"Probe.{operation}", "admin", **args).name == "NOT_FOUND"


def test_bulk_writes_pass_it_by(probes: Talk) -> None:
    every = {"code": {"isNull": False}}
    assert probes.call("Probe.updateMany", "admin", filter=every, data={"label": "x"}) == 2
    assert probes.call("Probe.deleteMany", "admin", filter=every) == 2
    assert probes.call("conformance.digest", "system")["Probe"]["count"] == 1


def test_it_makes_way_for_a_new_row_and_for_no_refused_one(probes: Talk) -> None:
    bad = {"code": "GONE", "postId": "00000000-0000-4000-8000-000000000000"}
    assert probes.refused("Probe.create", "admin", data=bad).fields == {"postId": "reference"}
    items = [{"code": "GONE"}, {"code": "LIVE"}]
    refusal = probes.refused("Probe.createMany", "admin", items=items)
    assert refusal.fields == {"items[1].code": "unique"}
    assert probes.call("Probe.createMany", "admin", items=items[:1]) == 1
    assert probes.call("conformance.digest", "system")["Probe"]["count"] == 3


def test_upsert_makes_it_anew(probes: Talk) -> None:
    halves = {"create": {"label": "new"}, "update": {"label": "old"}}
    row = probes.call("Probe.upsert", "admin", field="code", value="GONE", **halves)
    assert (row["label"], row["expiresAt"]) == ("new", None)


def test_a_change_takes_the_unique_value_of_an_expired_row(talk: Talk) -> None:
    user = talk.actors["user"]["id"]
    rows: list[Json] = [
        {"userId": user, "token": "token-of-the-expired", "expiresAt": 1},
        {"userId": user, "token": "token-of-the-living", "expiresAt": {"$bigint": str(2**60)}},
    ]
    keys = [talk.call("Session.create", "system", data=row)["id"] for row in rows]
    before = talk.call("conformance.digest", "system")["Session"]["count"]
    change = {"token": "token-of-the-expired"}
    assert talk.call("Session.update", "system", id=keys[1], data=change)["id"] == keys[1]
    assert talk.call("conformance.digest", "system")["Session"]["count"] == before - 1
