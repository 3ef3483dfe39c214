"""What of tables is there, and is not to be there any more."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import CheckConstraint, Constraint, ForeignKeyConstraint, Index, MetaData, Table

from dbal_reference.adapters.sql.alterations import Found


class Leftovers:
    """What of known schemas goes, before the rest is brought to its form.

    Attributes:
        known: names of tables that are of any of the schemas.
        names: of everything but columns.
    """

    def __init__(self, found: Found, goal: MetaData, known: Sequence[MetaData]) -> None:
        every = [(name, table) for data in (goal, *known) for name, table in data.tables.items()]
        self.known = {name for name, _ in every}
        self.tables = sorted((self.known - set(goal.tables)) & found.columns.keys())
        stays = {str(each.name) for table in goal.tables.values() for each in parts_of(table)}
        self.constraints: dict[str, list[Constraint]] = {}
        self.indexes: list[Index] = []
        self.columns: dict[str, list[str]] = {}
        self.names: set[str] = set()
        for name, table in every:
            for part in parts_of(table):
                if str(part.name) not in found.names - stays - self.names:
                    continue
                self.names.add(str(part.name))
                if isinstance(part, Constraint):
                    self.constraints.setdefault(name, []).append(part)
                elif name in goal.tables:  # with its table it goes by itself
                    self.indexes.append(part)
        for name in self.known & set(goal.tables) & found.columns.keys():
            there = {c.name: None for of, table in every if of == name for c in table.columns}
            gone = [column for column in there if column not in goal.tables[name].c]
            self.columns[name] = [column for column in gone if column in found.columns[name]]
        self.names.update(self.tables)

    def loosen(self, reference: ForeignKeyConstraint) -> None:
        """Let a reference go, which is to come again."""
        self.constraints.setdefault(reference.table.name, []).append(reference)

    def reindex(self, index: Index) -> None:
        """Let an index go, which is to come again."""
        self.indexes.append(index)
        self.names.add(str(index.name))


def parts_of(table: Table) -> list[Any]:
    """Its constraints and indexes that have names."""
    return [*rules_of(table), *sorted(table.indexes, key=lambda index: str(index.name))]


def rules_of(table: Table) -> list[Constraint]:
    """References and checks, in order of their names."""
    kinds = (ForeignKeyConstraint, CheckConstraint)
    return sorted(
        (each for each in table.constraints if isinstance(each, kinds)),
        key=lambda each: str(each.name),
    )
