from collections.abc import Iterator
from pathlib import Path

import pytest

from dbal_reference import Auth, DBALClient


@pytest.fixture(params=["memory", "sqlite", "file"])
def client(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[DBALClient]:
    """A client of the system on an empty database of each kind."""
    kind = request.param
    adapter = "memory" if kind == "memory" else "sqlite"
    database = tmp_path / "app.db" if kind == "file" else None
    with DBALClient(adapter=adapter, database=database, auth=Auth.system()) as client:
        yield client
