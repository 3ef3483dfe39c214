import sys

import pytest
from tests.reference.adapters.world import WORLD

from dbal_reference.adapters.open import MissingDriverError, open_adapter
from dbal_reference.adapters.server_url import POOL_SIZE, parse

SECRET = "s3cret"


def test_a_url_is_taken_apart() -> None:
    url = parse(
        "postgresql://a%40b:p%3A%2F%3F@[::1]:7/my%20db?sslmode=require&pool_size=3",
        port=5432,
        options=("sslmode",),
    )
    assert (url.user, url.password, url.host, url.port) == ("a@b", "p:/?", "::1", 7)
    assert (url.database, url.pool_size, url.options) == ("my db", 3, {"sslmode": "require"})
    assert "p:/?" not in repr(url)


def test_what_is_left_out_is_usual() -> None:
    url = parse("mysql:///db", port=3306, options=())
    assert (url.host, url.port, url.user, url.password) == ("localhost", 3306, None, None)
    assert url.pool_size == POOL_SIZE


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://u:{SECRET}@host",
        f"postgresql://u:{SECRET}@host/",
        f"postgresql://u:{SECRET}@host/a/b",
        f"postgresql://u:{SECRET}",  # read as a port
        f"postgresql://u:{SECRET}@host:70000/db",
        f"postgresql://u:{SECRET}/x@host/db",
        f"postgresql://[u:{SECRET}@host/db",
        f"mariadb://u:{SECRET}@host/db?password={SECRET}",
        f"mariadb://u:{SECRET}@host/db?pool_size=0",
        f"mariadb://u:{SECRET}@host/db?pool_size=2000",
        f"mariadb://u:{SECRET}@host/db?pool_size=x",
        f"mariadb://u:{SECRET}@host/db?x",
        f"postgresql:u:{SECRET}@host/db",
    ],
)
def test_a_wrong_url_is_refused_without_the_password(url: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011 -- any words but the password
        open_adapter(WORLD, url)
    told: BaseException | None = caught.value
    while told is not None:
        assert SECRET not in f"{told} {told!r}"
        told = told.__cause__ if told.__suppress_context__ else told.__context__


@pytest.mark.parametrize(
    ("url", "module", "extra"),
    [("postgresql://h/d", "psycopg", "postgres"), ("mysql://h/d", "pymysql", "mysql")],
)
def test_a_driver_that_is_missing_is_named_with_its_extra(
    url: str, module: str, extra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    name = "postgres" if extra == "postgres" else "mysql"
    for part in (name, f"{name}_connection"):
        monkeypatch.delitem(sys.modules, f"dbal_reference.adapters.{part}", raising=False)
    with pytest.raises(MissingDriverError, match=rf"pip install 'dbal-conform\[{extra}\]'"):
        open_adapter(WORLD, url)
