from collections.abc import Iterator

import pytest
from tests import servers
from tests.harness.environments.containers import Daemon


@pytest.fixture
def docker() -> Iterator[Daemon]:
    """A client of the daemon; skips where there is none, and in CI fails."""
    servers.need_docker()
    import docker  # noqa: PLC0415 -- an extra

    client = docker.from_env()
    yield client
    client.close()
