import pytest

from dbal_reference.model import Entity, Field, Schema, Tenancy
from dbal_reference.validation import Author, automatic_changes, validate_update

ME = "0f0e0d0c-0b0a-4908-8706-050403020100"
USER = Author(ME, is_system=False, now_ms=100)
SYSTEM = Author(None, is_system=True, now_ms=100)


def found(
    schema: Schema, entity: str, data: object, author: Author = USER
) -> list[tuple[str, str]]:
    _, findings = validate_update(schema, schema.entities[entity], data, author)
    return [(finding.field, finding.code) for finding in findings]


def test_only_what_is_given_changes(schema: Schema) -> None:
    user = schema.entities["User"]
    assert validate_update(schema, user, {"bio": None}, USER) == ({"bio": None}, [])
    assert validate_update(schema, user, {"email": "a@b.co", "bio": "x"}, USER) == (
        {"email": "a@b.co", "bio": "x"},
        [],
    )


@pytest.mark.parametrize("author", [USER, SYSTEM])
@pytest.mark.parametrize(
    ("place", "value", "code"),
    [
        ("User.id", ME, "read_only"),
        ("User.createdAt", 5, "read_only"),
        ("User.passwordChangeTimestamp", 5, "read_only"),
        ("User.tenantId", None, "immutable"),
        ("User.tenantId", "nonsense", "immutable"),
        ("User.username", None, "null"),
        ("User.username", "ab", "min_length"),
        ("User.password", "x", "unknown_field"),
        ("Workflow.version", 2, "read_only"),
        ("Workflow.updatedAt", 2, "read_only"),
        ("Workflow.createdBy", ME, "immutable"),
        ("Workflow.nodes", "{}", "json"),
        ("Session.userId", ME, "immutable"),
        ("Probe.code", "A", "immutable"),
        ("Probe.revision", 1, "read_only"),
        ("Credential.passwordHash", "x", "read_only"),
        ("Credential.username", "bob", "immutable"),
    ],
)  # fmt: skip
def test_what_may_not_change_is_told_for_every_actor(
    schema: Schema, author: Author, place: str, value: object, code: str
) -> None:
    entity, _, field = place.partition(".")
    assert found(schema, entity, {field: value}, author) == [(field, code)]


def test_all_findings_come_at_once_in_schema_order(schema: Schema) -> None:
    data = {"x": 1, "bio": 1, "id": ME, "email": "x"}
    assert found(schema, "User", data) == [
        ("id", "read_only"),
        ("email", "format"),
        ("bio", "type"),
        ("x", "unknown_field"),
    ]


def test_empty_data_is_refused_but_in_upsert(schema: Schema) -> None:
    user = schema.entities["User"]
    assert found(schema, "User", {}) == [("data", "empty")]
    assert validate_update(schema, user, {}, USER, prefix="update", allow_empty=True) == ({}, [])


def test_data_that_is_no_object_is_of_another_type(schema: Schema) -> None:
    user = schema.entities["User"]
    assert found(schema, "User", []) == [("data", "type")]
    _, findings = validate_update(schema, user, None, USER, prefix="update", allow_empty=True)
    assert [(finding.field, finding.code) for finding in findings] == [("update", "type")]


def test_a_prefix_stands_before_every_path(schema: Schema) -> None:
    _, findings = validate_update(schema, schema.entities["User"], {"x": 1}, USER, prefix="update")
    assert [finding.field for finding in findings] == ["update.x"]


def test_versions_and_times_move_by_themselves(schema: Schema) -> None:
    flow = schema.entities["Workflow"]
    assert automatic_changes(flow, {"version": 3, "updatedAt": 50}, 100) == {
        "version": 4,
        "updatedAt": 100,
    }
    assert automatic_changes(schema.entities["User"], {}, 100) == {}


@pytest.mark.parametrize("now", [100, 99, 0])
def test_the_time_of_change_grows_though_the_clock_does_not(schema: Schema, now: int) -> None:
    flow = schema.entities["Workflow"]
    assert automatic_changes(flow, {"version": 1, "updatedAt": 100}, now)["updatedAt"] == 101


def test_times_of_change_may_be_datetimes() -> None:
    at = Field("at", "datetime", auto="updated")
    key = Field("id", "uuid", primary=True)
    entity = Entity("E", "1", {"id": key, "at": at}, key, Tenancy(), (), 1, 1)
    before = {"at": "1970-01-01T00:00:00.100Z"}
    assert automatic_changes(entity, before, 100) == {"at": "1970-01-01T00:00:00.101Z"}
    assert automatic_changes(entity, before, 500) == {"at": "1970-01-01T00:00:00.500Z"}
