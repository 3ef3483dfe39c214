import shutil
from pathlib import Path

import pytest

from dbal_conform.core.contract import ForeignKey
from dbal_conform.core.errors import InputError
from dbal_conform.corpus.contract import load_contract
from dbal_conform.corpus.locate import schema_root

TAG = """\
entity: Tag
fields:
  id: {type: uuid, primary: true, generated: true}
  name: {type: string, required: true, max_length: 20, unique: true}
  postId: {type: uuid, nullable: true, foreign_key: {entity: Post, field: id, as: post}}
"""


@pytest.fixture(name="folder")
def a_copy(tmp_path: Path) -> Path:
    shutil.copytree(schema_root(), tmp_path / "schema")
    return tmp_path / "schema"


def complaint(folder: Path) -> str:
    with pytest.raises(InputError) as caught:
        load_contract(folder)
    return str(caught.value).replace(f"{folder}/", "")


def replace(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert text.count(old) >= 1, old
    file.write_text(text.replace(old, new, 1), "utf-8")


def test_the_contract_that_ships_is_whole() -> None:
    contract = load_contract()
    assert contract is load_contract()
    assert contract.version == "1.0"
    assert len(contract.entities) == 9
    assert len(contract.errors) == 12
    assert contract.errors["CONFLICT"].code == 409
    assert contract.envelope["method_not_found"] == {"code": -32601, "http": 404}
    assert contract.capabilities["transactions.nested"].implies == ("transactions.flat",)
    assert contract.requirements["USR-CREATE-011"].pinned
    assert contract.tolerances.timestamp_ms == 1000
    assert contract.limits["max_request_bytes"] == 1_048_576


def test_operations_are_spelled_out_for_each_entity() -> None:
    operations = load_contract().operations
    assert operations["User.create"].writes
    assert operations["User.create"].arguments["ttlSeconds"].capability == "ttl"
    assert operations["PageConfig.getByPath"].arguments["path"].required
    assert operations["dbal.begin"].capability == "transactions.flat"
    assert not operations["conformance.reset"].audited
    assert operations["dbal.schema"].who == {"roles": ["supergod"], "system": True}


def test_an_entity_that_closes_its_list_has_no_other_operation() -> None:
    contract = load_contract()
    assert "Credential.create" not in contract.operations
    assert contract.entities["Credential"].operations[:2] == ("verify", "set")


def test_entities_keep_their_fields_in_order() -> None:
    user = load_contract().entities["User"]
    assert list(user.fields)[:3] == ["id", "username", "email"]
    assert (user.primary, user.default_limit, user.max_limit) == ("id", 20, 100)
    assert load_contract().entities["Probe"].sensitive == ("pin",)
    assert load_contract().entities["PageConfig"].unique == (("path",),)


def test_a_new_entity_is_one_file(folder: Path) -> None:
    (folder / "entities" / "tag.yaml").write_text(TAG)
    contract = load_contract(folder)
    tag = contract.entities["Tag"]
    assert tag.fields["postId"].foreign_key == ForeignKey("Post", "id", as_="post")
    assert (tag.tenancy, tag.default_limit) == ("none", 20)
    assert "Tag.createMany" in contract.operations


def test_one_entity_has_one_file(folder: Path) -> None:
    (folder / "entities" / "zz.yaml").write_text(TAG.replace("Tag", "Post"))
    said = complaint(folder)
    assert said == "entities/zz.yaml:1:9: $.entity: Post is also in entities/post.yaml"


def test_mistakes_of_several_files_are_told_at_once(folder: Path) -> None:
    (folder / "entities" / "a.yaml").write_text(
        TAG.replace("id: {type: uuid, p", "and: {type: uuid, p")
    )
    (folder / "entities" / "b.yaml").write_text(TAG.replace("Tag", "Tog").replace("Post", "Pest"))
    assert complaint(folder).split("\n") == [
        "entities/a.yaml:3:3: $.fields.and: 'and' is a reserved name: choose another",
        (
            "entities/b.yaml:5:62: $.fields.postId.foreign_key.entity: there is no entity Pest:"
            " add its file, or correct the name (ComponentNode, Credential, InstalledPackage,"
            " PageConfig, Post, Probe, Session, Tag, Tog, User, Workflow)"
        ),
    ]


@pytest.mark.parametrize("version", ["1.1", "2.0", "0.9"])
def test_a_contract_that_is_not_known_is_refused(folder: Path, version: str) -> None:
    replace(folder / "contract.yaml", '"1.0"', f'"{version}"')
    assert complaint(folder) == (
        f"contract.yaml:1:11: $.contract: this harness knows contract 1.0, not {version}:"
        " install a version of dbal-conform for it"
    )


def test_a_folder_without_files_is_no_contract(tmp_path: Path, folder: Path) -> None:
    assert "contract.yaml:1:1: cannot be read" in complaint(tmp_path)
    shutil.rmtree(folder / "requirements")
    assert complaint(folder).endswith(
        "requirements:1:1: no *.yaml in this folder: the contract is not whole"
    )


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        (
            "capabilities.yaml",
            "implies: [transactions.flat]",
            "implies: [flight]",
            "there is no capability flight",
        ),
        ("acl.yaml", "entity: Workflow", "entity: Workflo", "there is no entity Workflo"),
        ("acl.yaml", "role: [public]", "role: [pubic]", "there is no role pubic"),
        (
            "acl.yaml",
            "write_fields: [label, amount]",
            "write_fields: [label, pence]",
            "Probe has no field pence",
        ),
        (
            "acl.yaml",
            "hide_fields: [secretNote, ratio]",
            "hide_fields: [note]",
            "Probe has no field note",
        ),
        (
            "requirements/usr.yaml",
            "id: USR-CREATE-002",
            "id: USR-CREATE-001",
            "USR-CREATE-001 is given twice",
        ),
        (
            "requirements/usr.yaml",
            "id: USR-CREATE-002",
            "id: USX-CREATE-002",
            "USX-CREATE-002 is not of area USR",
        ),
        ("requirements/usr.yaml", "keyword: MUST", "keyword: WILL", '"WILL" is none of "MUST"'),
        ("errors.yaml", "retryable: false", "retryable: no", '"no" is not true or false'),
        ("compat.yaml", "timestamp_ms: 1000", "timestamp_ms: -1", "-1 is below 0"),
        (
            "contract.yaml",
            "defaults:",
            "default:",
            "unknown key 'default': did you mean 'defaults'?",
        ),
    ],
)
def test_each_file_is_held_to_its_form(
    folder: Path, file: str, old: str, new: str, said: str
) -> None:
    replace(folder / file, old, new)
    assert f"{file}:" in complaint(folder)
    assert said in complaint(folder)
