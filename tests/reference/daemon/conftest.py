from collections.abc import Iterator

import grpc
import pytest
from tests.reference.daemon.serving import DOORS, Grpc, Serving


@pytest.fixture(scope="package")
def shared() -> Iterator[Serving]:
    """One server for all tests that leave nothing behind but rows."""
    with Serving(**DOORS) as serving:
        yield serving


@pytest.fixture
def serving(shared: Serving) -> Serving:
    """The shared server in a new world with everybody in it."""
    shared.reset()
    return shared


@pytest.fixture(scope="package")
def channel(shared: Serving) -> Iterator[Grpc]:
    """A channel to the shared server."""
    with grpc.insecure_channel(f"127.0.0.1:{shared.port('grpc')}") as raw:
        yield Grpc(raw)
