import time
from pathlib import Path

import msgspec
import pytest

from dbal_reference.errors import SchemaError
from dbal_reference.model import (
    UNSET,
    Entity,
    Field,
    ForeignKey,
    Graph,
    Schema,
    Tree,
    Unique,
)
from dbal_reference.schema import locate
from dbal_reference.schema.load import load_schema

NOTE = """
entity: Note
version: "1.0"
fields:
  id: {type: uuid, primary: true, generated: true}
  text: {type: string, required: true}
"""


def test_the_packaged_schema_has_the_seven_entities_and_the_two_examples(schema: Schema) -> None:
    assert set(schema.entities) == {
        *("User", "Credential", "Session", "PageConfig", "ComponentNode", "Workflow"),
        *("InstalledPackage", "Post", "Probe"),
    }
    assert schema.version == "1.0"
    assert schema.ladder == ("public", "user", "moderator", "admin", "god", "supergod")


def test_an_entity_carries_what_its_file_says(schema: Schema) -> None:
    user, session = schema.entities["User"], schema.entities["Session"]
    assert user.primary is user.fields["id"]
    assert list(user.fields)[:3] == ["id", "username", "email"]
    assert user.fields["role"] == Field(
        "role", "enum", values=schema.ladder, default="user", single_write=True
    )
    assert (user.default_limit, user.max_limit, user.tenant_field) == (20, 100, "tenantId")
    assert session.ttl_field == "expiresAt"
    assert session.tenancy.via == "userId"
    assert session.fields["userId"].foreign_key == ForeignKey(
        "User", "id", on_delete="cascade", as_="user", inverse="sessions"
    )
    assert session.fields["lastActivity"].default == {"now": True}
    assert session.fields["token"].default is UNSET


def test_combined_uniqueness_trees_and_graphs_are_read(schema: Schema) -> None:
    assert schema.entities["PageConfig"].unique == (Unique(("path",), "tenant"),)
    assert schema.entities["ComponentNode"].tree == Tree("parentId", "pageId", "order", 32)
    assert schema.entities["Workflow"].graph == Graph("nodes", "edges")
    assert schema.entities["Post"].tenancy == msgspec.structs.replace(
        schema.entities["User"].tenancy, field=None
    )


def test_operations_are_generic_and_own_unless_the_file_closes_the_list(schema: Schema) -> None:
    assert "User.create" in schema.operations
    assert schema.entities["Session"].operations[-3:] == ("getByToken", "extend", "cleanExpired")
    assert schema.entities["Credential"].operations == (
        *("verify", "set", "delete", "read", "list", "count"),
        *("getFirstLogin", "setFirstLogin"),
    )
    assert "Credential.create" not in schema.operations
    assert schema.operations["Credential.verify"].entity == "Credential"
    assert schema.operations["dbal.hello"].entity is None
    assert schema.operations["conformance.reset"].audited is False
    assert schema.operations["User.createMany"].verbs == ("create",)


def test_arguments_keep_their_order_and_their_bounds(schema: Schema) -> None:
    arguments = schema.operations["User.list"].arguments
    assert list(arguments)[:3] == ["filter", "sort", "page"]
    limit = schema.operations["User.aggregate"].arguments["limit"]
    assert (limit.min, limit.max, limit.default, limit.required) == (1, 1000, 100, False)
    assert arguments["include"].capability == "relations"


def test_rules_keep_their_place_so_that_a_bad_filter_can_be_told(schema: Schema) -> None:
    rule = schema.rules[1]
    assert rule.entity == "User"
    assert rule.write_fields == ("username", "email", "profilePicture", "bio")
    assert rule.place.endswith("acl.yaml:7:23")
    assert schema.rules[0].write_fields is None


def test_numbers_of_the_contract_are_read(schema: Schema) -> None:
    assert schema.errors["CONFLICT"].code == 409
    assert schema.errors["TIMEOUT"].retryable
    assert schema.envelope["parse_error"].code == -32700
    assert schema.envelope["duplicate_id"].http is None
    assert schema.limits["json_depth"] == 32
    assert schema.passwords["argon2id"]["passes"] == 2
    assert schema.verify == {"failures": 5, "window_ms": 300000}
    assert schema.operators["boolean"] == ("eq", "ne", "isNull")
    assert schema.capabilities["transactions.nested"]["implies"] == ["transactions.flat"]


def test_a_start_takes_well_under_a_tenth_of_a_second() -> None:
    load_schema()
    started = time.process_time()
    load_schema()
    assert time.process_time() - started < 0.1


def test_one_new_file_is_a_new_entity_with_every_generic_operation(folder: Path) -> None:
    (folder / "entities" / "note.yaml").write_text(NOTE, "utf-8")
    schema = load_schema(folder)
    note: Entity = schema.entities["Note"]
    assert note.operations == schema.entities["User"].operations
    assert (note.default_limit, note.max_limit) == (20, 100)
    assert schema.operations["Note.upsert"].method == "Note.upsert"
    assert not [rule for rule in schema.rules if rule.entity == "Note"]
    assert note.definition["fields"]["text"] == {"type": "string", "required": True}


def test_uniqueness_of_several_fields_may_be_written_as_a_list(folder: Path) -> None:
    text = f"{NOTE}  at: {{type: bigint}}\nunique: [[text, at]]\nindexes: [[at], [at, text]]"
    (folder / "entities" / "note.yaml").write_text(text, "utf-8")
    note = load_schema(folder).entities["Note"]
    assert note.unique == (Unique(("text", "at")),)
    assert note.indexes == (("at",), ("at", "text"))


def test_an_acl_without_rules_is_a_valid_one(folder: Path) -> None:
    (folder / "acl.yaml").write_text("rules: []", "utf-8")
    assert load_schema(folder).rules == ()


def test_editors_hidden_files_are_overlooked_and_others_are_not(folder: Path) -> None:
    (folder / "entities" / ".note.yaml.swp").write_bytes(b"\x00")
    load_schema(folder)
    (folder / "entities" / "note.yml").write_text(NOTE, "utf-8")
    with pytest.raises(SchemaError, match=r"note\.yml:1:1: note\.yml: is no \.yaml file: rename"):
        load_schema(folder)


@pytest.mark.parametrize(
    "name", ["contract.yaml", "errors.yaml", "capabilities.yaml", "acl.yaml", "sandbox.yaml"]
)
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(SchemaError, match=rf"{name}:1:1: {name}: is missing"):
        load_schema(folder)


def test_a_missing_or_empty_folder_is_named(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(SchemaError, match=r"nowhere/contract\.yaml:1:1: .* is missing"):
        load_schema(tmp_path / "nowhere")
    for file in (folder / "entities").iterdir():
        file.unlink()
    with pytest.raises(SchemaError, match=r"entities:1:1: entities: is empty"):
        load_schema(folder)


def test_a_file_that_is_no_text_is_named(folder: Path) -> None:
    (folder / "entities" / "user.yaml").write_bytes(b"entity: \xff")
    with pytest.raises(SchemaError, match=r"user\.yaml:1:1: user\.yaml: is not UTF-8"):
        load_schema(folder)


def test_a_file_that_cannot_be_read_is_named(folder: Path) -> None:
    (folder / "acl.yaml").unlink()
    (folder / "acl.yaml").mkdir()
    with pytest.raises(SchemaError, match=r"acl\.yaml:1:1: acl\.yaml: cannot be read"):
        load_schema(folder)


def test_a_missing_folder_of_entities_is_named(folder: Path) -> None:
    (folder / "entities").rename(folder / "things")
    with pytest.raises(SchemaError, match=r"entities:1:1: entities: is missing: add the folder"):
        load_schema(folder)


def test_an_installed_package_finds_the_schema_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (locate.packaged_schema() / "contract.yaml").is_file()
    monkeypatch.setattr(locate, "_PACKAGE", tmp_path / "site-packages" / "dbal_reference")
    assert locate.packaged_schema() == tmp_path / "site-packages" / "dbal_schema"


def test_a_byte_order_mark_is_forgiven(folder: Path) -> None:
    (folder / "entities" / "note.yaml").write_bytes(b"\xef\xbb\xbf" + NOTE.encode())
    assert "Note" in load_schema(folder).entities
