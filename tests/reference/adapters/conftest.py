from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests import mongo, servers
from tests.reference.adapters.world import WORLD

from dbal_reference.adapters import Adapter
from dbal_reference.adapters.open import open_adapter
from dbal_reference.model import Schema


def images(config: pytest.Config) -> list[str]:
    return [image for image in config.getoption("--databases").split(",") if image]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """`adapter` is each kind in turn, `both` each but memory, `sql` speak SQL; `image`: servers."""
    servers_alone = [
        pytest.param(image, marks=pytest.mark.database) for image in images(metafunc.config)
    ]
    documents = mongo.param(metafunc.config)
    kinds: dict[str, list[Any]] = {
        "adapter": ["memory:", "sqlite:", "sqlite:FILE", *servers_alone, documents],
        "whole": ["memory:", "sqlite:", "sqlite:FILE", *servers_alone, documents],
        "both": ["sqlite:", *servers_alone, documents],
        "sql": ["sqlite:", *servers_alone],
        "image": servers_alone,
    }
    chosen = {
        name for mark in metafunc.definition.iter_markers("parametrize") for name in mark.args[:1]
    }
    for name in (kinds.keys() & set(metafunc.fixturenames)) - chosen:
        metafunc.parametrize(name, kinds[name], indirect=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    mongo.expect_deviations(items)


@pytest.fixture(scope="session")
def image(request: pytest.FixtureRequest) -> str:
    """The image of a server."""
    return str(request.param)


@pytest.fixture(scope="session")
def database_url(worker_id: str) -> Callable[[str, str], str]:
    """From an image and a purpose to the URL of a database that is this worker's own."""

    def url_of(image: str, purpose: str) -> str:
        name = f"{purpose}_{worker_id}"
        return servers.url_of(image, name) if servers.knows(image) else mongo.url_of(image, name)

    return url_of


@pytest.fixture(scope="session")
def opened(database_url: Callable[[str, str], str]) -> Iterator[Callable[[str], Adapter]]:
    """From an image to an adapter on a server of it, opened once and empty each time."""
    adapters: dict[str, Adapter] = {}

    def open_empty(image: str) -> Adapter:
        adapter = adapters.get(image)
        if adapter is None or not adapter.ping():
            adapter = adapters[image] = open_adapter(WORLD, database_url(image, "world"))
        adapter.clear()
        return adapter

    yield open_empty
    for adapter in adapters.values():
        adapter.close()


@pytest.fixture
def adapter(
    request: pytest.FixtureRequest, tmp_path: Path, opened: Callable[[str], Adapter]
) -> Iterator[Adapter]:
    """Each adapter in turn; what they must do is the same."""
    kind = str(request.param)
    if not kind.startswith(("memory:", "sqlite:")):
        yield opened(kind)
        return
    own = open_adapter(WORLD, kind.replace("FILE", str(tmp_path / "rows.db")))
    yield own
    own.close()


@pytest.fixture
def whole(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    schema: Schema,
    database_url: Callable[[str, str], str],
) -> Iterator[Adapter]:
    """Each adapter in turn, with the schema folder of the checkout."""
    kind = str(request.param)
    if kind.startswith(("memory:", "sqlite:")):
        url = kind.replace("FILE", str(tmp_path / "rows.db"))
    else:
        url = database_url(kind, "folder")
    adapter = open_adapter(schema, url)
    adapter.clear()
    yield adapter
    adapter.close()
