import pytest

from dbal_conform.core.database import database_of
from dbal_conform.core.errors import CouldNotRunError
from dbal_conform.environments import offers_of
from dbal_conform.environments.base import Base
from dbal_conform.environments.way import address_of, through


def base(url: str) -> Base:
    return Base(database_of(url), url=url)


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("postgresql://a:b@db.example:6000/x", ("db.example", 6000)),
        ("postgresql://[::1]/x?sslmode=prefer", ("::1", 5432)),
        ("mariadb://root@localhost/x", ("localhost", 3306)),
    ],
)
def test_a_way_that_can_be_watched_leads_somewhere(url: str, address: tuple[str, int]) -> None:
    assert address_of(base(url)) == address
    assert offers_of(database_of(url)) == ("faults.network",)


@pytest.mark.parametrize(
    ("url", "veil"),
    [
        ("postgresql://h/x?sslmode=require", "sslmode"),
        ("postgresql://h/x?sslmode=verify-full&sslrootcert=ca.pem", "sslmode, sslrootcert"),
        ("postgresql://h/x?channel_binding=require", "channel_binding"),
        ("mysql://h/x?ssl_ca=ca.pem", "ssl_ca"),
        ("mysql://h/x?unix_socket=/run/x", "unix_socket"),
    ],
)
def test_a_way_that_cannot_offers_no_faults_and_says_why(url: str, veil: str) -> None:
    assert offers_of(database_of(url)) == ()
    with pytest.raises(CouldNotRunError, match=veil):
        address_of(base(url))


def test_behind_a_proxy_only_host_and_port_differ() -> None:
    url = "postgresql://a%40b:c%3Ad@[::1]:6000/x?sslmode=prefer"
    assert through(url, 7000) == "postgresql://a%40b:c%3Ad@127.0.0.1:7000/x?sslmode=prefer"
    assert through("mysql://h/x", 7000) == "mysql://127.0.0.1:7000/x"


@pytest.mark.parametrize(
    ("spec", "offers"),
    [
        ("postgres:17", ("faults.database", "faults.network")),
        ("sqlite", ()),
        ("memory", ()),
        ("external", ()),
    ],
)
def test_only_a_server_of_our_own_may_be_harmed(spec: str, offers: tuple[str, ...]) -> None:
    assert offers_of(database_of(spec)) == offers
