"""schema/entities against the tables of contract.md section 4."""

import re
from typing import Any

import pytest

from tests.contract.transcript import SCHEMA, schema, tables, text

SIX_ROLES = ["public", "user", "moderator", "admin", "god", "supergod"]
HEAD = re.compile(r"^\*\*(\w+)\*\*")


def _sections() -> dict[str, tuple[str, list[list[str]]]]:
    """Entity -> (the line of its head, the rows of its table)."""
    found: dict[str, tuple[str, list[list[str]]]] = {}
    for part in re.split(r"(?m)^(?=\*\*[A-Z]\w+\*\*)", text("entities"))[1:]:
        head = HEAD.match(part)
        assert head is not None
        found[head[1]] = (part.splitlines()[0], next(tables(part))[1:])
    return found


def _files() -> dict[str, dict[str, Any]]:
    paths = sorted((SCHEMA / "entities").glob("*.yaml"))
    return {
        document["entity"]: document
        for document in (schema(f"entities/{path.name}") for path in paths)
    }


SECTIONS = _sections()
FILES = _files()


def _range(rules: str) -> tuple[str, str] | None:
    found = re.search(r"(?<![\w.])(−?\d+)(?:–|…)(\d+)", rules)
    return (found[1].replace("−", "-"), found[2]) if found else None


def _default(rules: str) -> Any:  # noqa: ANN401 -- YAML
    found = re.search(r"default (.+?)(?:,|;|$)", rules)
    if found is None:
        return None
    word = found[1].strip().strip("`").strip('"')
    special = {
        "now": {"now": True},
        "the actor's user id": {"actor": "id"},
        "true": True,
        "false": False,
        "[]": "[]",
        "{}": "{}",
    }
    if word in special:
        return special[word]
    return int(word) if word.lstrip("-").isdigit() else word


def _numbers(kind: str, rules: str) -> dict[str, Any]:
    wanted: dict[str, Any] = {}
    text_like = kind in {"string", "text", "email"}
    if span := _range(rules):
        low, high = ("min_length", "max_length") if text_like else ("min", "max")
        wanted[low], wanted[high] = int(span[0]), int(span[1])
    if most := re.search(r"≤ (\d+)", rules):
        wanted["max_length"] = int(most[1])
    if least := re.search(r"≥ (\d+)", rules):
        wanted["min"] = int(least[1])
    return wanted


def _reference(rules: str) -> dict[str, Any] | None:
    found = re.search(r"FK (\w+)\.(\w+)(.*)", rules)
    if found is None:
        return None
    reference: dict[str, Any] = {"entity": found[1], "field": found[2]}
    for action in ("cascade", "set_null", "restrict"):
        if re.search(rf"\b{action}\b", found[3]):
            reference["on_delete"] = action
    if "on update" in found[3]:
        reference["on_update"] = "cascade"
    if name := re.search(r"as `(\w+)`", found[3]):
        reference["as"] = name[1]
    if name := re.search(r"inverse `(\w+)`", found[3]):
        reference["inverse"] = name[1]
    return reference


def _flags(name: str, rules: str) -> dict[str, Any]:
    """What single words of a table cell mean as keys of the schema."""
    wanted: dict[str, Any] = {}
    key = name.startswith("**")
    words: dict[str, dict[str, Any]] = {
        "nullable": {"nullable": True},
        "unique": {"unique": True},
        "immutable": {"immutable": True},
        "sensitive": {"sensitive": True},
        "auto created": {"auto": "created"},
        "auto updated": {"auto": "updated"},
        "auto increment": {"auto": "increment"},
        "`scan: url`": {"scan": "url"},
        "`scan: code`": {"scan": "code"},
        "`format: semver`": {"format": "semver"},
        "a JSON array of strings": {"json": "array", "items": "string"},
        "a JSON object": {"json": "object"},
        "arrays (": {"json": "array"},
        "kept by `Credential.set`": {"managed": True},
        "only `set` writes it": {"managed": True},
        "the six roles": {"values": SIX_ROLES},
        " ".join(SIX_ROLES): {"values": SIX_ROLES},
    }
    for word, keys in words.items():
        if re.search(rf"(?<!\w){re.escape(word)}", rules):
            wanted |= keys
    if re.search(r"(?<!\w)(gen)(?!\w)", rules):
        wanted["generated"] = True
    if re.search(r"(^|[ ,])ttl($|[ ,])", rules):
        wanted["ttl"] = True
    if key:
        wanted["primary"] = True
    if re.search(r"(^|[ ,])R($|[ ,])", rules):
        wanted["required"] = True
    return wanted


def _wanted(name: str, kind: str, rules: str) -> dict[str, Any]:
    base, *more = kind.split()
    wanted: dict[str, Any] = {"type": base}
    if more == ["json"]:
        wanted["format"] = "json"
    wanted |= _numbers(base, rules) | _flags(name, rules)
    default = _default(rules)
    if default is not None:
        wanted["default"] = default
    if pattern := re.search(r"`\^(.*?)\$`", rules):
        wanted["pattern"] = pattern[1]
    if reference := _reference(rules):
        wanted["foreign_key"] = reference
    return wanted


# Keys that stand for sentences elsewhere in the contract (USR-UPDATE-004, WFL-CREATE-004).
ELSEWHERE = {
    ("User", "role"): {"single_write": True},
    ("Workflow", "createdBy"): {"only_actor": True},
}


def _fields(entity: str) -> list[tuple[str, dict[str, Any]]]:
    rows: list[tuple[str, dict[str, Any]]] = []
    for names, kind, rules in SECTIONS[entity][1]:
        parts = [part.strip() for part in names.split(",")]
        spans = re.findall(r"≤ \d+", rules)
        for place, name in enumerate(parts):
            mine = rules
            if len(parts) > 1 and len(spans) == len(parts):  # "≤ 45, ≤ 1024": one for each name
                mine = re.sub(r"(, )?≤ \d+", "", rules) + ", " + spans[place]
            autos = re.findall(r"auto \w+", rules)
            if len(parts) > 1 and len(autos) == len(parts):
                mine = autos[place]
            plain = name.strip("*")
            wanted = _wanted(name, kind, mine) | ELSEWHERE.get((entity, plain), {})
            rows.append((plain, wanted))
    return rows


def test_the_nine_entities_of_the_contract_have_a_file() -> None:
    assert set(SECTIONS) == set(FILES)
    assert len(SECTIONS) == 9


@pytest.mark.parametrize("entity", sorted(SECTIONS))
def test_fields_are_those_of_the_table_in_its_order(entity: str) -> None:
    assert [name for name, _ in _fields(entity)] == list(FILES[entity]["fields"])


@pytest.mark.parametrize("entity", sorted(SECTIONS))
def test_rules_of_each_field_are_those_of_the_table(entity: str) -> None:
    for name, wanted in _fields(entity):
        assert FILES[entity]["fields"][name] == wanted, f"{entity}.{name}"


@pytest.mark.parametrize("entity", sorted(SECTIONS))
def test_head_of_the_entity_is_that_of_the_contract(entity: str) -> None:
    head, _ = SECTIONS[entity]
    document = FILES[entity]
    low, high = re.search(r"limits (\d+)/(\d+)", head).groups()  # type: ignore[union-attr]  # always there
    assert document["limits"] == {"default": int(low), "max": int(high)}
    if field := re.search(r"tenancy: field `(\w+)`", head):
        assert document["tenancy"] == {"field": field[1]}
    elif via := re.search(r"tenancy via (\w+)", head):
        assert document["tenancy"] == {"via": via[1]}
    else:
        assert "tenancy: none" in head
        assert document["tenancy"] == "none"
    searchable = re.search(r"searchable ([\w, ]+)", head)
    wanted = searchable[1].strip().split(", ") if searchable else None
    assert document.get("searchable") == wanted
    unique = re.search(r"unique \(tenantId, (\w+)\)", head)
    listed = [{"fields": [unique[1]], "scope": "tenant"}] if unique else None
    assert document.get("unique") == listed
    operations = re.search(r"operations: ([\w ]+);", head)
    assert document.get("operations") == (operations[1].split() if operations else None)
