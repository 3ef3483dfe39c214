from typing import Any

import pytest
from tests.harness.core.play.scripted import fault
from tests.harness.core.results.judging import faults

from dbal_conform.core.messages import Json


@pytest.mark.parametrize(
    ("name", "members"),
    [
        ("NOT_FOUND", {}),
        ("VALIDATION_ERROR", {"fields": {"title": "required"}}),
        ("VALIDATION_ERROR", {"reason": "parse_error", "code": -32700}),
        ("CONFLICT", {"reason": "referenced"}),
        ("CONFLICT", {"reason": "unique", "fields": {"slug": "unique"}}),
        ("RATE_LIMIT_EXCEEDED", {"retryAfter": 1}),
        ("CAPABILITY_NOT_SUPPORTED", {"capability": "ttl"}),
        ("MALICIOUS_CODE_DETECTED", {"rule": "MC-01", "fields": {"props": "malicious"}}),
        ("DATABASE_ERROR", {"outcome": "unknown"}),
    ],
)
def test_a_good_failure_is_good(name: str, members: dict[str, Any]) -> None:
    assert faults("Post.create", fault(name, **members)) == []


@pytest.mark.parametrize(
    ("name", "members", "found"),
    [
        ("VALIDATION_ERROR", {"reason": "parse_error"}, [("/code", "ERR-FORM-001")]),
        ("VALIDATION_ERROR", {"reason": "odd"}, [("/details/fields", "ERR-FORM-003")]),
        ("VALIDATION_ERROR", {"details": {"fields": []}}, [("/details/fields", "ERR-FORM-003")]),
        ("VALIDATION_ERROR", {"details": {"fields": [7]}}, [("/details/fields/0", "ERR-FORM-003")]),
        ("VALIDATION_ERROR", {"details": {"fields": [{"field": "a", "code": "type"}]}},
         [("/details/fields/0/message", "ERR-FORM-003")]),
        ("NOT_FOUND", {"details": {"table": "users"}}, [("/details/table", "CPT-TOL-004")]),
        ("DATABASE_ERROR", {"outcome": "maybe"}, [("/details/outcome", "CALL-ATOM-003")]),
        ("CAPABILITY_NOT_SUPPORTED", {}, [("/details/capability", "ERR-FORM-008")]),
        ("SANDBOX_VIOLATION", {}, [("/details/rule", "SBX-SCAN-006")]),
        ("CONFLICT", {"reason": "unique", "fields": {"slug": "type"}},
         [("/details/fields", "ERR-FORM-005")]),
        ("RATE_LIMIT_EXCEEDED", {}, [("/details/retryAfter", "ERR-FORM-007")]),
    ],
)  # fmt: skip
def test_what_a_failure_lacks_is_told(
    name: str, members: dict[str, Any], found: list[tuple[str, str]]
) -> None:
    assert faults("Post.create", fault(name, **members)) == found


def finding(*fields: str) -> Json:
    return {"fields": [{"field": field, "code": "type", "message": "x"} for field in fields]}


@pytest.mark.parametrize(
    ("method", "args", "fields", "right"),
    [
        ("Post.create", {"data": {}}, ["title", "slug", "ownerId", "zzz", "aaa"], True),
        ("Post.create", {"data": {}}, ["zzz", "title"], False),
        ("Post.create", {"data": {}}, ["slug", "title"], False),
        ("Post.create", {"data": {}}, ["ttlSeconds", "slug"], True),
        ("Post.create", {"data": {}, "odd": 1}, ["slug", "odd", "title"], True),
        ("Post.createMany", {"items": []}, ["items[0].slug", "items[1].title"], True),
        ("Post.createMany", {"items": []}, ["items[1].slug", "items[1].title"], False),
        ("Post.upsert", {"create": {}}, ["create.slug", "update.title"], True),
        ("Post.list", {"filter": {}}, ["filter.slug", "filter.title"], True),
        ("dbal.begin", {}, ["slug", "title"], True),
    ],
)
def test_findings_come_in_the_order_of_the_schema(
    method: str, args: dict[str, Json], fields: list[str], *, right: bool
) -> None:
    came = fault("VALIDATION_ERROR", details=finding(*fields))
    found = faults(method, came, args=args)
    assert found == ([] if right else [("/details/fields", "ERR-FORM-004")])


def test_a_migrated_entity_has_an_order_that_nobody_knows() -> None:
    came = fault("VALIDATION_ERROR", details=finding("slug", "title"))
    assert faults("Post.create", came, args={"data": {}}, loose=frozenset({"Post"})) == []


def test_a_field_has_one_entry() -> None:
    came = fault("VALIDATION_ERROR", details=finding("title", "title"))
    assert faults("Post.create", came) == [("/details/fields", "ERR-FORM-004")]
