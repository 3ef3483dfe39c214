"""What rules add up to; the pre-configured ones against the tables of section 11."""

from collections.abc import Iterable
from typing import Any, TypeAlias

import msgspec
import pytest

from dbal_reference.access.actor import Actor
from dbal_reference.access.rules import Access, Grant
from dbal_reference.errors import SchemaError
from dbal_reference.model import RuleSource, Schema
from dbal_reference.query.evaluate import holds
from dbal_reference.query.predicate import FALSE, TRUE, Compare

Json: TypeAlias = Any

ME = "01234567-89ab-4def-8123-456789abcdef"
OTHER = "11234567-89ab-4def-8123-456789abcdef"
TENANT = "21234567-89ab-4def-8123-456789abcdef"
LADDER = ("public", "user", "moderator", "admin", "god", "supergod")


@pytest.fixture(scope="module")
def access(schema: Schema) -> Access:
    return Access(schema)


def actor(role: str) -> Actor:
    if role == "anonymous":
        return Actor.anonymous(TENANT)
    if role == "system":
        return Actor.system()
    level = LADDER.index(role) + 1
    return Actor.user(id=ME, username="me", role=role, level=level, tenant=TENANT)


def user_row(**changes: Json) -> dict[str, Any]:
    row = {"id": OTHER, "username": "other", "role": "user", "tenantId": TENANT}
    return {**row, "isInstanceOwner": False, **changes}


def permits(grants: tuple[Grant, ...], names: Iterable[str], *rows: dict[str, Any]) -> bool:
    """ACL-RULE-004, as the service asks it."""
    return any(
        (grant.fields is None or grant.fields.issuperset(names))
        and all(holds(grant.where, row) for row in rows)
        for grant in grants
    )


def replaced(schema: Schema, *rules: RuleSource) -> Access:
    return Access(msgspec.structs.replace(schema, rules=rules))


def rule(*operations: str, role: tuple[str, ...] = ("user",), **rest: Json) -> RuleSource:
    return RuleSource("Probe", role, operations, place="acl.yaml:7:5", **rest)


# verbs of each role as letters of "crudlv", section 11
VERBS = {
    "User": ("", "rul", "rul", "crudl", "crudl", "crudl"),
    "Credential": ("v", "v", "v", "v", "v", "v"),
    "Session": ("", "", "", "", "", ""),
    "PageConfig": ("rl", "rl", "rl", "rl", "crudl", "crudl"),
    "ComponentNode": ("", "", "", "rl", "crudl", "crudl"),
    "Workflow": ("", "", "", "rl", "crudl", "crudl"),
    "InstalledPackage": ("", "", "", "", "rl", "crudl"),
    "Post": ("rl", "crudl", "crudl", "crudl", "crudl", "crudl"),
    "Probe": ("", "crl", "rul", "crudl", "crudl", "crudl"),
}
LETTERS = {"c": "create", "r": "read", "u": "update", "d": "delete", "l": "list", "v": "verify"}


@pytest.mark.parametrize("entity", VERBS)
def test_the_roles_have_these_verbs_and_no_others(access: Access, entity: str) -> None:
    for role, letters in zip(("anonymous", *LADDER[1:]), VERBS[entity], strict=True):
        for letter, verb in LETTERS.items():
            assert access.allows(actor(role), entity, verb) is (letter in letters), (role, verb)
            assert bool(access.grants(actor(role), entity, verb)) is (letter in letters)
    assert access.allows(actor("system"), entity, "delete")


def test_a_user_whose_role_is_public_has_what_the_anonymous_have(access: Access) -> None:
    assert access.allows(actor("public"), "Post", "list")
    assert not access.allows(actor("public"), "User", "read")


@pytest.mark.parametrize(
    ("role", "row", "wanted"),
    [
        ("user", {"id": ME}, True),
        ("user", {}, False),
        ("admin", {}, True),
        ("admin", {"role": "supergod"}, True),
        ("admin", {"tenantId": None}, False),
        ("god", {"tenantId": OTHER}, False),
        ("supergod", {"tenantId": OTHER}, True),
        ("system", {"tenantId": OTHER}, True),
        ("anonymous", {}, False),
    ],
)
def test_users_in_sight(access: Access, role: str, row: dict[str, Any], wanted: bool) -> None:  # noqa: FBT001 -- a column of a table
    assert holds(access.visible(actor(role), "User"), user_row(**row)) is wanted


UPDATES: list[tuple[str, dict[str, Any], dict[str, Any], bool]] = [
    ("user", {"id": ME}, {"bio": "x"}, True),
    ("user", {}, {"bio": "x"}, False),
    ("user", {"id": ME}, {"role": "user"}, False),
    ("admin", {}, {"bio": "x"}, True),
    ("admin", {}, {"role": "admin"}, True),
    ("admin", {}, {"role": "god"}, False),  # after the write he is above
    ("admin", {"role": "god"}, {"role": "user"}, False),  # before it he was
    ("admin", {"id": ME, "role": "admin"}, {"role": "god"}, False),
    ("admin", {"isInstanceOwner": True}, {"bio": "x"}, False),
    ("admin", {"isInstanceOwner": True, "id": ME}, {"bio": "x"}, True),  # his own profile
    ("admin", {"isInstanceOwner": True, "id": ME}, {"bio": "x", "firstLogin": True}, False),
    ("admin", {}, {"isInstanceOwner": True}, False),
    ("god", {"role": "god"}, {"bio": "x"}, True),
    ("supergod", {"isInstanceOwner": True}, {"isInstanceOwner": False}, True),
    ("system", {"isInstanceOwner": True, "role": "supergod"}, {"role": "public"}, True),
]


@pytest.mark.parametrize(("role", "row", "changes", "wanted"), UPDATES)
def test_one_rule_must_hold_before_and_after(
    access: Access,
    role: str,
    row: dict[str, Any],
    changes: dict[str, Any],
    wanted: bool,  # noqa: FBT001 -- a column of a table
) -> None:
    before = user_row(**row)
    after = {**before, **changes}
    assert permits(access.grants(actor(role), "User", "update"), changes, before, after) is wanted


def test_no_two_rules_share_one_write(schema: Schema) -> None:
    shared = replaced(
        schema,
        rule("update", row_level_filter="amount = 1", write_fields=("label", "amount")),
        rule("update", row_level_filter="amount = 2", write_fields=("ratio", "amount")),
    )
    grants = shared.grants(actor("user"), "Probe", "update")
    one, two = {"amount": 1}, {"amount": 2}
    assert permits(grants, ["label"], one, one)
    assert not permits(grants, ["amount"], one, two)
    assert not permits(grants, ["label", "ratio"], one, one)
    named = ["label", "ratio", "active"]
    assert shared.withheld(actor("user"), "Probe", "update", named) == ["active"]


def test_a_create_is_judged_by_the_new_row(access: Access) -> None:
    grants = access.grants(actor("user"), "Probe", "create")
    probe = {"code": "A", "label": None, "amount": 0}
    assert permits(grants, probe, probe)
    assert not permits(grants, probe, {**probe, "amount": 1})
    assert not permits(grants, [*probe, "active"], probe)


@pytest.mark.parametrize(
    ("role", "names", "wanted"),
    [
        ("user", ["username", "bio"], []),
        ("user", ["bio", "role", "nope"], ["role"]),
        ("user", ["createdAt"], ["createdAt"]),
        ("admin", ["role", "isInstanceOwner", "$where"], ["isInstanceOwner"]),
        ("supergod", ["isInstanceOwner", "id", "nope"], []),
        ("system", ["isInstanceOwner"], []),
        ("anonymous", ["bio"], ["bio"]),
    ],
)
def test_fields_that_no_rule_lets_be_written(
    access: Access, role: str, names: list[str], wanted: list[str]
) -> None:
    assert access.withheld(actor(role), "User", "update", names) == wanted


@pytest.mark.parametrize("role", LADDER)
def test_sensitive_fields_are_readable_to_nobody(access: Access, role: str, schema: Schema) -> None:
    for name, entity in schema.entities.items():
        secret = {field.name for field in entity.fields.values() if field.sensitive}
        assert not secret & access.readable(actor(role), name)
        assert not secret & access.readable(actor("system"), name)


def test_a_field_is_hidden_unless_another_rule_shows_it(access: Access, schema: Schema) -> None:
    everything = frozenset(schema.entities["Probe"].fields) - {"pin"}
    assert access.readable(actor("moderator"), "Probe") == everything - {"secretNote"}
    assert access.readable(actor("user"), "Probe") == everything
    assert access.readable(actor("system"), "Probe") == everything


def test_who_may_only_write_is_told_the_key(schema: Schema) -> None:
    writer = replaced(schema, rule("create", hide_fields=("ratio",)))
    assert writer.readable(actor("user"), "Probe") == {"code"}
    assert writer.readable(actor("god"), "Probe") == {"code"}


def test_rules_add_up(schema: Schema) -> None:
    several = replaced(
        schema,
        rule("list", row_level_filter="amount = 1"),
        rule("list", row_level_filter="amount = 2"),
        rule("read"),
    )
    seen = several.visible(actor("user"), "Probe")
    rows = [{"amount": n, "tenantId": TENANT} for n in (1, 2, 3)]
    assert [holds(seen, row) for row in rows] == [True, True, False]
    assert not holds(seen, {"amount": 1, "tenantId": OTHER})
    assert several.visible(actor("user"), "Probe", "read") == Compare("tenantId", "eq", TENANT)
    assert several.visible(actor("god"), "Probe") == FALSE
    assert several.visible(actor("system"), "Probe") == TRUE


def test_a_narrowed_system_sees_one_tenant(access: Access) -> None:
    seen = access.visible(Actor.system(TENANT), "User", "read")
    assert seen == Compare("tenantId", "eq", TENANT)


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        (RuleSource("Nope", ("user",), ("read",), place="acl.yaml:7:5"), "no entity 'Nope'"),
        (rule("read", role=("boss",)), "role: 'boss' is none of public, user"),
        (rule("erase"), "operations: 'erase' is none of create"),
        (rule("update", write_fields=("nope",)), "write_fields: 'nope'"),
        (rule("read", hide_fields=("nope",)), "hide_fields: 'nope'"),
        (rule("read", hide_fields=("code",)), "hide_fields: code is the key"),
        (rule("read", row_level_filter="amount ="), "row_level_filter: character 9: a term"),
        (rule("read", row_level_filter="nope = 1"), "row_level_filter: character 1: Probe has no"),
    ],
)
def test_a_mistake_in_a_rule_stops_the_start(
    schema: Schema, source: RuleSource, problem: str
) -> None:
    with pytest.raises(SchemaError) as caught:
        replaced(schema, source)
    assert str(caught.value).startswith("acl.yaml:7:5: ")
    assert problem in str(caught.value)
