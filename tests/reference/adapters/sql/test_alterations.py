"""The texts that change tables of servers, and what may stand in them."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from sqlalchemy import Table
from tests.reference.adapters.world import WORLD

from dbal_reference.adapters.mysql_alterations import MysqlAlterations
from dbal_reference.adapters.mysql_dialect import MysqlDialect, Server
from dbal_reference.adapters.postgres_alterations import PostgresAlterations
from dbal_reference.adapters.postgres_dialect import PostgresDialect
from dbal_reference.adapters.sql.alterations import Alterations
from dbal_reference.adapters.sql.tables import make_tables

KINDS: Mapping[str, Callable[[], Alterations]] = {
    "postgres": lambda: PostgresAlterations(PostgresDialect()),
    "mysql": lambda: MysqlAlterations(MysqlDialect(Server("mysql", (8, 4, 0)))),
}


def alterations(kind: str) -> Alterations:
    return KINDS[kind]()


def things(of: Alterations) -> Table:
    return make_tables(WORLD, of.dialect).tables["Thing"]


@pytest.mark.parametrize(
    ("value", "postgres", "mysql"),
    [
        ("it's", "E'it''s'", "('it''s')"),
        ("a\\'b", "E'a\\\\''b'", "('a\\\\''b')"),
        ("100% %s :x ?", "E'100% %s :x ?'", "('100% %s :x ?')"),
        ("", "E''", "('')"),
        (True, "True", "(True)"),
        (-3, "-3", "(-3)"),
        (1e-07, "1e-07", "(1e-07)"),
    ],
)
def test_a_default_is_written_as_a_value_and_never_more(
    value: Any,  # noqa: ANN401 -- of any field
    postgres: str,
    mysql: str,
) -> None:
    for kind, literal in (("postgres", postgres), ("mysql", mysql)):
        made = alterations(kind)
        text = made.add(things(made).c["label"], value)
        assert text.endswith(f" DEFAULT {literal}")


def test_columns_are_added_and_changed_as_each_kind_says_it() -> None:
    for kind, added, wider, plain in (
        (
            "postgres",
            "ADD COLUMN amount INTEGER NOT NULL DEFAULT 0",
            ['ALTER COLUMN "tenantId" DROP NOT NULL'],
            "ALTER COLUMN amount DROP DEFAULT",
        ),
        (
            "mysql",
            "ADD COLUMN amount INTEGER NOT NULL DEFAULT (0)",
            ["MODIFY COLUMN `tenantId` VARCHAR(36)"],
            "ALTER COLUMN amount DROP DEFAULT",
        ),
    ):
        made = alterations(kind)
        columns = things(made).c
        assert made.add(columns["amount"], 0) == added
        assert made.reform(columns["tenantId"]) == wider
        assert made.drop_default(columns["amount"]) == plain
    made = alterations("mysql")
    assert made.drop_default(things(made).c["label"]) == "ALTER COLUMN label SET DEFAULT NULL"
    assert made.add(things(made).c["tenantId_or_none"], None) == (
        "ADD COLUMN `tenantId_or_none` VARCHAR(36) GENERATED ALWAYS AS "
        "(coalesce(`tenantId`, '')) STORED"
    )


def test_references_and_checks_go_by_the_words_of_each_kind() -> None:
    for kind, words in (
        ("postgres", ['DROP CONSTRAINT "f_Thing_ownerCode"', 'DROP CONSTRAINT "f_Thing_parentId"']),
        (
            "mysql",
            [
                "DROP CONSTRAINT `c_Thing_flag`",
                "DROP FOREIGN KEY `f_Thing_ownerCode`",
                "DROP FOREIGN KEY `f_Thing_parentId`",
            ],
        ),
    ):
        made = alterations(kind)
        named = [each for each in things(made).constraints if each.name is not None]
        assert sorted(map(made.drop_constraint, named)) == words
