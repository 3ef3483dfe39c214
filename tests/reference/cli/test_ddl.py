"""What `dbal-reference ddl` prints is committed, and is what the adapters make."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from tests import servers
from tests.server_admin import catalog as catalog_of
from tests.server_admin import run_all
from typer.testing import CliRunner

from dbal_reference.adapters.open import open_adapter
from dbal_reference.cli.app import app
from dbal_reference.model import Schema

GENERATED = Path(__file__).parents[3] / "schema" / "generated"
DIALECTS = ("sqlite", "postgres", "mariadb", "mysql")


def printed(*arguments: str) -> str:
    done = CliRunner().invoke(app, ["ddl", *arguments])
    assert done.exit_code == 0, done.output
    return done.output


@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_committed_text_is_what_is_printed(dialect: str) -> None:
    remedy = f"run: dbal-reference ddl --dialect {dialect} > schema/generated/{dialect}.sql"
    assert printed("--dialect", dialect) == (GENERATED / f"{dialect}.sql").read_text(), remedy


def test_no_other_text_is_committed() -> None:
    assert sorted(file.stem for file in GENERATED.iterdir()) == sorted(DIALECTS)


def test_another_schema_folder_can_be_printed(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["ddl", "--dialect", "sqlite", "--schema", str(tmp_path)])
    assert done.exit_code != 0  # it is empty


def test_an_unknown_dialect_is_refused() -> None:
    done = CliRunner().invoke(app, ["ddl", "--dialect", "oracle"])
    assert done.exit_code == 2
    assert "'oracle' is not one of" in done.output


def catalog(file: Path) -> list[tuple[Any, ...]]:
    raw = sqlite3.connect(file)
    found = raw.execute("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY 1, 2")
    rows = [(*place, " ".join((text or "").split())) for *place, text in found]
    raw.close()
    return rows


def test_sqlite_has_what_the_text_says(schema: Schema, tmp_path: Path) -> None:
    open_adapter(schema, f"sqlite:{tmp_path / 'adapter.db'}").close()
    raw = sqlite3.connect(tmp_path / "text.db")
    raw.executescript((GENERATED / "sqlite.sql").read_text())
    raw.close()
    assert catalog(tmp_path / "adapter.db") == catalog(tmp_path / "text.db") != []


@pytest.mark.database
@pytest.mark.parametrize("image", servers.DEFAULT_IMAGES.split(","))
def test_servers_have_what_the_text_says(schema: Schema, image: str, worker: str) -> None:
    kind = image.partition(":")[0]
    made, written = f"made_{worker}", f"written_{worker}"
    open_adapter(schema, servers.url_of(image, made)).close()
    servers.url_of(image, written)
    text = (GENERATED / f"{kind}.sql").read_text()
    server = servers.shared(image)
    run_all(server, written, text.split(";\n"))
    assert catalog_of(server, made) == catalog_of(server, written) != []


@pytest.fixture
def worker(request: pytest.FixtureRequest) -> str:
    """The name of the process that runs the test."""
    return str(getattr(request.config, "workerinput", {}).get("workerid", "alone"))
