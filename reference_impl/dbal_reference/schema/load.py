"""The schema folder, read and checked: what is wrong stops the server (SCH-FILE-004)."""

from collections.abc import Iterable
from pathlib import Path

from dbal_reference.errors import SchemaError
from dbal_reference.model import Schema
from dbal_reference.schema.document import Document
from dbal_reference.schema.entities import EntityFile, read_entity
from dbal_reference.schema.locate import packaged_schema
from dbal_reference.schema.operations import (
    OperationFile,
    check_owners,
    read_operations,
    spelled_out,
    templates_of,
)
from dbal_reference.schema.references import check_references
from dbal_reference.schema.rules import read_rules
from dbal_reference.schema.sandbox_file import read_sandbox
from dbal_reference.schema.settings import read_capabilities, read_errors, read_settings


def load_schema(folder: Path | None = None) -> Schema:
    """Read every file of the schema folder.

    Args:
        folder: None is the one beside the package, in a checkout or an installed wheel.

    Raises:
        SchemaError: `file:line:column: key: what to do`, for the first thing that is wrong.
    """
    folder = packaged_schema() if folder is None else folder
    settings = read_settings(Document(folder / "contract.yaml"))
    errors, envelope = read_errors(Document(folder / "errors.yaml"))
    capabilities = read_capabilities(Document(folder / "capabilities.yaml"))
    methods = [
        read_operations(Document(file), capabilities) for file in _files(folder / "operations")
    ]
    named = _names(methods)
    files = _entities(
        read_entity(Document(file), named, settings.page) for file in _files(folder / "entities")
    )
    check_references(files)
    entities = {name: file.entity for name, file in files.items()}
    check_owners(methods, entities)
    return Schema(
        version=settings.version,
        ladder=settings.ladder,
        entities=entities,
        operations=spelled_out(methods, entities),
        rules=read_rules(Document(folder / "acl.yaml"), entities, settings.ladder),
        errors=errors,
        envelope=envelope,
        capabilities=capabilities,
        operators=settings.operators,
        limits=settings.limits,
        meta=settings.meta,
        passwords=settings.passwords,
        verify=settings.verify,
        sandbox=read_sandbox(Document(folder / "sandbox.yaml"), entities),
        page=settings.page,
        templates=templates_of(methods),
    )


def _files(folder: Path) -> list[Path]:
    """The YAML files of a folder in order of name; a file of another kind would be overlooked."""
    if not folder.is_dir():
        raise SchemaError(f"{folder}:1:1: {folder.name}: is missing: add the folder")
    files = sorted(file for file in folder.iterdir() if not file.name.startswith("."))
    if not files:
        raise SchemaError(f"{folder}:1:1: {folder.name}: is empty: add a .yaml file")
    for file in files:
        if file.suffix != ".yaml":
            raise SchemaError(f"{file}:1:1: {file.name}: is no .yaml file: rename or remove it")
    return files


def _names(files: Iterable[OperationFile]) -> dict[str, list[str]]:
    """Names of operations by entity, generic ones under `*`."""
    names: dict[str, list[str]] = {"*": []}
    files = sorted(files, key=lambda file: file.scope != "generic")
    for file in files:
        if file.scope not in ("generic", "entity"):
            continue
        owner = file.entity or "*"
        taken = (*names["*"], *names.get(owner, ()))
        for name in file.operations:
            if name in taken:
                part = file.document.root.members()["operations"].members()[name]
                part.fail("there is an operation of this name already: rename it", key=True)
        names.setdefault(owner, []).extend(file.operations)
    return names


def _entities(files: Iterable[EntityFile]) -> dict[str, EntityFile]:
    """By name, in the order of the files."""
    found: dict[str, EntityFile] = {}
    folded: dict[str, str] = {}
    for file in files:
        name = file.entity.name
        other = folded.setdefault(name.lower(), name)
        if other != name or name in found:
            file.document.root.members()["entity"].fail(f"there is an entity {other} already")
        found[name] = file
    return found
