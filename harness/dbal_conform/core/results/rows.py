"""Forms of rows: every field that the actor may read, nothing else, each of its type."""

from collections.abc import Mapping
from typing import Final, TypeAlias

import msgspec

from dbal_conform.core.contract import Contract, Entity
from dbal_conform.core.messages import Json
from dbal_conform.core.patterns.context import below
from dbal_conform.core.patterns.literals import kind_of
from dbal_conform.core.results.report import Form, Report
from dbal_conform.core.results.values import value_form

Included: TypeAlias = dict[str, "Included"]  # relation -> what is included below it


class Extent(msgspec.Struct, frozen=True):
    """How much of a row was asked for: all fields where `select` is None, and which relations."""

    select: frozenset[str] | None = None
    include: Included = {}


WHOLE: Final = Extent()


class RowForm:
    """The form of one entity's rows. `hidden` names, by role, what that role may not read."""

    def __init__(self, entity: Entity, hidden: Mapping[str, tuple[str, ...]]) -> None:
        self.entity = entity
        self.primary = entity.primary
        self.relations: dict[str, tuple[RowForm, bool]] = {}  # True: it leads to a list
        self._sensitive = frozenset(entity.sensitive)
        self._forms: dict[str, tuple[str, Form]] = {
            name: (below("", name), value_form(field))
            for name, field in entity.fields.items()
            if not field.sensitive
        }
        self._all = self._forms.keys()
        self._hidden = {role: frozenset(names) for role, names in hidden.items()}
        self._hideable: frozenset[str] = frozenset().union(*self._hidden.values())

    def check(self, row: Json, path: str, report: Report, extent: Extent = WHOLE) -> Json:
        """Check one row, and return it with its tagged bigints decoded."""
        if not isinstance(row, dict):
            report.differ(path, "CPT-TOL-004", f"is {kind_of(row)}, not a row", actual=row)
            return row
        if self.entity.name in report.asked.loose:
            return row
        select = extent.select
        decoded = row
        for name, value in row.items():
            known = self._forms.get(name)
            if known is not None and (select is None or name in select):
                new = known[1](value, path + known[0], report)
            elif name in extent.include:
                new = self._related(name, value, path, report, extent.include[name])
            else:
                self._refuse(name, value, path, report)
                continue
            if new is not value:
                decoded = dict(row) if decoded is row else decoded
                decoded[name] = new
        self._demand(row, path, report, extent)
        return decoded

    def extent(self, args: Mapping[str, Json]) -> Extent:
        """Return what the arguments `select` and `include` ask for."""
        select, include = args.get("select"), args.get("include")
        if select is None and include is None:
            return WHOLE
        names = None
        if isinstance(select, list):
            names = frozenset([self.primary, *(name for name in select if isinstance(name, str))])
        return Extent(names, self._included(include))

    def _included(self, include: Json) -> Included:
        tree: Included = {}
        for written in include if isinstance(include, list) else ():
            here, form = tree, self
            for name in str(written).split("."):
                if name not in form.relations:
                    break
                here, form = here.setdefault(name, {}), form.relations[name][0]
        return tree

    def _related(
        self, name: str, value: Json, path: str, report: Report, include: Included
    ) -> Json:
        """Check what stands under the name of a relation: a row or null, or a list of rows."""
        form, many = self.relations[name]
        here, extent = below(path, name), Extent(None, include)
        if not many:
            return None if value is None else form.check(value, here, report, extent)
        if not isinstance(value, list):
            why = f"is {kind_of(value)}, not a list of rows"
            report.differ(here, "QRY-INC-001", why, actual=value)
            return value
        if len(value) > form.entity.max_limit:
            why = f"has {len(value)} rows, more than {form.entity.max_limit}"
            report.differ(here, "QRY-INC-001", why)
        return [form.check(row, f"{here}/{at}", report, extent) for at, row in enumerate(value)]

    def _refuse(self, name: str, value: Json, path: str, report: Report) -> None:
        here = below(path, name)
        if name in self._sensitive:
            requirement = "SES-READ-001" if name == "token" else "ACL-HIDE-001"
            report.differ(here, requirement, "is a sensitive field", actual=value)
        elif name in self._all:
            report.differ(here, "QRY-SEL-001", "was not selected", actual=value)
        else:
            report.differ(here, "CPT-TOL-004", "is no field of the contract", actual=value)

    def _demand(self, row: dict[str, Json], path: str, report: Report, extent: Extent) -> None:
        """Note each field that is missing, and each that the actor may not read."""
        hidden = self._hidden_from(report)
        for name in hidden or ():
            if name in row:
                why = f"is hidden from {report.asked.role}"
                report.differ(below(path, name), "ACL-HIDE-001", why, actual=row[name])
        wanted = self._all if extent.select is None else extent.select & self._all
        if not row.keys() >= wanted:
            may_lack = self._hideable if hidden is None else hidden
            for name in sorted(wanted - row.keys() - may_lack):
                report.differ(below(path, name), "TYP-NULL-004", "is missing")
        for name in extent.include:
            if name not in row:
                report.differ(below(path, name), "QRY-INC-001", "is included, and missing")

    def _hidden_from(self, report: Report) -> frozenset[str] | None:
        """Return what the actor may not read; None where nobody can say."""
        asked = report.asked
        if asked.system or not self._hideable:
            return frozenset()
        return None if asked.role is None else self._hidden.get(asked.role, frozenset())


def row_forms(contract: Contract) -> dict[str, RowForm]:
    """Return the forms of all entities, related to each other."""
    forms = {
        name: RowForm(entity, contract.hidden.get(name, {}))
        for name, entity in contract.entities.items()
    }
    for form in forms.values():
        for field in form.entity.fields.values():
            key = field.foreign_key
            if key is not None and key.as_ is not None:
                form.relations[key.as_] = (forms[key.entity], False)
            if key is not None and key.inverse is not None:
                forms[key.entity].relations[key.inverse] = (form, True)
    return forms
