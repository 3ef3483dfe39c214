"""What the URL says of time: how long a statement may take, and a connection may live."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic, sleep

import pytest
from tests.reference.adapters.world import WORLD, keys_of, soon, store, thing

from dbal_reference.adapters import OverdueError
from dbal_reference.adapters.open import open_adapter
from dbal_reference.adapters.sql.server import ServerAdapter
from dbal_reference.adapters.sql.server_connection import ServerConnection


@contextmanager
def opened(url: str) -> Iterator[ServerAdapter]:
    adapter = open_adapter(WORLD, url)
    assert isinstance(adapter, ServerAdapter)
    adapter.clear()
    try:
        yield adapter
    finally:
        adapter.close()


@pytest.fixture
def url(image: str, database_url: Callable[[str, str], str]) -> str:
    return database_url(image, "limits")


def sleeping(image: str, seconds: int) -> str:
    return f"SELECT {'pg_sleep' if image.startswith('postgres') else 'SLEEP'}({seconds})"


def number(image: str, connection: ServerConnection) -> int:
    """Which connection it is, as the server counts."""
    asks = "pg_backend_pid()" if image.startswith("postgres") else "CONNECTION_ID()"
    return int(connection.query(f"SELECT {asks}")[0][0])


def test_a_statement_ends_at_its_limit_long_before_the_deadline(image: str, url: str) -> None:
    with opened(f"{url}?query_timeout=1") as adapter:
        store(adapter, "Thing", thing("1"))
        with adapter.writer(soon(60)) as connection:
            connection.begin(soon(60))
            began = monotonic()
            with pytest.raises(OverdueError):
                connection.query(sleeping(image, 20))
            assert monotonic() - began < 10
            assert connection.is_open  # the server has ended it, not the driver
            connection.end()
        assert keys_of(adapter, "Thing") == ["1"]


def test_a_limit_within_a_transaction_follows_each_deadline(image: str, url: str) -> None:
    with opened(url) as adapter, adapter.writer(soon(60)) as connection:
        connection.begin(soon(60))
        connection.query("SELECT 1")
        connection.prolong(soon(1))
        began = monotonic()
        with pytest.raises(OverdueError):
            connection.query(sleeping(image, 20))
        assert monotonic() - began < 10
        connection.end()


def test_a_connection_is_renewed_when_it_is_old(image: str, url: str) -> None:
    with opened(f"{url}?pool_recycle=1&pool_size=1") as adapter:
        numbers = []
        for wait in (0.0, 0.0, 1.2):
            sleep(wait)
            with adapter.writer(soon()) as connection:
                connection.begin(soon())
                numbers.append(number(image, connection))
                connection.end()
        assert numbers[0] == numbers[1] != numbers[2]
