"""From the files of `schema/` to the contract, every mistake told with its place."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TypeVar

import msgspec

from dbal_conform.core.contract import (
    Argument,
    Capability,
    Contract,
    Entity,
    ErrorSpec,
    Field,
    ForeignKey,
    Operation,
    Requirement,
    Tolerances,
)
from dbal_conform.core.errors import InputError
from dbal_conform.core.finding import Finding
from dbal_conform.corpus import contract_check as check
from dbal_conform.corpus import contract_forms as forms
from dbal_conform.corpus.gate import admit
from dbal_conform.corpus.locate import schema_root
from dbal_conform.corpus.source import Source, read_source, shown

KNOWN = (1, 0)  # the contract that this harness was written for

Form = TypeVar("Form", bound=forms.FileForm)


def load_contract(folder: Path | None = None) -> Contract:
    """Read the schema folder; without `folder`, the one that ships with the harness.

    Raises:
        InputError: a file is missing, breaks its JSON Schema, or names what is not there
            (SCH-FILE-004); every line begins `file:line:column: `.
        HarnessError: JSON Schema and model disagree, or the installation is broken.
    """
    if folder is None:
        return _packaged()
    return _load(folder)


@cache
def _packaged() -> Contract:
    return _load(schema_root())


def _load(folder: Path) -> Contract:
    head_source, head = _file(folder / "contract.yaml", forms.ContractForm, "contract")
    _refuse_newer(head_source, head)
    _, errors = _file(folder / "errors.yaml", forms.ErrorsForm, "errors")
    capabilities_source, capabilities = _file(
        folder / "capabilities.yaml", forms.CapabilitiesForm, "capabilities"
    )
    _, compat = _file(folder / "compat.yaml", forms.CompatForm, "compat")
    acl_source, acl = _file(folder / "acl.yaml", forms.AclForm, "acl")
    entities = _folder(folder / "entities", forms.EntityForm, "entity")
    operations = _folder(folder / "operations", forms.OperationsForm, "operations")
    requirements = _folder(folder / "requirements", forms.RequirementsForm, "requirements")
    check.entities(entities, operations)
    check.operations(operations, entities, capabilities, head)
    check.capabilities(capabilities_source, capabilities)
    check.acl(acl_source, acl, entities, head)
    check.requirements(requirements)
    built = {form.entity: _entity(form, operations, head) for _, form in entities}
    return Contract(
        version=head.contract,
        ladder=head.ladder,
        entities=built,
        operations=dict(_operations(built, operations)),
        errors={
            name: ErrorSpec(name, form.code, form.retryable, form.explain)
            for name, form in errors.errors.items()
        },
        field_codes=errors.field_codes,
        conflict_reasons=errors.conflict_reasons,
        envelope={name: msgspec.to_builtins(form) for name, form in errors.envelope.items()},
        capabilities={
            name: Capability(
                name,
                form.means,
                msgspec.to_builtins(form.refuses),
                form.implies,
                dict(form.databases),
            )
            for name, form in capabilities.capabilities.items()
        },
        requirements={
            form.id: Requirement(
                form.id, form.keyword, form.text, form.section, form.proof, form.pinned
            )
            for _, area in requirements
            for form in area.requirements
        },
        tolerances=Tolerances(**msgspec.structs.asdict(compat.tolerances)),
        meta=dict(head.meta),
        limits=dict(head.limits),
        hidden=_hidden(acl),
    )


def _hidden(acl: forms.AclForm) -> dict[str, dict[str, tuple[str, ...]]]:
    """Return, by entity and role, the fields that no rule granting read or list shows him."""
    shown: dict[str, dict[str, list[frozenset[str]]]] = {}
    for rule in acl.rules:
        if not {"read", "list"}.isdisjoint(rule.operations):
            for role in rule.role:
                of_role = shown.setdefault(rule.entity, {}).setdefault(role, [])
                of_role.append(frozenset(rule.hide_fields))
    return {
        entity: {
            role: tuple(sorted(frozenset.intersection(*hidden)))
            for role, hidden in roles.items()
            if frozenset.intersection(*hidden)
        }
        for entity, roles in shown.items()
    }


def _file(file: Path, form: type[Form], kind: str) -> tuple[Source, Form]:
    source = read_source(file)
    return source, admit(source, form, kind)


def _folder(folder: Path, form: type[Form], kind: str) -> list[tuple[Source, Form]]:
    files = sorted(folder.glob("*.yaml"))
    if not files:
        raise InputError(
            f"{shown(folder)}:1:1: no *.yaml in this folder: the contract is not whole"
        )
    return [_file(file, form, kind) for file in files]


def _refuse_newer(source: Source, head: forms.ContractForm) -> None:
    major, minor = (int(part) for part in head.contract.split("."))
    if major != KNOWN[0] or minor > KNOWN[1]:
        known = ".".join(map(str, KNOWN))
        raise source.error(
            [
                Finding(
                    ("contract",),
                    f"this harness knows contract {known}, not "
                    f"{head.contract}: install a version of dbal-conform for it",
                )
            ]
        )


def _entity(
    form: forms.EntityForm, operations: check.OperationFiles, head: forms.ContractForm
) -> Entity:
    limits = form.limits or head.defaults["limits"]
    return Entity(
        name=form.entity,
        fields={name: _field(name, field) for name, field in form.fields.items()},
        operations=tuple(check.operations_of(form, operations)),
        primary=next(name for name, field in form.fields.items() if field.primary),
        default_limit=limits.default,
        max_limit=limits.max,
        tenancy=msgspec.to_builtins(form.tenancy),
        searchable=form.searchable,
        unique=tuple(unique.fields for unique in form.unique),
    )


def _field(name: str, form: forms.FieldForm) -> Field:
    values = msgspec.structs.asdict(form)
    values["values"] = form.values or ()
    if form.foreign_key:
        values["foreign_key"] = ForeignKey(**msgspec.structs.asdict(form.foreign_key))
    return Field(name=name, **values)


def _operations(
    entities: dict[str, Entity], files: check.OperationFiles
) -> Iterator[tuple[str, Operation]]:
    for entity in entities.values():
        own = check.own_operations(entity.name, files)
        generic = check.generic_operations(files)
        for name in entity.operations:
            yield _operation(f"{entity.name}.{name}", own.get(name) or generic[name])
    for _, file in files:
        if file.scope in ("dbal", "conformance"):
            for name, form in file.operations.items():
                yield _operation(f"{file.scope}.{name}", form)


def _operation(method: str, form: forms.OperationForm) -> tuple[str, Operation]:
    arguments = {
        name: Argument(name, argument.kind, argument.required, argument.capability)
        for name, argument in form.arguments.items()
    }
    return method, Operation(
        method=method,
        result=form.result,
        arguments=arguments,
        capability=form.capability,
        audited=form.audited,
        writes=form.writes,
        verbs=form.verbs,
        who=msgspec.to_builtins(form.who),
    )
