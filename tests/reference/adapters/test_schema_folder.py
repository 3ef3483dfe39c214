"""The schema folder of the checkout, as tables."""

import pytest
from tests.reference.adapters.world import soon

from dbal_reference.adapters import Adapter, Row, UniqueViolation
from dbal_reference.adapters.sql import ddl
from dbal_reference.adapters.sql.statements import Statements
from dbal_reference.adapters.sqlite import SqliteDialect
from dbal_reference.model import Schema
from dbal_reference.query.predicate import TRUE, Order, Select


def user(number: int) -> Row:
    return {
        "id": f"00000000-0000-4000-8000-00000000000{number}",
        "username": f"user{number}",
        "email": f"{number}@example.com",
        "role": "user",
        "profilePicture": None,
        "bio": None,
        "createdAt": 1,
        "tenantId": None,
        "isInstanceOwner": False,
        "passwordChangeTimestamp": None,
        "firstLogin": True,
    }


def test_renaming_and_deleting_a_user_takes_the_credential_along(whole: Adapter) -> None:
    adapter = whole
    query = Select("Credential", TRUE, (Order("username"),))
    with adapter.unit(write=True, deadline=soon()) as unit:
        unit.insert("User", [user(1), user(2)])
        unit.insert("Credential", [{"username": "user1", "passwordHash": "$argon2id$"}])
        unit.update("User", [user(1)["id"]], {"username": "renamed"})
        assert [row["username"] for row in unit.select(query)] == ["renamed"]
        unit.delete("User", [user(1)["id"]])
        assert unit.select(query) == []
        assert unit.count("User", TRUE) == 1
        with pytest.raises(UniqueViolation):
            unit.insert("User", [user(3) | {"username": "user2"}])
        with pytest.raises(UniqueViolation):
            unit.insert("User", [user(4) | {"email": "2@example.com"}])


def test_what_is_unique_in_a_tenant_is_so_in_the_null_tenant(schema: Schema) -> None:
    dialect = SqliteDialect()
    made = ddl.create(Statements(schema, dialect).metadata, dialect)
    for table, field in (("PageConfig", "path"), ("Workflow", "name")):
        name = f"u_{table}_{field}_no_tenant"
        assert any(f'"{name}" ON "{table}" ({field}) WHERE' in text for text in made)
