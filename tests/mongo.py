"""A MongoDB for tests: what `--mongo` names.

`secantusdb`, the default, is an emulator that each worker starts for itself; `mongo:7` (any tag) is
the real one, in a container; `mongodb://...` is a server that exists, and loses `dbal_test_...`.
"""

import atexit
import functools
from time import monotonic, sleep
from typing import Any
from urllib.parse import urlsplit

import pymongo
import pytest
from pymongo.errors import PyMongoError

from dbal_conform.environments.emulators import EMULATORS, Emulation
from tests import servers

DEFAULT = "secantusdb"
# What an emulator gets wrong, by the test that shows it: no reason to change an adapter.
DEVIATIONS = {
    "test_no_reader_sees_half_a_write": "it ignores the snapshot of reads outside transactions",
}
_READY_S = 60
_SET = {"_id": "dbal", "members": [{"_id": 0, "host": "127.0.0.1:27017"}]}


def spec_of(config: pytest.Config) -> str:
    return str(config.getoption("--mongo"))


def param(config: pytest.Config) -> Any:  # noqa: ANN401 -- a parameter set has no public type
    """What `--mongo` names, as the parameter of a test."""
    spec = spec_of(config)
    marks = () if is_emulator(spec) else (pytest.mark.database,)
    return pytest.param(spec, marks=marks)


def expect_deviations(items: list[pytest.Item]) -> None:
    """Mark what is known of the emulator; some of it shows in a race alone, and so not always."""
    for item in items:
        reason = DEVIATIONS.get(getattr(item, "originalname", ""))
        called = getattr(item, "callspec", None)
        if reason and called and any(is_emulator(str(value)) for value in called.params.values()):
            item.add_marker(pytest.mark.xfail(reason=reason, strict=False))


def is_emulator(spec: str) -> bool:
    return spec.partition(":")[0] in EMULATORS


def url_of(spec: str, database: str) -> str:
    """Give the URL of a database of that name, which is empty."""
    server = _url(spec)
    with pymongo.MongoClient[dict[str, Any]](server) as client:
        client.drop_database(database)
    parts = urlsplit(server)
    return parts._replace(path=f"/{database}").geturl()


@functools.cache
def _url(spec: str) -> str:
    if spec.startswith("mongodb://"):
        return spec
    if is_emulator(spec):
        name, _, mode = spec.partition(":")
        emulation = Emulation(name, mode)
        atexit.register(emulation.close)
        _await(emulation.url)
        return emulation.url
    server = servers.shared(spec)
    url = f"mongodb://{server['host']}:{server['port']}/?directConnection=true"
    _await(url)
    return url


def _await(url: str) -> None:
    """Wait until there is somebody to write to; begin a replica set that has not begun."""
    end = monotonic() + _READY_S
    with pymongo.MongoClient[dict[str, Any]](url, serverSelectionTimeoutMS=1000) as client:
        while True:
            try:
                hello = client.admin.command("hello")
                if hello.get("isreplicaset"):
                    client.admin.command("replSetInitiate", _SET)
                elif hello["isWritablePrimary"]:
                    return
            except PyMongoError:
                if monotonic() > end:
                    raise
            sleep(0.1)
