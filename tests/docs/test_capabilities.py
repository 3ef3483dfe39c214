"""docs/capabilities.md says what the adapters claim."""

import re
from collections.abc import Mapping
from pathlib import Path

from dbal_reference.adapters.memory import MemoryAdapter
from dbal_reference.adapters.mongo.adapter import capabilities_of as claims_of_mongo
from dbal_reference.adapters.mysql import capabilities_of as claims_of_mysql
from dbal_reference.adapters.mysql_dialect import MysqlDialect, Server
from dbal_reference.adapters.postgres import PostgresAdapter
from dbal_reference.adapters.sqlite import SqliteAdapter
from dbal_reference.model import Schema
from dbal_reference.operations.engine import ALWAYS_SERVED, SERVED
from dbal_reference.schema.load import load_schema

PAGE = Path(__file__).parents[2] / "docs" / "capabilities.md"
CLAIMS: Mapping[str, frozenset[str]] = {
    "memory": MemoryAdapter.capabilities,
    "SQLite": SqliteAdapter.capabilities,
    "PostgreSQL": PostgresAdapter.capabilities,
    "MariaDB": claims_of_mysql(MysqlDialect(Server("mariadb", (11, 8, 0)))),
    "MySQL": claims_of_mysql(MysqlDialect(Server("mysql", (8, 4, 0)))),
    "MongoDB, replica set": claims_of_mongo(transactional=True),
    "MongoDB, standalone": claims_of_mongo(transactional=False),
}


def table(schema: Schema) -> str:
    """What the page must have between its marks."""
    rows = [["", *CLAIMS], ["---"] * (len(CLAIMS) + 1)]
    for name in schema.capabilities:
        claimed = [name in ALWAYS_SERVED or name in claims for claims in CLAIMS.values()]
        rows.append([name, *("✓" if each else "\u2013" for each in claimed)])
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def test_the_table_is_what_the_adapters_claim() -> None:
    found = re.search(
        r"<!-- derived:[^\n]*-->\n(.*?)<!-- end -->", PAGE.read_text("utf-8"), re.DOTALL
    )
    assert found is not None
    expected = table(load_schema(PAGE.parents[1] / "schema"))
    assert found[1] == expected, f"put this between the marks:\n{expected}"


def test_no_adapter_claims_what_the_service_does_not_serve() -> None:
    for claims in CLAIMS.values():
        assert claims <= SERVED
