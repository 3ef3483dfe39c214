from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.reference.adapters.world import WORLD

from dbal_reference.adapters import Adapter
from dbal_reference.adapters.open import open_adapter


@pytest.fixture(params=["memory:", "sqlite:", "sqlite:FILE"])
def adapter(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Adapter]:
    """Each adapter in turn; what they must do is the same."""
    opened = open_adapter(WORLD, str(request.param).replace("FILE", str(tmp_path / "rows.db")))
    yield opened
    opened.close()
