"""What more rows cost when no more of them match, and what lies deep behind a cursor costs."""

import uuid
from collections.abc import Iterator
from itertools import islice
from typing import Any, Final

import world
from dbal import fill, store
from plain import Plain
from timing import by_turns

from dbal_reference import Auth, DBALClient
from dbal_reference.adapters.open import open_adapter
from dbal_reference.schema.load import load_schema

SIZES: Final = (1_000, 10_000, 100_000)
_MATCHES: Final = 20
_OWN: Final = str(uuid.UUID(int=99))  # a tenant of few
_CROWD: Final = str(uuid.UUID(int=98))  # the tenant of all others
_FIRST: Final = 1_000_000  # number of the first user
_ROUNDS: Final = 100
_DEPTHS: Final = (1, 10, 100, 500)  # pages of 100 rows, of 100,000


def grow(url: str, name: str) -> None:
    """Print what the same answers cost among ever more rows."""
    fill(url)
    _store(url, [_user(number, _OWN) for number in range(_MATCHES)])
    print(f"### {name}, median µs\n")
    print("| rows of User | read by key | list of 20 of a tenant, and total | by a unique field |")
    print("|---|---|---|---|")
    made = 0
    for size in SIZES:
        _store(url, (_user(_MATCHES + n, _CROWD) for n in range(made, size)))
        made = size
        plain = Plain(url)
        plain.analyze()
        plain.close()
        _row(url, size)
    print()
    _pages(url)


def _row(url: str, size: int) -> None:
    with _client(url, _OWN) as client:
        users = client.entity("User")
        works = {
            "key": lambda: users.read(world.user_id(_FIRST + 3)),
            "list": lambda: users.list(limit=20),
            "field": lambda: users.find_by_field("username", f"user-{_FIRST + 3:07}"),
        }
        if users.list(limit=20).total != _MATCHES:
            raise AssertionError("not the rows of one tenant")
        times = by_turns(works, _ROUNDS, 20)
        told = " | ".join(f"{times[work].median_us:.0f}" for work in works)
        print(f"| {size:,} | {told} |", flush=True)


def _pages(url: str) -> None:
    """Pages of the largest table, by cursor."""
    print("| page of 100 by cursor | by key | by username |")
    print("|---|---|---|")
    with _client(url, _CROWD) as client:
        users = client.entity("User")
        cursors: dict[str, list[str | None]] = {}
        for field in ("id", "username"):
            cursors[field] = list(islice(_cursors(users, field), max(_DEPTHS)))
        for depth in _DEPTHS:
            works = {
                field: lambda field=field, at=found[depth - 1]: users.list(
                    sort={field: "asc"}, limit=100, cursor=at
                )
                for field, found in cursors.items()
            }
            times = by_turns(works, _ROUNDS // 2, 5)
            told = " | ".join(f"{times[field].median_us:.0f}" for field in works)
            print(f"| {depth} | {told} |", flush=True)
    print()


def _cursors(users: Any, field: str) -> Iterator[str | None]:  # noqa: ANN401 -- an entity of a client
    """The cursor of each page, the second first."""
    cursor: str | None = None
    while True:
        cursor = users.list(sort={field: "asc"}, limit=100, cursor=cursor).next_cursor
        yield cursor


def _client(url: str, tenant: str) -> DBALClient:
    kind, _, path = url.partition(":")
    database = path if kind == "sqlite" else url
    return DBALClient(adapter=kind, database=database, auth=Auth.system(), tenant=tenant)


def _user(number: int, tenant: str) -> dict[str, Any]:
    return world.user(_FIRST + number, tenant)


def _store(url: str, rows: Any) -> None:  # noqa: ANN401 -- any iterable of rows
    adapter = open_adapter(load_schema(None), url)
    rows = iter(rows)
    while batch := list(islice(rows, 1000)):
        store(adapter, "User", batch)
    adapter.close()
