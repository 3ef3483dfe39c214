import pytest

from dbal_reference.model import Schema
from dbal_reference.schema.load import load_schema


@pytest.fixture(scope="session")
def schema() -> Schema:
    """The schema folder of the checkout."""
    return load_schema()
