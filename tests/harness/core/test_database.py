import pytest

from dbal_conform.core.database import Database, database_of
from dbal_conform.core.errors import InputError


@pytest.mark.parametrize(
    ("spec", "wanted"),
    [
        ("memory", ("memory", "memory", "", "")),
        ("sqlite", ("sqlite", "sqlite", "", "")),
        ("sqlite:x.db", ("sqlite", "sqlite", "x.db", "")),
        ("sqlite:/x/y.db", ("sqlite", "sqlite", "/x/y.db", "")),
        ("sqlite://x.db", ("sqlite", "sqlite", "//x.db", "")),
        ("external", ("external", "external", "", "")),
        ("postgres:17", ("postgres", "postgres", "17", "postgres:17")),
        ("mysql:8.4.3-lts_1", ("mysql", "mysql", "8.4.3-lts_1", "mysql:8.4.3-lts_1")),
        ("mariadb:11.8", ("mariadb", "mysql", "11.8", "mariadb:11.8")),
        ("mysql:8.4", ("mysql", "mysql", "8.4", "mysql:8.4")),
        ("mongo:7", ("mongo", "mongo", "7", "mongo:7")),
        ("secantusdb", ("secantusdb", "mongo", "", "")),
        ("secantusdb:standalone", ("secantusdb", "mongo", "standalone", "")),
        ("oracle:23", ("oracle", "oracle", "23", "")),
    ],
)  # fmt: skip
def test_a_spec_has_a_kind_and_perhaps_an_image(
    spec: str, wanted: tuple[str, str, str, str]
) -> None:
    found = database_of(spec)
    assert (found.name, found.kind, found.detail, found.image) == wanted
    assert (found.shown, found.url) == (spec, "")


@pytest.mark.parametrize(
    ("url", "shown", "kind"),
    [
        ("postgresql://u:p%40ss@host/db", "postgresql://u@host/db", "postgres"),
        ("postgres://host", "postgres://host", "postgres"),
        ("mysql://u:pw@h:3307/db?ssl_ca=x&pool_size=2", "mysql://u@h:3307/db", "mysql"),
        ("mariadb://u:pw@[::1]:3306/db", "mariadb://u@[::1]:3306/db", "mysql"),
        ("mongodb://h/db", "mongodb://h/db", "mongo"),
    ],
)
def test_a_url_is_shown_without_its_password(url: str, shown: str, kind: str) -> None:
    found = database_of(url)
    assert (found.shown, found.kind, found.url, found.image) == (shown, kind, url, "")
    assert "pw" not in repr(found)


@pytest.mark.parametrize(
    "spec", ["postgres", "postgres:", "mysql:8 4", "mariadb:-1", "mariadb:a/b"]
)
def test_an_image_needs_a_version(spec: str) -> None:
    with pytest.raises(InputError, match=rf"'{spec}': name a version, as in {spec[:5]}"):
        database_of(spec)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://user:hunter/2@host/db",
        "postgresql://user:12/hunter2@host/db",
        "postgresql://user:12?hunter2@host/db",
        "postgresql://user:12#hunter2@host/db",
        "mysql://user:hunter2@host:port/db",
        "mysql://user:hunter2@[host/db",
        "mysql://user:hunter2@/db",
        "mysql://user:hunter2@host/a/b",
        "oracle://user:hunter2@host/db",
    ],
)
def test_an_odd_url_is_refused_and_not_quoted(url: str) -> None:
    with pytest.raises(InputError, match="a database URL") as caught:
        database_of(url)
    assert "hunter" not in str(caught.value)


def test_a_database_of_one_url_is_one() -> None:
    assert database_of("postgres:17") == Database("postgres:17", "postgres", "postgres", "17")


def test_an_emulator_has_no_version_to_choose() -> None:
    assert database_of("secantusdb:standalone").emulator == "secantusdb"
    assert database_of("mongo:7").emulator == ""
    with pytest.raises(InputError, match="or as secantusdb:standalone"):
        database_of("secantusdb:8")
