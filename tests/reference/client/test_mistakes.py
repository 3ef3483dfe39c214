"""Mistakes of a programmer are told before anything is called."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dbal_reference import Auth, DatabaseError, DBALClient, SchemaError


@pytest.fixture
def memory() -> Iterator[DBALClient]:
    with DBALClient(adapter="memory", auth=Auth.system()) as client:
        yield client


def test_an_identity_is_always_said() -> None:
    with pytest.raises(TypeError, match="auth"):
        DBALClient(adapter="memory")  # type: ignore[call-arg]  # the mistake in question


def test_an_unknown_mode_is_told_with_those_there_are() -> None:
    with pytest.raises(ValueError, match="no mode 'staging'; there is 'development'"):
        DBALClient(mode="staging", auth=Auth.system())


def test_an_unknown_adapter_is_told_with_those_there_are() -> None:
    with pytest.raises(ValueError, match=r"no adapter 'oracle'; there are 'memory' .*'sqlite'"):
        DBALClient(adapter="oracle", auth=Auth.system())


def test_memory_has_no_place() -> None:
    with pytest.raises(ValueError, match="leave database out"):
        DBALClient(adapter="memory", database="app.db", auth=Auth.system())


@pytest.mark.parametrize("database", [None, "app.db", "mariadb://u:s3cret@host/db"])
def test_a_server_is_named_by_its_url(database: str | None) -> None:
    with pytest.raises(ValueError, match=r"postgresql://user:password@host/name") as caught:
        DBALClient(adapter="postgresql", database=database, auth=Auth.system())
    assert "s3cret" not in str(caught.value)


def test_the_name_that_sqlite_has_for_memory_makes_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with DBALClient(database=":memory:", auth=Auth.system()) as client:
        assert client.users.count() == 0
    assert list(tmp_path.iterdir()) == []


def test_a_database_that_cannot_be_opened(tmp_path: Path) -> None:
    with pytest.raises(DatabaseError) as caught:
        DBALClient(database=tmp_path / "no" / "such" / "folder.db", auth=Auth.system())
    assert (caught.value.code, caught.value.retryable) == (503, True)


def test_a_schema_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(SchemaError):
        DBALClient(adapter="memory", schema=tmp_path, auth=Auth.system())


def test_an_unknown_entity(memory: DBALClient) -> None:
    with pytest.raises(AttributeError, match="no 'userz'; its entities are component_nodes, cred"):
        memory.userz.list()
    with pytest.raises(KeyError, match="no entity 'Users'; there are"):
        memory.entity("Users")


def test_an_unknown_operation(memory: DBALClient) -> None:
    with pytest.raises(AttributeError, match="User has no operation 'get_by_path'; it has aggreg"):
        memory.users.get_by_path("/a")


def test_wrong_arguments_of_an_operation(memory: DBALClient) -> None:
    verify = memory.credentials.verify
    with pytest.raises(TypeError, match="takes 2 arguments: username, password"):
        verify("a", "b", "c")
    with pytest.raises(TypeError, match="'user' but does not take it"):
        verify(user="a")
    with pytest.raises(TypeError, match="'username' twice"):
        verify("a", username="b")
    assert verify.__doc__ == "Credential.verify(username, password)"


def test_entities_and_operations_can_be_looked_through(memory: DBALClient) -> None:
    assert {"users", "page_configs", "call", "entity"} <= set(dir(memory))
    assert {"list_by_level", "get_by_path", "create"} <= set(dir(memory.page_configs))
    assert memory.entity("PageConfig") is memory.page_configs
    assert repr(memory.users) == "<operations of User>"


def test_dunder_names_are_no_entities(memory: DBALClient) -> None:
    assert not hasattr(memory, "__length_hint__")
    assert not hasattr(object.__new__(DBALClient), "users")
