import pytest

from tests import mongo, servers


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--databases",
        default=servers.DEFAULT_IMAGES,
        help=f"images of the servers that `database` tests use (default: {servers.DEFAULT_IMAGES})",
    )
    parser.addoption(
        "--mongo",
        default=mongo.DEFAULT,
        help="what stands for MongoDB: the emulator (default), mongo:7 or the URL of a server",
    )


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        servers.begin_run()


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        servers.end_run()
