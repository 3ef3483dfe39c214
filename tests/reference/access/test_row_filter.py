"""What row filters mean for an actor, and which mistakes stop the start."""

from typing import Any, TypeAlias

import pytest

from dbal_reference.access.actor import Actor
from dbal_reference.access.row_filter import RowFilter
from dbal_reference.access.tokens import FilterSyntaxError
from dbal_reference.model import Schema
from dbal_reference.query.evaluate import holds
from dbal_reference.query.predicate import FALSE, TRUE, Compare, In, Not, Or, Predicate

Json: TypeAlias = Any

ME = "01234567-89ab-4def-8123-456789abcdef"
OTHER = "11234567-89ab-4def-8123-456789abcdef"
TENANT = "21234567-89ab-4def-8123-456789abcdef"
USER = Actor.user(id=ME, username="me", role="moderator", level=3, tenant=TENANT)
HOMELESS = Actor.user(id=ME, username="me", role="user", level=2, tenant=None)
NOBODY = Actor.anonymous()


def bind(schema: Schema, entity: str, source: str, actor: Actor) -> Predicate:
    return RowFilter(source, schema.entities[entity], schema.ladder).bind(actor)


def passes(schema: Schema, source: str, actor: Actor, **row: Json) -> bool:
    empty = dict.fromkeys(schema.entities["Post"].fields)
    return holds(bind(schema, "Post", source, actor), {**empty, **row})


@pytest.mark.parametrize(
    ("source", "row", "wanted"),
    [
        ("ownerId = $user.id", {"ownerId": ME}, True),
        ("ownerId = $user.id", {"ownerId": OTHER}, False),
        ("ownerId = $user.id", {"ownerId": None}, False),
        ("ownerId != $user.id", {"ownerId": OTHER}, True),
        ("ownerId != $user.id", {"ownerId": None}, True),
        ("$user.id = ownerId", {"ownerId": ME}, True),
        ("ownerId = null", {"ownerId": None}, True),
        ("ownerId != null", {"ownerId": None}, False),
        ("not ownerId = null", {"ownerId": ME}, True),
        ("views > 5", {"views": 6}, True),
        ("5 < views", {"views": 6}, True),
        ("5 >= views", {"views": 6}, False),
        ("views <= 5", {"views": None}, False),
        ("not views <= 5", {"views": None}, True),
        ("views != 5", {"views": None}, True),
        ("views >= $user.level", {"views": 3}, True),
        ("published = true", {"published": True}, True),
        ("published = false", {"published": True}, False),
        ("rating = 2", {"rating": 2.0}, True),
        ("title = slug", {"title": "a", "slug": "a"}, True),
        ("title = slug", {"title": None, "slug": None}, False),
        ("title != slug", {"title": "a", "slug": "b"}, True),
        ("views > rating", {"views": 2, "rating": 1.5}, True),
        ("rating < views", {"views": 2, "rating": 1.5}, True),
        ("title = $user.username", {"title": "me"}, True),
        ("title in ('a', 'b')", {"title": "b"}, True),
        ("title in ('a', 'b')", {"title": "c"}, False),
        ("slug in ('a', null)", {"slug": None}, True),
        ("not slug in ('a', null)", {"slug": "b"}, True),
        ("title in $user.roles", {"title": "moderator"}, True),
        ("title in $user.roles", {"title": "public"}, True),
        ("title in $user.roles", {"title": "admin"}, False),
        ("$user.role in ('moderator')", {}, True),
        ("$user.role in $user.roles", {}, True),
        ("'admin' in $user.roles", {}, False),
        ("$user.level >= 3", {}, True),
        ("$user.level > 3", {}, False),
        ("$user.username < 'n'", {}, True),
        ("$user.role = 'moderator' or views = 1", {"views": 2}, True),
        ("null = null", {}, True),
        ("1 = 2", {}, False),
        ("views = 1 and published = true or title = 'x'", {"title": "x"}, True),
    ],
)
def test_a_row_passes(schema: Schema, source: str, row: dict[str, Any], wanted: bool) -> None:  # noqa: FBT001 -- a column of a table
    assert passes(schema, source, USER, **row) is wanted
    assert passes(schema, f"NOT ({source})", USER, **row) is not wanted


@pytest.mark.parametrize("sign", ["=", "!=", "<", "<=", ">", ">="])
@pytest.mark.parametrize("row", [{"title": "me"}, {"title": ""}, {"title": None}])
def test_an_absent_attribute_compares_with_nothing(
    schema: Schema, sign: str, row: dict[str, Any]
) -> None:
    assert bind(schema, "Post", f"title {sign} $user.username", NOBODY) == FALSE
    assert bind(schema, "Post", f"$user.username {sign} title", NOBODY) == FALSE
    assert passes(schema, f"not title {sign} $user.username", NOBODY, **row)


@pytest.mark.parametrize(
    "source",
    [
        "$user.id = null",
        "$user.id != null",
        "null = $user.id",
        "$user.id = $user.id",
        "$user.tenantId != $user.tenantId",
        f"$user.id in ('{ME}', null)",
    ],
)
def test_absence_is_not_null(schema: Schema, source: str) -> None:
    assert bind(schema, "Post", source, NOBODY) == FALSE


def test_presence_can_be_asked_for(schema: Schema) -> None:
    assert bind(schema, "Post", "$user.id != null", USER) == TRUE
    assert bind(schema, "Post", "$user.id = null", USER) == FALSE
    assert bind(schema, "User", "tenantId = $user.tenantId", HOMELESS) == FALSE
    assert bind(schema, "User", "tenantId = $user.tenantId", USER) == Compare(
        "tenantId", "eq", TENANT
    )


def test_an_anonymous_caller_has_a_role_and_a_level(schema: Schema) -> None:
    assert bind(schema, "Post", "$user.role = 'public' and $user.level = 1", NOBODY) == TRUE
    assert bind(schema, "User", "role in $user.roles", NOBODY) == In("role", ("public",))


def test_roles_are_those_at_or_below(schema: Schema) -> None:
    wanted = In("role", ("public", "user", "moderator"))
    assert bind(schema, "User", "role IN $user.roles", USER) == wanted


def test_a_filter_without_user_is_bound_once(schema: Schema) -> None:
    bound = RowFilter("views > 1 or not title = 'x'", schema.entities["Post"], schema.ladder)
    assert bound.bind(USER) is bound.bind(NOBODY)
    assert bound.bind(USER) == Or((Compare("views", "gt", 1), Not(Compare("title", "eq", "x"))))


def test_literals_take_the_form_of_the_field(schema: Schema) -> None:
    source = f"ownerId = '{ME.upper()}'"
    assert bind(schema, "Post", source, USER) == Compare("ownerId", "eq", ME)
    source = "publishedOn < '2024-01-01T01:00:00+01:00'"
    wanted = Compare("publishedOn", "lt", "2024-01-01T00:00:00.000Z")
    assert bind(schema, "Post", source, USER) == wanted


@pytest.mark.parametrize(
    ("source", "at", "problem"),
    [
        ("views = 1 and nope = 1", 15, "Post has no field nope"),
        ("data = 'x'", 8, "compares with null only"),
        ("views = 'x'", 9, "no value of views"),
        ("views = true", 9, "no value of views"),
        ("published = 1", 13, "no value of published"),
        ("title = 1", 9, "no value of title"),
        ("ownerId = 'me'", 11, "no value of ownerId"),
        ("publishedOn > 'yesterday'", 15, "no value of publishedOn"),
        ("title in ('a', 1)", 16, "no value of title"),
        ("title = views", 1, "never equal"),
        ("data = data", 1, "never equal"),
        ("title = $user.level", 1, "never equal"),
        ("title = $user.id", 1, "never equal"),
        ("1 = 'x'", 1, "never equal"),
        ("$user.level in ('x')", 17, "never equal"),
        ("views in $user.roles", 1, "never one of $user.roles"),
        ("'boss' in $user.roles", 1, "is no role"),
        ("ownerId > $user.id", 1, "does not order uuid"),
        ("published > false", 1, "does not order boolean"),
        ("views > null", 9, "does not order null"),
        ("id < ownerId", 1, "does not order uuid"),
    ],
)
def test_a_mistake_is_told_with_its_place(
    schema: Schema, source: str, at: int, problem: str
) -> None:
    with pytest.raises(FilterSyntaxError) as caught:
        RowFilter(source, schema.entities["Post"], schema.ladder)
    assert problem in str(caught.value)
    assert caught.value.at == at


@pytest.mark.parametrize(
    ("entity", "source", "problem"),
    [
        ("User", "role = 'amdin'", "no value of role"),
        ("User", "role > 'user'", "does not order enum"),
        ("Probe", "pin = '1234'", "sensitive"),
        ("Session", "token = null", "sensitive"),
        ("PageConfig", "meta = '{}'", "compares with null only"),
    ],
)
def test_mistakes_on_other_types(schema: Schema, entity: str, source: str, problem: str) -> None:
    with pytest.raises(FilterSyntaxError, match=problem):
        RowFilter(source, schema.entities[entity], schema.ladder)
