from collections.abc import Callable

import pytest

ErrorOf = Callable[[str], str]

BODY = """entity: Zebra
version: "1.0"
fields:
  id: {type: uuid, primary: true, generated: true}
  name: {type: string}
  data: {type: json}
  pin: {type: string, sensitive: true}
  tenantId: {type: uuid, nullable: true}
  up: {type: uuid, nullable: true, foreign_key: {entity: Zebra, field: id}}
  page: {type: uuid, foreign_key: {entity: PageConfig, field: id}}
  place: {type: integer}
  nodes: {type: string, format: json, json: array}
  loose: {type: string, format: json}
"""


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("tenancy: some", "14:10: tenancy", "must be none, {field: NAME} or {via: NAME}"),
        ("tenancy: {}", "14:10: tenancy", "must be none"),
        ("tenancy: {field: tenant}", "14:18: tenancy.field", "there is no field tenant: did you"),
        ("tenancy: {field: name}", "14:18: tenancy.field", "name must be a uuid"),
        ("tenancy: {via: name}", "14:16: tenancy.via", "name needs a foreign_key"),
        ("tenancy: {via: up}", "14:16: tenancy.via", "leads to Zebra, which has no tenant"),
        ("tenancy: {feld: tenantId}", "14:11: tenancy.feld", "did you mean field?"),
        ("limits: {default: 5}", "14:1: limits", "needs the key max"),
        ("limits: {default: 0, max: 5}", "14:19: limits.default", "must be at least 1"),
        ("limits: {default: 6, max: 5}", "14:19: limits.default", "is more than max"),
        ("operations: [creat]", "14:14: operations.0", "creat is not known: did you mean create?"),
        ("operations: [read, read]", "14:20: operations.1", "read is named twice"),
        ("operations: []", "14:13: operations", "must not be empty: leave it out"),
        ("operations: [getByToken]", "14:14: operations.0", "getByToken is not known"),
        ("unique: [[nam]]", "14:11: unique.0.0", "nam is not known: did you mean name?"),
        ("unique: [{fields: [nam]}]", "14:20: unique.0.fields.0", "did you mean name?"),
        ("unique: [{fields: [data]}]", "14:20: unique.0.fields.0", "data holds JSON"),
        ("unique: [{fields: [name], scope: world}]", "14:34: unique.0.scope", "world is not known"),
        ("unique: [{fields: [name], scope: tenant}]", "14:34: unique.0.scope", "needs tenancy"),
        ("unique: [name]", "14:10: unique.0", "must be a mapping"),
        ("unique: name", "14:9: unique", "must be a list"),
        ("indexes: [[name, nam]]", "14:18: indexes.0.1", "did you mean name?"),
        ("searchable: [place]", "14:14: searchable.0", "place is no text that may be searched"),
        ("searchable: [pin]", "14:14: searchable.0", "pin is no text that may be searched"),
        ("searchable: [loose]", "14:14: searchable.0", "loose is no text that may be searched"),
        ("tree: {parent: up}", "14:1: tree", "needs the key within"),
        ("tree: {parent: nam, within: page, order: place, max_depth: 3}", "14:16: tree.parent",
         "there is no field nam"),
        ("tree: {parent: page, within: page, order: place, max_depth: 3}", "14:16: tree.parent",
         "must be a nullable foreign key to Zebra"),
        ("tree: {parent: up, within: name, order: place, max_depth: 3}", "14:28: tree.within",
         "must be a foreign key"),
        ("tree: {parent: up, within: page, order: name, max_depth: 3}", "14:41: tree.order",
         "must be an integer"),
        ("tree: {parent: up, within: page, order: place, max_depth: 0}", "14:59: tree.max_depth",
         "must be at least 1"),
        ("graph: {nodes: nods, edges: loose}", "14:16: graph.nodes", "did you mean nodes?"),
        ("graph: {nodes: nodes, edges: loose}", "14:30: graph.edges", "json: array"),
        ("graph: {nodes: nodes, edges: nodes}", "14:30: graph.edges", "must be another field"),
        ("color: red", "14:1: color", "is no key that is known here"),
        ("entity: Other", "14:1: zebra.yaml", "entity is given twice: keep one"),
    ],
)  # fmt: skip
def test_a_wrong_key_of_an_entity_is_named(
    entity_error: ErrorOf, text: str, place: str, message: str
) -> None:
    error = entity_error(BODY + text)
    assert error.startswith(f"zebra.yaml:{place}: ")
    assert message in error


def test_a_scope_that_names_its_tenant_again_is_refused(entity_error: ErrorOf) -> None:
    tail = "tenancy: {field: tenantId}\nunique: [{fields: [tenantId, name], scope: tenant}]"
    assert "tenantId is part of scope: tenant already" in entity_error(BODY + tail)


@pytest.mark.parametrize(
    ("old", "new", "start"),
    [
        ("entity: Zebra\n", "", "zebra.yaml:1:1: zebra.yaml: needs the key entity"),
        ("entity: Zebra", "entity: zebra", "zebra.yaml:1:9: entity: an entity is named in Pascal"),
        ("entity: Zebra", "entity: User", "zebra.yaml:1:9: entity: there is an entity User"),
        ("entity: Zebra", "entity: USER", "zebra.yaml:1:9: entity: there is an entity User"),
        ("entity: Zebra", "entity: 5", "zebra.yaml:1:9: entity: must be text"),
        ('version: "1.0"', "version: 1.0", "zebra.yaml:2:10: version: must be text: quote it"),
        ("primary: true, ", "", "zebra.yaml:4:20: fields.id.generated: is for the primary field"),
        (", generated: true", ", nullable: true", "zebra.yaml:4:35: fields.id.nullable: a primary"),
        ("primary: true, generated: true", "required: true", "zebra.yaml:3:1: fields: no field is"),
        ("name: {type: string}", "name: {type: string, primary: true}",
         "zebra.yaml:5:3: fields.name: id is primary already: a key is one field"),
    ],
)  # fmt: skip
def test_a_wrong_head_or_key_is_named(
    entity_error: ErrorOf, old: str, new: str, start: str
) -> None:
    assert old in BODY
    assert entity_error(BODY.replace(old, new, 1)).startswith(start)


@pytest.mark.parametrize(
    ("key", "place", "message"),
    [
        ("{entity: Nobody, field: id}", "14:57: fields.x.foreign_key.entity", "there is no entity"),
        ("{entity: Usr, field: id}", "14:57: fields.x.foreign_key.entity", "did you mean User?"),
        ("{entity: User, field: ident}", "14:70: fields.x.foreign_key.field", "User has no field"),
        ("{entity: User, field: bio}", "14:70: fields.x.foreign_key.field", "neither primary nor"),
        ("{entity: User, field: email}", "14:70: fields.x.foreign_key.field", "email is email,"),
        ("{entity: User}", "14:35: fields.x.foreign_key", "needs the key field"),
        ("{entity: User, field: id, on_delete: explode}", "14:85: fields.x.foreign_key.on_delete",
         "explode is not known"),
        ("{entity: User, field: id, as: sessions.x}", "14:78: fields.x.foreign_key.as", "named in"),
        ("{entity: User, field: id, as: name}", "14:78: fields.x.foreign_key.as",
         "Zebra has a field or relation name already"),
        ("{entity: User, field: id, inverse: sessions}", "14:83: fields.x.foreign_key.inverse",
         "User has a field or relation sessions already"),
        ("{entity: User, field: id, ass: name}", "14:74: fields.x.foreign_key.ass", "did you mean"),
    ],
)  # fmt: skip
def test_a_reference_that_leads_nowhere_is_named(
    entity_error: ErrorOf, key: str, place: str, message: str
) -> None:
    field = f"  x: {{type: uuid, nullable: true, foreign_key: {key}}}"
    error = entity_error(f"{BODY.rstrip()}\n{field}")
    assert error.startswith(f"zebra.yaml:{place}: ")
    assert message in error


def test_set_null_needs_a_nullable_field(entity_error: ErrorOf) -> None:
    field = "  x: {type: uuid, foreign_key: {entity: User, field: id, on_delete: set_null}}"
    assert entity_error(f"{BODY.rstrip()}\n{field}") == (
        "zebra.yaml:14:3: fields.x: set_null needs nullable: true: add it"
    )


def test_a_second_ttl_is_refused(entity_error: ErrorOf) -> None:
    fields = "  a: {type: bigint, ttl: true}\n  b: {type: bigint, ttl: true}"
    assert entity_error(f"{BODY.rstrip()}\n{fields}").startswith("zebra.yaml:15:3: fields.b: a has")


def test_a_tenant_that_goes_round_in_a_circle_is_refused(entity_error: ErrorOf) -> None:
    via = "tenancy: {via: up}"
    assert "leads to Zebra, which has no tenant of its own" in entity_error(BODY + via)
