import pytest

from dbal_reference.schema.load import load_schema
from dbal_reference.schema.model import Schema


@pytest.fixture(scope="session")
def schema() -> Schema:
    """The schema folder of the checkout."""
    return load_schema()
