"""Errors of the drivers are known by their codes, never by their words (ERR-MAP-002)."""

import psycopg
import pymysql
import pytest
from psycopg.errors import lookup

from dbal_reference.adapters import (
    OverdueError,
    ReferencedError,
    UnavailableError,
    UniqueViolation,
    WriteConflictError,
)
from dbal_reference.adapters import mysql_connection as mysql
from dbal_reference.adapters import postgres_connection as postgres
from dbal_reference.adapters.mysql_dialect import Server, server_of
from dbal_reference.adapters.sql.server_connection import HopelessError
from dbal_reference.adapters.sql.unit import GaveUpError

WORDS = "duplicate key value; deadlock detected; server closed the connection"


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("23505", UniqueViolation),
        ("23503", ReferencedError),
        ("23001", ReferencedError),
        ("40001", WriteConflictError),
        ("40P01", WriteConflictError),
        ("55P03", OverdueError),
        ("57014", OverdueError),
        ("57P01", UnavailableError),
        ("57P03", UnavailableError),
        ("53100", UnavailableError),
        ("53300", UnavailableError),
        ("58030", UnavailableError),
        ("25006", UnavailableError),
        ("08006", UnavailableError),
        ("XX001", UnavailableError),
        ("28P01", HopelessError),
        ("3D000", HopelessError),
    ],
)
def test_sqlstates_have_meanings(state: str, expected: type[Exception]) -> None:
    assert type(postgres.meaning(lookup(state)(WORDS))) is expected


def test_an_error_of_the_driver_itself_is_a_lost_connection() -> None:
    assert type(postgres.meaning(psycopg.OperationalError(WORDS))) is UnavailableError
    assert type(mysql.meaning(pymysql.InterfaceError(0, ""))) is UnavailableError


@pytest.mark.parametrize("state", ["42601", "22003", "23502"])
def test_a_defect_stays_what_it_is(state: str) -> None:
    error = lookup(state)(WORDS)
    assert postgres.meaning(error) is error
    other = pymysql.ProgrammingError(1064, WORDS)
    assert mysql.meaning(other) is other
    assert mysql.meaning(key := KeyError("x")) is key


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (1062, UniqueViolation),
        (1451, ReferencedError),
        (1452, ReferencedError),
        (1213, WriteConflictError),
        (1020, WriteConflictError),
        (1205, OverdueError),
        (1969, OverdueError),
        (3024, OverdueError),
        (1040, UnavailableError),
        (1053, UnavailableError),
        (1114, UnavailableError),
        (1290, UnavailableError),
        (1927, UnavailableError),
        (2003, UnavailableError),
        (2006, UnavailableError),
        (2013, UnavailableError),
        (1045, HopelessError),
        (1049, HopelessError),
        (1296, GaveUpError),
        (3008, GaveUpError),
    ],
)
def test_numbers_have_meanings(number: int, expected: type[Exception]) -> None:
    assert type(mysql.meaning(pymysql.OperationalError(number, WORDS))) is expected


@pytest.mark.parametrize(
    ("told", "server"),
    [
        ("11.8.3-MariaDB-0+deb13u1", Server("mariadb", (11, 8, 3))),
        ("5.5.5-10.11.9-MariaDB-1:10.11.9", Server("mariadb", (10, 11, 9))),
        ("8.4.3", Server("mysql", (8, 4, 3))),
        ("8.0.40-0ubuntu0.24.04.1", Server("mysql", (8, 0, 40))),
        ("nonsense", Server("mysql", (0,))),
    ],
)
def test_a_server_is_what_it_says(told: str, server: Server) -> None:
    assert server_of(told) == server
