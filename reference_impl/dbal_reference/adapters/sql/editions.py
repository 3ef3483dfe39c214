"""The statements of the schemas that one database had in force lately."""

from collections import OrderedDict
from functools import cached_property
from typing import Final

from dbal_reference.adapters.sql.record import Record
from dbal_reference.adapters.sql.statements import Statements
from dbal_reference.model import Schema

_KEPT: Final = (
    4  # beside the first: what a migration goes from and to, and what others do meanwhile
)


class Editions:
    """Makes the statements of a schema once while it is likely to be asked for again.

    Those of the first schema stay, with all that was compiled of them: a reset puts it back in
    force. Used by one thread at a time.
    """

    def __init__(self, schema: Schema, statements: Statements) -> None:
        self.dialect = statements.dialect
        self._first = (schema, statements)
        self._others: OrderedDict[int, tuple[Schema, Statements]] = OrderedDict()

    @cached_property
    def record(self) -> Record:
        """What reads and writes the record; made when it is first needed, as most never do."""
        return Record(self.dialect)

    def of(self, schema: Schema) -> Statements:
        """The statements of this very schema.

        Raises:
            SchemaError: the database cannot index what the schema asks for.
        """
        first, statements = self._first
        if schema is first:
            return statements
        known = self._others.get(id(schema))  # held below, so that nothing else gets its id
        if known is None:
            known = self._others[id(schema)] = (schema, Statements(schema, self.dialect))
            if len(self._others) > _KEPT:
                self._others.popitem(last=False)
        return known[1]
