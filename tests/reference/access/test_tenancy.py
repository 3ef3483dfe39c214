from typing import Any

import msgspec
import pytest

from dbal_reference.access.actor import Actor
from dbal_reference.access.tenancy import Tenants
from dbal_reference.errors import SchemaError
from dbal_reference.model import Schema, Tenancy
from dbal_reference.query.predicate import TRUE, Compare, IsNull, Predicate, Through

TENANT = "21234567-89ab-4def-8123-456789abcdef"
MEMBER = Actor.user(id="x", username="x", role="god", level=5, tenant=TENANT)
HOMELESS = Actor.user(id="x", username="x", role="god", level=5, tenant=None)
MINE = Compare("tenantId", "eq", TENANT)


@pytest.mark.parametrize(
    ("entity", "actor", "wanted"),
    [
        ("User", MEMBER, MINE),
        ("User", HOMELESS, IsNull("tenantId")),
        ("User", Actor.anonymous(), IsNull("tenantId")),
        ("User", Actor.anonymous(TENANT), MINE),
        ("User", Actor.system(), TRUE),
        ("User", Actor.system(TENANT), MINE),
        ("Post", MEMBER, TRUE),
        ("Credential", MEMBER, Through("username", "User", "username", MINE)),
        ("Session", HOMELESS, Through("userId", "User", "id", IsNull("tenantId"))),
        ("ComponentNode", MEMBER, Through("pageId", "PageConfig", "id", MINE)),
    ],
)
def test_the_rows_in_sight(schema: Schema, entity: str, actor: Actor, wanted: Predicate) -> None:
    assert Tenants(schema).in_sight(actor, entity) == wanted


def with_tenancy(schema: Schema, entity: str, tenancy: Tenancy) -> Schema:
    changed: Any = msgspec.structs.replace(schema.entities[entity], tenancy=tenancy)
    return msgspec.structs.replace(schema, entities={**schema.entities, entity: changed})


def test_several_references_are_followed(schema: Schema) -> None:
    longer = with_tenancy(schema, "PageConfig", Tenancy(via="packageId"))
    with pytest.raises(SchemaError, match="packageId is no reference"):
        Tenants(longer)
    longer = with_tenancy(schema, "Post", Tenancy(via="ownerId"))
    longer = with_tenancy(longer, "Probe", Tenancy(via="postId"))
    wanted = Through("postId", "Post", "id", Through("ownerId", "User", "id", MINE))
    assert Tenants(longer).in_sight(MEMBER, "Probe") == wanted


def test_a_circle_is_refused(schema: Schema) -> None:
    with pytest.raises(SchemaError, match="circle"):
        Tenants(with_tenancy(schema, "ComponentNode", Tenancy(via="parentId")))
