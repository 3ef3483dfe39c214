from collections.abc import Iterator
from pathlib import Path

import pytest
from tests import servers
from tests.reference.talk import Talk, open_talk, talk

__all__ = ["talk"]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Each adapter in turn, servers among them."""
    images = [image for image in metafunc.config.getoption("--databases").split(",") if image]
    kinds = [
        *("memory:", "sqlite:", "sqlite:FILE"),
        *(pytest.param(image, marks=pytest.mark.database) for image in images),
    ]
    if "open_target_talk" in metafunc.fixturenames:
        metafunc.parametrize("open_target_talk", kinds, indirect=True, scope="module")


@pytest.fixture(scope="module")
def open_target_talk(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, worker_id: str
) -> Iterator[Talk]:
    """One target for a module, on each adapter in turn."""
    kind = str(request.param)
    if kind.startswith(("memory:", "sqlite:")):
        place: Path = tmp_path_factory.mktemp("database") / "rows.db"
        url = kind.replace("FILE", str(place))
    else:
        module = request.module.__name__.rpartition(".")[2]
        url = servers.url_of(kind, f"{module}_{worker_id}")
    yield from open_talk(url)
