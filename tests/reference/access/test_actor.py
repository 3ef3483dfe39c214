import pytest

from dbal_reference.access.actor import Actor

TENANT = "21234567-89ab-4def-8123-456789abcdef"


def user(role: str, tenant: str | None, narrowed_to: str | None = None) -> Actor:
    return Actor.user(
        id="x", username="x", role=role, level=6, tenant=tenant, narrowed_to=narrowed_to
    )


@pytest.mark.parametrize(
    ("actor", "tenant", "sees_all"),
    [
        (Actor.anonymous(), None, False),
        (Actor.anonymous(TENANT), TENANT, False),
        (Actor.system(), None, True),
        (Actor.system(TENANT), TENANT, False),
        (user("supergod", None), None, True),
        (user("supergod", "own"), "own", True),
        (user("supergod", "own", TENANT), TENANT, False),
        (user("god", "own"), "own", False),
        (user("god", None), None, False),
    ],
)
def test_the_tenant_acted_in(actor: Actor, tenant: str | None, sees_all: bool) -> None:  # noqa: FBT001 -- a column of a table
    assert actor.tenant == tenant
    assert actor.sees_all_tenants is sees_all


def test_only_system_is_system() -> None:
    assert Actor.system().is_system
    assert not user("supergod", None).is_system
    assert (Actor.anonymous().role, Actor.anonymous().level) == ("public", 1)
