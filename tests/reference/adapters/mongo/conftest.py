from collections.abc import Callable, Iterator

import pytest
from tests import mongo
from tests.reference.adapters.world import WORLD

from dbal_reference.adapters import Adapter
from dbal_reference.adapters.open import open_adapter


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """`spec` is what stands for MongoDB."""
    if "spec" in metafunc.fixturenames:
        metafunc.parametrize("spec", [mongo.param(metafunc.config)], scope="session")


@pytest.fixture(scope="session")
def address(spec: str, worker_id: str) -> Callable[[str], str]:
    """From a purpose to the URL of an empty database."""
    return lambda purpose: mongo.url_of(spec, f"dbal_test_{purpose}_{worker_id}")


@pytest.fixture
def url(address: Callable[[str], str]) -> str:
    return address("server")


@pytest.fixture
def mine(url: str) -> Iterator[Adapter]:
    opened = open_adapter(WORLD, url)
    yield opened
    opened.close()


@pytest.fixture
def other(mine: Adapter, url: str) -> Iterator[Adapter]:
    """Another adapter on the same database, as another process would have one."""
    assert mine.ping()  # it was there first
    opened = open_adapter(WORLD, url)
    yield opened
    opened.close()
