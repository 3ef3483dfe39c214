"""The SQL of MariaDB and MySQL, and which of them a server is; no driver is needed to write it."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import Column, Computed, Index, Table, Text, UnaryExpression
from sqlalchemy.dialects.mysql import DOUBLE, LONGTEXT, TINYINT, VARCHAR, pymysql
from sqlalchemy.types import TypeEngine

from dbal_reference.adapters.mariadb_places import MariadbPlaces
from dbal_reference.adapters.mysql_functions import MysqlFunctions
from dbal_reference.adapters.sql import record
from dbal_reference.adapters.sql.dialect import Dialect, Expression
from dbal_reference.model import Field

OLDEST: Final[Mapping[str, tuple[int, ...]]] = {"mariadb": (10, 6), "mysql": (8, 0, 17)}
WRITER: Final = "dbal_writer"  # the table whose one row is locked by whoever writes


class Server(NamedTuple):
    """Which server, and of which version."""

    name: str  # mariadb or mysql
    version: tuple[int, ...]

    @property
    def oldest(self) -> tuple[int, ...]:
        """The oldest version that has what is needed: a collation that does not pad, above all."""
        return OLDEST[self.name]

    @property
    def collation(self) -> str:
        """By code point, and trailing spaces count (TYP-STR-002, -003)."""
        return "utf8mb4_nopad_bin" if self.name == "mariadb" else "utf8mb4_0900_bin"

    def __str__(self) -> str:
        return ".".join(map(str, self.version))


def server_of(told: str) -> Server:
    """Read what a server says of itself: `8.4.3`, `11.8.3-MariaDB`, `5.5.5-10.11.9-MariaDB`."""
    maria = "mariadb" in told.lower()
    found = re.search(r"(\d+)\.(\d+)\.(\d+)", told.removeprefix("5.5.5-") if maria else told)
    version = tuple(map(int, found.groups())) if found else (0,)
    return Server("mariadb" if maria else "mysql", version)


class MysqlDialect(Dialect):
    """Text compares by code point and is not padded; null is lowest, as it is for the server."""

    hasty = True  # InnoDB judges restrict row by row
    index_bytes = 3072
    creates_if_missing = False  # MySQL cannot, of indexes
    functions = MysqlFunctions()

    def __init__(self, server: Server) -> None:
        super().__init__(pymysql.dialect(paramstyle="format"))
        self.decoders = {**self.decoders, "boolean": bool}
        if server.name == "mariadb":
            self.places = MariadbPlaces(server.collation)
        self.furniture = {
            WRITER: f"CREATE TABLE {WRITER} (id TINYINT NOT NULL PRIMARY KEY, version INTEGER NOT "
            "NULL DEFAULT 0) ENGINE=InnoDB SELECT 1 AS id"
        }
        self.collation = server.collation
        self.table_options = {
            "mysql_engine": "InnoDB",
            "mysql_charset": "utf8mb4",
            "mysql_collate": server.collation,
            "mysql_row_format": "DYNAMIC",
        }
        self.furniture[record.TABLE] = record.Record(self).create

    def column_type(self, field: Field, width: int | None) -> TypeEngine[Any]:
        """Text that is indexed has a width; other text is kept outside the row, and has none."""
        if field.type == "boolean":
            return TINYINT(display_width=1)
        kind = super().column_type(field, width)
        if not isinstance(kind, Text):
            return DOUBLE(asdecimal=False) if field.type == "double" else kind
        return LONGTEXT() if width is None else VARCHAR(width)

    def ascending(self, column: Expression) -> UnaryExpression[Any]:
        """Order with null first."""
        return column.asc()

    def descending(self, column: Expression) -> UnaryExpression[Any]:
        """Order with null last."""
        return column.desc()

    def pack(self, values: Sequence[Any]) -> tuple[Any, ...]:
        """PyMySQL writes a tuple as a list in brackets."""
        return tuple(values)

    def member(self, column: Expression, packed: Expression) -> Expression:
        """Look into the list."""
        return column.bool_op("IN")(packed)

    def unique_in_tenant(
        self, table: Table, tenant: str, fields: tuple[str, ...], name: str
    ) -> list[Index]:
        """Make a null tenant one tenant: a column of the database's own, in which it is `""`."""
        own = f"{tenant}_or_none"
        if own not in table.c:
            kind = table.c[tenant].type
            quoted = self.compiler.identifier_preparer.quote(tenant)
            made = Computed(f"coalesce({quoted}, '')", persisted=True)
            table.append_column(Column(own, kind, made))
        return [Index(name, *(table.c[field] for field in fields), table.c[own], unique=True)]
