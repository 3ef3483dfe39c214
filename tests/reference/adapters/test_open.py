import subprocess
import sys
from pathlib import Path

import pytest
from tests.reference.adapters.world import WORLD, keys_of, store, thing

from dbal_reference.adapters.memory import MemoryAdapter
from dbal_reference.adapters.open import open_adapter
from dbal_reference.adapters.sqlite import SqliteAdapter


def test_the_url_names_the_kind(tmp_path: Path) -> None:
    assert isinstance(open_adapter(WORLD, "memory:"), MemoryAdapter)
    adapter = open_adapter(WORLD, f"sqlite:{tmp_path / 'a b.db'}")
    assert isinstance(adapter, SqliteAdapter)
    adapter.close()
    assert (tmp_path / "a b.db").exists()


@pytest.mark.parametrize("url", ["sqlite:", "sqlite::memory:"])
def test_sqlite_without_a_path_is_private_and_whole(url: str) -> None:
    adapter = open_adapter(WORLD, url)
    store(adapter, "Thing", thing("1"))
    assert keys_of(adapter, "Thing") == ["1"]
    adapter.close()


@pytest.mark.parametrize("url", ["", "memory", "sqlite", "memory:x", "oracle:x", "/rows.db"])
def test_other_urls_are_refused(url: str) -> None:
    with pytest.raises(ValueError, match="a database is named as"):
        open_adapter(WORLD, url)


def test_memory_does_not_wait_for_sqlalchemy_to_be_imported() -> None:
    code = "import sys, dbal_reference.adapters.open; sys.exit('sqlalchemy' in sys.modules)"
    paths = {"PYTHONPATH": "reference_impl"}
    root = Path(__file__).parents[3]
    done = subprocess.run([sys.executable, "-c", code], env=paths, cwd=root, check=False)
    assert done.returncode == 0
