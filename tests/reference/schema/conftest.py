import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from dbal_reference.errors import SchemaError
from dbal_reference.schema.load import load_schema
from dbal_reference.schema.locate import packaged_schema


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the schema folder, to be broken."""
    copy = tmp_path / "schema"
    shutil.copytree(packaged_schema(), copy, ignore=shutil.ignore_patterns("meta", "requirements"))
    return copy


@pytest.fixture
def entity_error(folder: Path) -> Callable[[str], str]:
    """What the loader says about an entity file of this text, named relative to the folder."""

    def write(text: str) -> str:
        (folder / "entities" / "zebra.yaml").write_text(text, "utf-8")
        with pytest.raises(SchemaError) as caught:
            load_schema(folder)
        return str(caught.value).removeprefix(f"{folder / 'entities'}/")

    return write
