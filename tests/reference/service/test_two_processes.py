"""Two services on one file, as two processes would be: the database itself keeps values unique."""

import multiprocessing
from collections import Counter
from pathlib import Path

import pytest
from tests.reference.talk import Json

from dbal_reference.adapters.open import open_adapter
from dbal_reference.errors import ConflictError
from dbal_reference.identity import AsSystem
from dbal_reference.schema.load import load_schema
from dbal_reference.service import Service


def create_all(database: str, start: Json, answers: Json) -> None:
    """Make the same users as the other does, and tell how often each answer came."""
    schema = load_schema()
    adapter = open_adapter(schema, database)
    service = Service(schema, adapter, conformance=True)
    start.wait()
    counts: Counter[str] = Counter()
    for number in range(40):
        data = {"username": f"user-{number}", "email": f"{number}@example.com"}
        try:
            service.call("User.create", {"data": data}, AsSystem())
            counts["made"] += 1
        except ConflictError as error:
            counts[error.details["reason"]] += 1
    adapter.close()
    answers.put(counts)


@pytest.mark.parametrize("processes", [2])
def test_a_value_is_taken_once_over_all_processes(tmp_path: Path, processes: int) -> None:
    database = f"sqlite:{tmp_path / 'rows.db'}"
    open_adapter(load_schema(), database).close()
    spawn = multiprocessing.get_context("spawn")
    start, answers = spawn.Barrier(processes), spawn.Queue()
    args = (database, start, answers)
    others = [spawn.Process(target=create_all, args=args) for _ in range(processes)]
    for other in others:
        other.start()
    total = sum((answers.get(timeout=60) for _ in others), Counter[str]())
    for other in others:
        other.join()
    assert total == {"made": 40, "unique": 40}
