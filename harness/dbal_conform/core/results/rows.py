"""Forms of rows: every field that the actor may read, nothing else, each of its type."""

from collections.abc import Mapping
from typing import TypeAlias

import msgspec

from dbal_conform.core.contract import Contract, Entity
from dbal_conform.core.messages import Json
from dbal_conform.core.patterns.context import below
from dbal_conform.core.patterns.literals import kind_of
from dbal_conform.core.results.report import Form, Report
from dbal_conform.core.results.values import value_form

Included: TypeAlias = dict[str, "Included"]  # relation -> what is included below it


class Relation(msgspec.Struct, frozen=True):
    """A name that `include` may give: `many` if it leads to a list."""

    entity: str
    many: bool


class RowForm:
    """The form of one entity's rows."""

    def __init__(self, entity: Entity, hidden: Mapping[str, tuple[str, ...]]) -> None:
        self.entity = entity
        self.primary = entity.primary
        self._sensitive = frozenset(entity.sensitive)
        self._forms: dict[str, tuple[str, Form]] = {
            name: (below("", name), value_form(field))
            for name, field in entity.fields.items()
            if not field.sensitive
        }
        self._all = self._forms.keys()
        self._hidden = {role: frozenset(names) for role, names in hidden.items()}
        self._hideable = frozenset().union(*self._hidden.values())
        self.relations: dict[str, Relation] = {}

    def check(
        self,
        row: Json,
        path: str,
        report: Report,
        forms: "RowForms",
        *,
        select: frozenset[str] | None = None,
        include: Included = {},  # noqa: B006 -- never written to
    ) -> Json:
        """Check one row, and return it with its tagged bigints decoded."""
        if not isinstance(row, dict):
            report.differ(path, "CPT-TOL-004", f"is {kind_of(row)}, not a row", actual=row)
            return row
        if self.entity.name in report.asked.loose:
            return row
        decoded = row
        for name, value in row.items():
            known = self._forms.get(name)
            if known is not None and (select is None or name in select):
                new = known[1](value, path + known[0], report)
            elif name in include:
                new = forms.related(
                    self.relations[name], value, below(path, name), report, include[name]
                )
            else:
                self._refuse(name, value, path, report, selected=known is not None)
                continue
            if new is not value:
                decoded = dict(row) if decoded is row else decoded
                decoded[name] = new
        self._demand(row, path, report, select, include)
        return decoded

    def _refuse(self, name: str, value: Json, path: str, report: Report, *, selected: bool) -> None:
        here = below(path, name)
        if name in self._sensitive:
            requirement = "SES-READ-001" if name == "token" else "ACL-HIDE-001"
            report.differ(here, requirement, "is a sensitive field", actual=value)
        elif selected:
            report.differ(here, "QRY-SEL-001", "was not selected", actual=value)
        else:
            report.differ(here, "CPT-TOL-004", "is no field of the contract", actual=value)

    def _demand(
        self,
        row: dict[str, Json],
        path: str,
        report: Report,
        select: frozenset[str] | None,
        include: Included,
    ) -> None:
        """Note each field that is missing, and each that the actor may not read."""
        asked = report.asked
        hidden = self._hidden.get(asked.role, frozenset()) if asked.role is not None else None
        if asked.system:
            hidden = frozenset()
        for name in hidden or () if self._hideable else ():
            if name in row:
                why = f"is hidden from {asked.role}"
                report.differ(below(path, name), "ACL-HIDE-001", why, actual=row[name])
        wanted = self._all if select is None else select & self._all
        may_lack = self._hideable if hidden is None else hidden
        for name in wanted:
            if name not in row and name not in may_lack:
                report.differ(below(path, name), "TYP-NULL-004", "is missing")
        for name in include:
            if name not in row:
                report.differ(below(path, name), "QRY-INC-001", "is included, and missing")


class RowForms:
    """The forms of all entities, and how they are related."""

    def __init__(self, contract: Contract) -> None:
        self._forms = {
            name: RowForm(entity, contract.hidden.get(name, {}))
            for name, entity in contract.entities.items()
        }
        for name, entity in contract.entities.items():
            for field in entity.fields.values():
                key = field.foreign_key
                if key is None:
                    continue
                if key.as_ is not None:
                    self._forms[name].relations[key.as_] = Relation(key.entity, many=False)
                if key.inverse is not None and key.entity in self._forms:
                    self._forms[key.entity].relations[key.inverse] = Relation(name, many=True)

    def of(self, entity: str) -> RowForm:
        """Return the form of one entity's rows."""
        return self._forms[entity]

    def included(self, entity: str, include: Json) -> Included:
        """Return, as a tree, what an `include` argument asks for; what is no relation is left out."""
        tree: Included = {}
        for written in include if isinstance(include, list) else ():
            here, at = tree, entity
            for name in str(written).split("."):
                relation = self._forms[at].relations.get(name)
                if relation is None:
                    break
                here, at = here.setdefault(name, {}), relation.entity
        return tree

    def related(
        self, relation: Relation, value: Json, path: str, report: Report, include: Included
    ) -> Json:
        """Check what stands under the name of a relation: a row or null, or a list of rows."""
        form = self._forms[relation.entity]
        if not relation.many:
            return (
                value if value is None else form.check(value, path, report, self, include=include)
            )
        if not isinstance(value, list):
            report.differ(
                path, "QRY-INC-001", f"is {kind_of(value)}, not a list of rows", actual=value
            )
            return value
        if len(value) > form.entity.max_limit:
            why = f"has {len(value)} rows, more than {form.entity.max_limit}"
            report.differ(path, "QRY-INC-001", why)
        return [
            form.check(row, f"{path}/{index}", report, self, include=include)
            for index, row in enumerate(value)
        ]
