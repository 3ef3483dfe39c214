from pathlib import Path

import pytest

from dbal_reference.errors import SchemaError
from dbal_reference.schema.load import load_schema

LONG = "entity: Nobody, role: [user], operations: [read]"


def error_after(folder: Path, file: str, old: str, new: str) -> str:
    path = folder / file
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(SchemaError) as caught:
        load_schema(folder)
    return str(caught.value).removeprefix(f"{folder}/")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("entity: Probe", "entity: Prob", "entity: Prob is not known: did you mean Probe?"),
        ("role: [supergod]", "role: [root]", "role.0: root is not known"),
        ("role: [supergod]", "role: []", "role: must not be empty"),
        ("role: [supergod]", "role: supergod", "role: must be a list"),
        ("operations: [verify]", "operations: [upsert]", "operations.0: upsert is not known"),
        ("write_fields: [username", "write_fields: [nickname", "write_fields.0: nickname is not"),
        (
            "hide_fields: [secretNote,",
            "hide_fields: [secret,",
            "hide_fields.0: secret is not",
        ),
        ("hide_fields: [secretNote,", "hide_fields: [code,", "code is the key, which every row"),
        ("row_level_filter", "filter", "filter: is no key that is known here"),
        ("rules:", "rule:", "rule: is no key that is known here: did you mean rules?"),
    ],
)
def test_a_rule_that_names_what_is_not_there_is_told(
    folder: Path, old: str, new: str, message: str
) -> None:
    error = error_after(folder, "acl.yaml", old, new)
    assert error.startswith("acl.yaml:")
    assert message in error


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("session.yaml", "entity: Session", "entity: Sesion", "there is no entity Sesion: did you"),
        ("session.yaml", "scope: entity", "scope: everything", "scope: everything is not known"),
        ("session.yaml", "scope: entity", "scope: dbal", "the key entity goes with scope: entity"),
        ("session.yaml", "getByToken:", "create:", "there is an operation of this name already"),
        ("session.yaml", "getByToken:", "GetByToken:", "an operation is named in camelCase"),
        ("session.yaml", "who: system", "who: nobody", "who: nobody is not known"),
        ("session.yaml", "    who: system\n", "", "needs one of verbs and who"),
        ("session.yaml", "kind: integer", "kind: interger", "did you mean integer?"),
        ("session.yaml", "arguments: {}", "argument: {}", "did you mean arguments?"),
        ("session.yaml", "token: {kind", "meta: {kind", "an argument is named in camelCase, and"),
        ("component_node.yaml", "entity: PageConfig, verbs", "entity: Page, verbs", "Page is not"),
        ("component_node.yaml", "entity: PageConfig, req", "entity: Page, req", "Page is not"),
        ("component_node.yaml", "verbs: [list]", "verbs: [search]", "search is not known"),
        ("generic.yaml", "capability: ttl", "capability: ttll", "ttll is not known: did you mean"),
        ("system.yaml", "roles: [supergod]", "rolls: [supergod]", "did you mean roles?"),
    ],
)  # fmt: skip
def test_an_operation_that_is_not_understood_is_told(
    folder: Path, file: str, old: str, new: str, message: str
) -> None:
    error = error_after(folder, f"operations/{file}", old, new)
    assert error.startswith(f"operations/{file}:")
    assert message in error


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("contract.yaml", "ladder:", "lader:", "lader: is no key that is known here: did you mean"),
        ("contract.yaml", "json_depth: 32", "json_depth: many", "limits.json_depth: must be an"),
        ("contract.yaml", "failures: 5", "failures: 0", "verify.failures: must be at least 1"),
        ("contract.yaml", "passes: 2", "rounds: 2", "passwords.argon2id.rounds: is no key"),
        ("contract.yaml", "  boolean: [eq", "  bool: [eq", "operators.bool: is no key"),
        ("contract.yaml", 'contract: "1.0"', "contract: 1.0", "contract: must be text: quote it"),
        ("errors.yaml", "UNAUTHORIZED: {code: 401, ", "UNAUTHORIZED: {", "needs the key code"),
        ("errors.yaml", "envelope:", "envelop:", "needs the key envelope"),
        ("capabilities.yaml", "capabilities:", "abilities:", "did you mean capabilities?"),
        ("sandbox.yaml", "rules:", "rule:", "object contains unknown field `rule`"),
        ("sandbox.yaml", "{bytes: 262144}", "{byte: 1}", "rules.0.limit: object contains unknown"),
        ("sandbox.yaml", "in: [leaf, key]", "in: [leave]", "rules.6.texts.0.in.0: invalid enum"),
        ("sandbox.yaml", "'__proto__'", "'(?<=x)'", "is no RE2 pattern"),
        ("sandbox.yaml", "field: Workflow.nodes", "field: Workflow.node", "did you mean Workflow."),
        ("sandbox.yaml", "field: Workflow.nodes", "field: User.bio", "User.bio is not known"),
        ("sandbox.yaml", "id: MC-02", "id: MC-01", "rules.6: MC-01 is given twice"),
    ],
)  # fmt: skip
def test_a_defect_of_another_file_is_told(
    folder: Path, file: str, old: str, new: str, message: str
) -> None:
    error = error_after(folder, file, old, new)
    assert error.startswith(f"{file}:")
    assert message in error


def test_every_message_has_a_line_and_a_column(folder: Path) -> None:
    error = error_after(folder, "acl.yaml", "entity: Probe\n    role: [user]", f"{LONG}")
    assert error.split(": ")[0].count(":") == 2
