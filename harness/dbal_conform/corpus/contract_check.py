"""What the files of `schema/` must say together: names that exist, bounds that make sense.

Each function raises `InputError` with every mistake of its files, at its place.
"""

import re
from collections.abc import Iterable, Iterator
from typing import TypeAlias

import re2

from dbal_conform.core import grammar
from dbal_conform.core.errors import InputError
from dbal_conform.core.finding import Finding
from dbal_conform.corpus import contract_forms as forms
from dbal_conform.corpus.source import Source

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]*")
RESERVED = frozenset({"and", "or", "not"})  # words of the filter language (SCH-FILE-004)

EntityFiles: TypeAlias = list[tuple[Source, forms.EntityForm]]
OperationFiles: TypeAlias = list[tuple[Source, forms.OperationsForm]]
RequirementFiles: TypeAlias = list[tuple[Source, forms.RequirementsForm]]


def generic_operations(files: OperationFiles) -> dict[str, forms.OperationForm]:
    """Return what every entity has unless it closes its list."""
    return {
        name: form
        for _, file in files
        if file.scope == "generic"
        for name, form in file.operations.items()
    }


def own_operations(entity: str, files: OperationFiles) -> dict[str, forms.OperationForm]:
    """Return the operations that only `entity` has."""
    return {
        name: form
        for _, file in files
        if file.entity == entity
        for name, form in file.operations.items()
    }


def operations_of(entity: forms.EntityForm, files: OperationFiles) -> Iterable[str]:
    """Return the names of all operations of `entity` (SCH-FILE-006)."""
    return entity.operations or (*generic_operations(files), *own_operations(entity.entity, files))


def entities(files: EntityFiles, operation_files: OperationFiles) -> None:
    """Check the entity files against themselves and each other (SCH-FILE-004)."""
    known = {form.entity: form for _, form in reversed(files)}  # the first of a name counts
    seen: dict[str, Source] = {}
    problems = []
    for source, form in files:
        found = [*_entity(form, known), *_operation_names(form, operation_files)]
        if form.entity in seen:
            found.append(Finding(("entity",), f"{form.entity} is also in {seen[form.entity].name}"))
        seen.setdefault(form.entity, source)
        if found:
            problems.append(str(source.error(found)))
    _raise(problems)


def _entity(form: forms.EntityForm, known: dict[str, forms.EntityForm]) -> Iterator[Finding]:
    primaries = [name for name, field in form.fields.items() if field.primary]
    if len(primaries) != 1:
        said = f"{' and '.join(primaries)} are" if primaries else "no field is"
        yield Finding(
            ("fields",), f"{said} `primary`: give exactly one field `primary: true`", key=True
        )
    for name, field in form.fields.items():
        at = ("fields", name)
        if name in RESERVED or name[:1] in "$_":
            yield Finding(at, f"{name!r} is a reserved name: choose another", key=True)
        elif not _NAME.fullmatch(name):
            yield Finding(at, f"{name!r} is no field name: letters and digits", key=True)
        yield from _field(at, field, known)
    yield from _field_names(form)


def _field(
    at: tuple[str, ...], field: forms.FieldForm, known: dict[str, forms.EntityForm]
) -> Iterator[Finding]:
    if (field.type == "enum") is (field.values is None):
        yield Finding(at, "`values` is given exactly where `type` is enum")
    for low, high in (("min", "max"), ("min_length", "max_length")):
        least, most = getattr(field, low), getattr(field, high)
        if least is not None and most is not None and least > most:
            yield Finding((*at, low), f"{low} {least} is above {high} {most}")
    if field.pattern is not None:
        try:
            re2.compile(field.pattern, grammar.QUIET)
        except re2.error as error:
            yield Finding((*at, "pattern"), f"RE2 refuses the pattern: {grammar.said(error)}")
    if field.foreign_key:
        yield from _foreign_key((*at, "foreign_key"), field.foreign_key, known)


def _foreign_key(
    at: tuple[str, ...], key: forms.ForeignKeyForm, known: dict[str, forms.EntityForm]
) -> Iterator[Finding]:
    target = known.get(key.entity)
    if target is None:
        yield Finding(
            (*at, "entity"),
            f"there is no entity {key.entity}: add its file, or correct "
            f"the name ({', '.join(sorted(known))})",
        )
    elif key.field not in target.fields:
        yield Finding((*at, "field"), f"{key.entity} has no field {key.field}")


def _field_names(form: forms.EntityForm) -> Iterator[Finding]:
    named: list[tuple[tuple[str | int, ...], str | None]] = []
    if isinstance(form.tenancy, forms.TenantField):
        named += [
            (("tenancy", "field"), form.tenancy.field),
            (("tenancy", "via"), form.tenancy.via),
        ]
    named += [(("searchable", i), name) for i, name in enumerate(form.searchable)]
    for i, unique in enumerate(form.unique):
        named += [(("unique", i, "fields", j), name) for j, name in enumerate(unique.fields)]
    for i, index in enumerate(form.indexes):
        named += [(("indexes", i, j), name) for j, name in enumerate(index)]
    if form.tree:
        named += [(("tree", key), getattr(form.tree, key)) for key in ("parent", "within", "order")]
    if form.graph:
        named += [(("graph", key), getattr(form.graph, key)) for key in ("nodes", "edges")]
    for path, name in named:
        if name is not None and name not in form.fields:
            yield Finding(path, f"{form.entity} has no field {name}")


def _operation_names(form: forms.EntityForm, files: OperationFiles) -> Iterator[Finding]:
    known = {**generic_operations(files), **own_operations(form.entity, files)}
    for i, name in enumerate(form.operations or ()):
        if name not in known:
            yield Finding(("operations", i), f"no file under operations/ says what {name} is")


def operations(
    files: OperationFiles,
    entity_files: EntityFiles,
    capability_file: forms.CapabilitiesForm,
    head: forms.ContractForm,
) -> None:
    """Check that operation files name entities, capabilities and roles that exist."""
    known = {form.entity for _, form in entity_files}
    problems = []
    for source, file in files:
        found = []
        if file.entity and file.entity not in known:
            found.append(Finding(("entity",), f"there is no entity {file.entity}"))
        for name, form in file.operations.items():
            found += _operation(("operations", name), form, known, capability_file, head)
        if found:
            problems.append(str(source.error(found)))
    _raise(problems)


def _operation(
    at: tuple[str, ...],
    form: forms.OperationForm,
    known: set[str],
    capability_file: forms.CapabilitiesForm,
    head: forms.ContractForm,
) -> Iterator[Finding]:
    needed = [((*at, "capability"), form.capability)]
    needed += [
        ((*at, "arguments", name, "capability"), argument.capability)
        for name, argument in form.arguments.items()
    ]
    for path, capability in needed:
        if capability is not None and capability not in capability_file.capabilities:
            yield Finding(path, f"capabilities.yaml has no {capability}")
    if form.also and form.also.entity not in known:
        yield Finding((*at, "also", "entity"), f"there is no entity {form.also.entity}")
    if isinstance(form.who, forms.RolesForm):
        yield from _roles((*at, "who", "roles"), form.who.roles, head)


def capabilities(source: Source, form: forms.CapabilitiesForm) -> None:
    """Check that a capability implies only those that exist."""
    found = [
        Finding(("capabilities", name, "implies", i), f"there is no capability {implied}")
        for name, capability in form.capabilities.items()
        for i, implied in enumerate(capability.implies)
        if implied not in form.capabilities
    ]
    if found:
        raise source.error(found)


def acl(source: Source, form: forms.AclForm, files: EntityFiles, head: forms.ContractForm) -> None:
    """Check that rules name entities, roles and fields that exist (ACL-RULE-007)."""
    known = {entity.entity: entity for _, entity in files}
    found: list[Finding] = []
    for i, rule in enumerate(form.rules):
        found += _roles(("rules", i, "role"), rule.role, head)
        entity = known.get(rule.entity)
        if entity is None:
            found.append(Finding(("rules", i, "entity"), f"there is no entity {rule.entity}"))
            continue
        for key in ("write_fields", "hide_fields"):
            found += [
                Finding(("rules", i, key, j), f"{rule.entity} has no field {name}")
                for j, name in enumerate(getattr(rule, key) or ())
                if name not in entity.fields
            ]
    if found:
        raise source.error(found)


def _roles(
    at: tuple[str | int, ...], roles: Iterable[str], head: forms.ContractForm
) -> Iterator[Finding]:
    for i, role in enumerate(roles):
        if role not in head.ladder:
            yield Finding((*at, i), f"there is no role {role} (roles: {', '.join(head.ladder)})")


def requirements(files: RequirementFiles) -> None:
    """Check that ids are of their area and given once."""
    seen: set[str] = set()
    problems = []
    for source, area in files:
        found = []
        for i, form in enumerate(area.requirements):
            at = ("requirements", i, "id")
            if not form.id.startswith(f"{area.area}-"):
                found.append(Finding(at, f"{form.id} is not of area {area.area}"))
            if form.id in seen:
                found.append(Finding(at, f"{form.id} is given twice"))
            seen.add(form.id)
        if found:
            problems.append(str(source.error(found)))
    _raise(problems)


def _raise(problems: list[str]) -> None:
    if problems:
        raise InputError("\n".join(problems))
